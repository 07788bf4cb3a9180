/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-json.h"

#define N_ROUNDS 3000
#define N_MEMBERS 6

/* Pieces of texts: all that have a meaning for JSON, base64, or the writer. */
static const char *const pieces[] = {
  "a",
  "\001",
  "\0010",
  "\0011",
  "\\u0001",
  "\"",
  "\\",
  "\\\"",
  "null",
  ":null",
  "n",
  "\n",
  "\r",
  "\t",
  "\x1b[0m",
  "\x7f",
  "{",
  "}",
  "[",
  "]",
  ",",
  "/*",
  "'",
  "\xc3\xa4",
  "\xf0\x9f\x98\x80",
  "\xe2\x80\xa8",
  "\xe2\x80\xae",
  "\xef\xbf\xbf",
  "%prompt%",
  " ",
};

static char *
make_text (GRand *random)
{
  GString *text = g_string_new (NULL);
  int      n = g_rand_int_range (random, 0, 12);

  for (int i = 0; i < n; i++)
    g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
  return g_string_free_and_steal (text);
}

static GBytes *
make_picture (GRand *random)
{
  gsize   size = (gsize) g_rand_int_range (random, 0, 40);
  guint8 *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) g_rand_int (random);
  return g_bytes_new_take (data, size);
}

static void
assert_is_picture (JsonNode *node, GBytes *picture)
{
  gsize              size = 0;
  g_autofree guchar *data = g_base64_decode (json_node_get_string (node), &size);

  g_assert_cmpmem (data, size, g_bytes_get_data (picture, NULL),
                   g_bytes_get_size (picture));
}

/* Writes texts and pictures in turn, and reads them with json-glib. */
static void
test_texts_and_pictures_come_through_as_they_are (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);

  for (int round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();
      g_autoptr (JsonParser) parser = json_parser_new ();
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) pictures =
          g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_autoptr (GBytes) whole = NULL;
      JsonObject *root;

      json_builder_begin_object (builder);
      for (int i = 0; i < N_MEMBERS; i++)
        {
          g_autofree char *name = g_strdup_printf ("t%d", i);

          g_ptr_array_add (texts, make_text (random));
          upscale_json_add_string (builder, name, texts->pdata[i]);
          *name = 'p';
          g_ptr_array_add (pictures, make_picture (random));
          upscale_json_add_base64 (builder, name, pictures->pdata[i]);
        }
      whole = upscale_json_end (builder);
      g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (whole, NULL),
                                                 (gssize) g_bytes_get_size (whole),
                                                 NULL));
      root = json_node_get_object (json_parser_get_root (parser));
      g_assert_cmpuint (json_object_get_size (root), ==, 2 * N_MEMBERS);
      for (int i = 0; i < N_MEMBERS; i++)
        {
          g_autofree char *name = g_strdup_printf ("t%d", i);

          g_assert_cmpstr (json_object_get_string_member (root, name), ==,
                           texts->pdata[i]);
          *name = 'p';
          assert_is_picture (json_object_get_member (root, name), pictures->pdata[i]);
        }
    }
}

/* A prompt with placeholders of a picture was once written as many copies of that
 * picture: 600 bytes became 804 MiB. */
static void
test_text_can_not_ask_for_a_picture (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree guint8 *data = g_malloc0 (1 << 20);
  g_autoptr (GBytes) picture = g_bytes_new (data, 1 << 20);
  g_autoptr (GString) prompt = g_string_new (NULL);
  g_autoptr (GBytes) whole = NULL;

  for (int i = 0; i < 300; i++)
    g_string_append (prompt, "\"\0010");
  json_builder_begin_object (builder);
  upscale_json_add_base64 (builder, "image", picture);
  upscale_json_add_string (builder, "prompt", prompt->str);
  whole = upscale_json_end (builder);
  g_assert_cmpuint (g_bytes_get_size (whole), <, 4 << 20);
}

#define FALLBACK 7 /* read where the member is no whole number from 0 to 10 */

typedef struct
{
  const char *text;
  const char *string;
  gint64      number;
  double      positive;
  gboolean    is_true;
  gboolean    has_array;
  gboolean    has_object;
} TypeRow;

static const TypeRow type_rows[] = {
  { .text = "\"x\"", .string = "x", .number = FALLBACK },
  { .text = "5", .number = 5, .positive = 5.0 },
  { .text = "-5", .number = FALLBACK },
  { .text = "11", .number = FALLBACK, .positive = 11.0 },
  { .text = "99999999999999999999",
    .number = FALLBACK,
    .positive = 9223372036854775807.0 },
  { .text = "2.5", .number = FALLBACK, .positive = 2.5 },
  { .text = "1e999", .number = FALLBACK },
  { .text = "true", .number = FALLBACK, .is_true = TRUE },
  { .text = "null", .number = FALLBACK },
  { .text = "[1]", .number = FALLBACK, .has_array = TRUE },
  { .text = "{\"m\":1}", .number = FALLBACK, .has_object = TRUE },
};

/* A critical of json-glib ends the test. */
static void
test_members_are_read_by_their_type (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (type_rows); i++)
    {
      const TypeRow   *row = &type_rows[i];
      g_autofree char *text = g_strdup_printf ("{\"m\":%s}", row->text);
      g_autoptr (JsonNode) root = json_from_string (text, NULL);
      JsonObject *object = json_node_get_object (root);

      g_test_message ("%s", text);
      g_assert_cmpstr (upscale_json_get_string (object, "m"), ==, row->string);
      g_assert_cmpint (upscale_json_get_int (object, "m", FALLBACK, 10), ==, row->number);
      g_assert_cmpfloat (upscale_json_get_positive (object, "m"), ==, row->positive);
      g_assert_cmpint (upscale_json_get_boolean (object, "m", FALSE), ==, row->is_true);
      g_assert_cmpint (upscale_json_get_array (object, "m") != NULL, ==, row->has_array);
      g_assert_cmpint (upscale_json_get_object (object, "m") != NULL, ==,
                       row->has_object);
    }
}

static void
test_what_is_not_there_reads_as_nothing (void)
{
  g_assert_null (upscale_json_get_string (NULL, "m"));
  g_assert_null (upscale_json_get_array (NULL, "m"));
  g_assert_null (upscale_json_get_object (NULL, "m"));
  g_assert_null (upscale_json_get_element (NULL, 0));
  g_assert_null (upscale_json_read_string (NULL));
  g_assert_null (upscale_json_dup_names (NULL, "m"));
  g_assert_cmpint (upscale_json_get_int (NULL, "m", 3, 10), ==, 3);
}

static void
test_names_are_taken_from_strings_and_objects (void)
{
  g_autoptr (JsonNode) root =
      json_from_string ("[\"a\",{\"n\":\"b\"},{\"n\":1},{},[],null,7,[\"c\"]]", NULL);
  g_auto (GStrv) names = upscale_json_dup_names (json_node_get_array (root), "n");
  g_auto (GStrv) plain = upscale_json_dup_names (json_node_get_array (root), NULL);

  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_cmpstr (names[0], ==, "a");
  g_assert_cmpstr (names[1], ==, "b");
  g_assert_cmpuint (g_strv_length (plain), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/texts-and-pictures-come-through-as-they-are",
                   test_texts_and_pictures_come_through_as_they_are);
  g_test_add_func ("/json/text-can-not-ask-for-a-picture",
                   test_text_can_not_ask_for_a_picture);
  g_test_add_func ("/json/members-are-read-by-their-type",
                   test_members_are_read_by_their_type);
  g_test_add_func ("/json/what-is-not-there-reads-as-nothing",
                   test_what_is_not_there_reads_as_nothing);
  g_test_add_func ("/json/names-are-taken-from-strings-and-objects",
                   test_names_are_taken_from_strings_and_objects);
  return g_test_run ();
}
