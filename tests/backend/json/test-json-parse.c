/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json-text.h"
#include "upscale-json.h"

#define TEXT(literal) { literal, sizeof literal - 1 }

typedef struct
{
  const char *text;
  gsize       length;
} Text;

static const Text good[] = {
  TEXT ("{}"),
  TEXT (" [ ] \n"),
  TEXT ("{\"a\":[1,-2.5e+3,true,false,null,\"x\"]}"),
  TEXT ("{\"a\":1,\"a\":2}"),
  TEXT ("{\"a\":\"}{\\\"][\"}"),
  TEXT ("{\"a\":\"\\u0000b\\ud83d\\ude00\"}"),
  TEXT ("\xef\xbb\xbf{}"),
  TEXT ("{\"\":{\"\":[]}}"),
};

/* The first two abort json-glib's immutable parser. */
static const Text bad[] = {
  TEXT ("{}{}"),
  TEXT ("{} []"),
  TEXT ("{},{}"),
  TEXT ("{}x"),
  TEXT ("{}\"x\""),
  TEXT (""),
  TEXT (" "),
  TEXT ("\xef\xbb\xbf"),
  TEXT ("7"),
  TEXT ("\"x\""),
  TEXT ("null"),
  TEXT ("{"),
  TEXT ("]"),
  TEXT ("}{"),
  TEXT ("{]"),
  TEXT ("[}"),
  TEXT ("{\"a\":\"x"),
  TEXT ("{\"a\":\"x\\\"}"),
  TEXT ("var a = {}"),
  TEXT ("{/* comment */}"),
  TEXT ("{} // comment"),
  TEXT ("{'a':1}"),
  TEXT ("{\"a\":\"\\ud800\"}"),
  TEXT ("{\"a\":\"\xff\"}"),
  TEXT ("{\"a\":\"\xed\xa0\x80\"}"),
  TEXT ("{\"a\":\"x\0y\"}"),
  TEXT ("{\0}"),
  TEXT ("<html>{}</html>"),
};

static JsonNode *
parse (const char *text, gsize length, GError **error)
{
  /* A copy of exactly this size, so that a sanitizer finds a read beyond it. */
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  return upscale_json_parse (bytes, error);
}

static void
test_one_value_is_read (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) root = parse (good[i].text, good[i].length, &error);

      g_test_message ("%s", good[i].text);
      g_assert_no_error (error);
      g_assert_nonnull (root);
    }
}

static void
test_anything_else_is_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) root = parse (bad[i].text, bad[i].length, &error);

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      g_assert_null (root);
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL);
    }
}

static void
test_of_members_with_one_name_the_last_counts (void)
{
  const char *text = "{\"a\":1,\"a\":{},\"a\":\"x\"}";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (JsonObject) object = upscale_json_parse_object (bytes, NULL);

  g_assert_cmpstr (upscale_json_get_string (object, "a"), ==, "x");
}

static void
test_array_is_no_object (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("[]", 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (upscale_json_parse_object (bytes, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL);
}

static char *
nest (const char *open, const char *close, int depth)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < depth; i++)
    g_string_append (text, open);
  g_string_append (text, "[]");
  for (int i = 0; i < depth; i++)
    g_string_append (text, close);
  return g_string_free_and_steal (text);
}

static gboolean
can_nest (const char *open, const char *close, int depth)
{
  g_autofree char *text = nest (open, close, depth);
  g_autoptr (JsonNode) root = parse (text, strlen (text), NULL);

  return root != NULL;
}

/* A million levels overflowed the stack of json-glib before 1.10. */
static void
test_depth_is_bounded (void)
{
  g_assert_true (can_nest ("[", "]", 100));
  g_assert_true (can_nest ("{\"a\":", "}", 100));
  g_assert_false (can_nest ("[", "]", 1000));
  g_assert_false (can_nest ("{\"a\":", "}", 1000));
  g_assert_false (can_nest ("[", "", 1000000));
}

/* json-glib took 749 MiB for 16 MiB of "[],". */
static void
test_size_is_bounded (void)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = NULL;

  while (text->len < UPSCALE_JSON_MOST_BYTES)
    g_string_append (text, "[],");
  g_string_append (text, "[]]");
  root = parse (text->str, text->len, &error);
  g_assert_null (root);
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "4 MiB"));
}

typedef struct
{
  const char *text;
  int         most_depth;
  const char *rest;
} SkimRow;

static const SkimRow skim_rows[] = {
  { "[{\"a\":{\"b\":[1]},\"c\":[2]}]", 2, "[{\"a\":{},\"c\":[]}]" },
  { "[{\"a\":{\"b\":[1]}}]", 3, "[{\"a\":{\"b\":[]}}]" },
  { "[{\"a\":{\"b\":\"}]\\\"\"}}]", 2, "[{\"a\":{}}]" },
  { "[1,\"[{\"]", 1, "[1,\"[{\"]" },
  { "[[", 1, "[[" },
  { "[[\"cut off", 1, "[[" },
  { "", 1, "" },
};

static void
test_skimming_empties_what_lies_deeper (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (skim_rows); i++)
    {
      const SkimRow *row = &skim_rows[i];
      g_autoptr (GBytes) text = g_bytes_new (row->text, strlen (row->text));
      g_autoptr (GBytes) rest = upscale_json_text_prune (text, row->most_depth);

      g_test_message ("%s", row->text);
      g_assert_cmpmem (g_bytes_get_data (rest, NULL), g_bytes_get_size (rest), row->rest,
                       strlen (row->rest));
    }
}

/* Parses random texts: each gives a root or an error, and no critical. The seed is fixed.
 */
static void
test_mutated_texts (void)
{
  const char *seed =
      "{\"a\":[1,-2.5e3,{\"b\":\"\\u00e4\\\"x\"},null],\"c\":{\"d\":true}}";
  const char letters[] = "{}[],:\"'\\/0-e.nu \t\xff\xc3";
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  guint n_read = 0;

  for (int round = 0; round < 50000; round++)
    {
      g_autoptr (GString) text = g_string_new (seed);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) root = NULL;
      int n = g_rand_int_range (random, 1, 4);

      for (int i = 0; i < n; i++)
        {
          gssize at = g_rand_int_range (random, 0, (gint32) text->len);
          char   c = letters[g_rand_int_range (random, 0, sizeof letters)];

          if (g_rand_boolean (random))
            text->str[at] = c;
          else
            g_string_insert_c (text, at, c);
        }
      root = parse (text->str, text->len, &error);
      g_assert_true ((root == NULL) == (error != NULL));
      n_read += root != NULL;
    }
  g_assert_cmpuint (n_read, >, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-parse/one-value-is-read", test_one_value_is_read);
  g_test_add_func ("/json-parse/anything-else-is-refused", test_anything_else_is_refused);
  g_test_add_func ("/json-parse/of-members-with-one-name-the-last-counts",
                   test_of_members_with_one_name_the_last_counts);
  g_test_add_func ("/json-parse/array-is-no-object", test_array_is_no_object);
  g_test_add_func ("/json-parse/depth-is-bounded", test_depth_is_bounded);
  g_test_add_func ("/json-parse/size-is-bounded", test_size_is_bounded);
  g_test_add_func ("/json-parse/skimming-empties-what-lies-deeper",
                   test_skimming_empties_what_lies_deeper);
  g_test_add_func ("/json-parse/mutated-texts", test_mutated_texts);
  return g_test_run ();
}
