/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-json-blobs.h"

/* Bytes of each value, with enough of them for a blob in base64. */
static GBytes *
make_picture (void)
{
  guint8 *bytes = g_malloc (9000);

  for (int i = 0; i < 9000; i++)
    bytes[i] = (guint8) (i * 7);
  return g_bytes_new_take (bytes, 9000);
}

static char *
encode (GBytes *picture)
{
  gsize         size;
  gconstpointer data = g_bytes_get_data (picture, &size);

  return g_base64_encode (data, size);
}

static UpscaleJsonBlobs *
blobs (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return upscale_json_blobs_new (bytes, NULL);
}

static void
assert_is_picture (UpscaleJsonBlobs *text, const char *member, GBytes *picture)
{
  JsonObject *root = upscale_json_blobs_get_root (text);
  g_autoptr (GBytes) decoded =
      upscale_json_blobs_decode_base64 (text, json_object_get_member (root, member));

  g_assert_nonnull (decoded);
  g_assert_true (g_bytes_equal (decoded, picture));
}

static void
test_pictures_between_all_kinds_of_values (void)
{
  g_autoptr (GBytes) picture = make_picture ();
  g_autofree char *image = encode (picture);
  g_autofree char *json = g_strdup_printf (
      "{\"a\":1,\"first\" : \"%s\",\"b\":[\"x\",null],\"second\":\"%s\",\"c\":\"end\"}",
      image, image);
  g_autoptr (UpscaleJsonBlobs) text = blobs (json);
  JsonObject *root = upscale_json_blobs_get_root (text);

  assert_is_picture (text, "first", picture);
  assert_is_picture (text, "second", picture);
  g_assert_cmpint (json_object_get_int_member (root, "a"), ==, 1);
  g_assert_cmpint ((int) json_array_get_length (json_object_get_array_member (root, "b")),
                   ==, 2);
  g_assert_cmpstr (json_object_get_string_member (root, "c"), ==, "end");
}

static void
test_short_picture_stays_in_the_text (void)
{
  g_autoptr (UpscaleJsonBlobs) text = blobs ("{\"image\":\"cGljdHVyZQ==\"}");
  g_autoptr (GBytes) picture = g_bytes_new_static ("picture", 7);

  assert_is_picture (text, "image", picture);
}

static void
test_quotes_and_backslashes_do_not_end_a_string (void)
{
  g_autoptr (GBytes) picture = make_picture ();
  g_autofree char *image = encode (picture);
  g_autofree char *json = g_strdup_printf (
      "{\"said\":\"a \\\"word\\\" \\\\\",\"image\":\"%s\",\"tail\":\"\\\\\\\"\"}", image);
  g_autoptr (UpscaleJsonBlobs) text = blobs (json);
  JsonObject *root = upscale_json_blobs_get_root (text);

  g_assert_cmpstr (json_object_get_string_member (root, "said"), ==, "a \"word\" \\");
  g_assert_cmpstr (json_object_get_string_member (root, "tail"), ==, "\\\"");
  assert_is_picture (text, "image", picture);
}

/* A long text that is no base64 stays a string. */
static void
test_long_text_with_escapes_is_no_picture (void)
{
  g_autofree char *long_text = g_strnfill (9000, 'x');
  g_autofree char *json = g_strdup_printf ("{\"log\":\"%s\\n\"}", long_text);
  g_autoptr (UpscaleJsonBlobs) text = blobs (json);

  g_assert_cmpuint (
      strlen (json_object_get_string_member (upscale_json_blobs_get_root (text), "log")),
      ==, 9001);
}

/* A server can't point at another picture, or at none, by writing a placeholder. */
static void
test_forged_placeholders_lead_nowhere (void)
{
  g_autoptr (UpscaleJsonBlobs) text = blobs ("{\"image\":\"\\u00017\"}");
  JsonObject *root = upscale_json_blobs_get_root (text);

  g_assert_null (
      upscale_json_blobs_decode_base64 (text, json_object_get_member (root, "image")));
}

/* A text of a few bytes could otherwise have a picture decoded for each tile. */
static void
test_placeholder_leads_to_a_picture_once (void)
{
  g_autoptr (GBytes) picture = make_picture ();
  g_autofree char *image = encode (picture);
  g_autofree char *json =
      g_strdup_printf ("{\"forged\":\"\\u00010\",\"image\":\"%s\"}", image);
  g_autoptr (UpscaleJsonBlobs) text = blobs (json);
  JsonObject *root = upscale_json_blobs_get_root (text);

  assert_is_picture (text, "forged", picture);
  g_assert_null (
      upscale_json_blobs_decode_base64 (text, json_object_get_member (root, "image")));
}

static void
test_long_words_stay_readable (void)
{
  g_autoptr (GString) words = g_string_new ("out of memory");
  g_autofree char *json = NULL;
  g_autoptr (UpscaleJsonBlobs) text = NULL;
  const char *const path[] = { "error", NULL };

  while (words->len < 9000)
    g_string_append (words, " again");
  json = g_strdup_printf ("{\"error\":\"%s\"}", words->str);
  text = blobs (json);
  g_assert_cmpstr (upscale_json_blobs_find_string (text, path), ==, words->str);
}

static void
test_what_is_left_without_pictures_is_bounded (void)
{
  g_autoptr (GString) json = g_string_new ("{\"a\":[");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  while (json->len < 5 << 20)
    g_string_append (json, "[],");
  g_string_append (json, "0]}");
  bytes = g_bytes_new (json->str, json->len);
  g_assert_null (upscale_json_blobs_new (bytes, &error));
  g_assert_nonnull (strstr (error->message, "4 MiB"));
}

static void
test_what_is_no_object_is_refused (void)
{
  g_autofree char *long_text = g_strnfill (9000, 'x');
  g_autofree char *cut_off = g_strdup_printf ("{\"image\":\"%s", long_text);
  const char      *texts[] = { "", "[]", "\"", "{\"a\":\"", "<html>\"</html>", cut_off };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (blobs (texts[i]));
}

static void
test_other_values_are_no_pictures (void)
{
  g_autoptr (UpscaleJsonBlobs) text = blobs ("{\"n\":5,\"none\":null,\"empty\":\"\"}");
  JsonObject *root = upscale_json_blobs_get_root (text);
  const char *names[] = { "n", "none", "empty", "absent" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_null (
        upscale_json_blobs_decode_base64 (text, json_object_get_member (root, names[i])));
}

typedef struct
{
  const char *path;  /* with slashes between */
  const char *found; /* NULL if there is no string */
} PathRow;

static const PathRow path_rows[] = {
  { "a/1/b", "x" },   { "c", "y" },    { "a/0", NULL },     { "a/2", NULL },
  { "a/-1", NULL },   { "a/b", NULL }, { "a/1/b/0", NULL }, { "", NULL },
  { "absent", NULL }, { "n/a", NULL }, { "a/1", NULL },
};

static void
test_strings_are_found_by_path (void)
{
  g_autoptr (UpscaleJsonBlobs) text =
      blobs ("{\"a\":[1,{\"b\":\"x\"}],\"c\":\"y\",\"n\":null}");

  for (gsize i = 0; i < G_N_ELEMENTS (path_rows); i++)
    {
      g_auto (GStrv) path = g_strsplit (path_rows[i].path, "/", -1);

      g_test_message ("'%s'", path_rows[i].path);
      g_assert_cmpstr (upscale_json_blobs_find_string (text, (const char *const *) path),
                       ==, path_rows[i].found);
    }
}

static void
test_head_of_a_data_url_is_no_picture (void)
{
  const char *const path[] = { "image", NULL };
  g_autoptr (UpscaleJsonBlobs) text =
      blobs ("{\"image\":\"data:image/png;base64,aGFsbG8=\"}");
  g_autoptr (UpscaleJsonBlobs) head = blobs ("{\"image\":\"data:\"}");
  g_autoptr (GBytes) image =
      upscale_json_blobs_decode_base64 (text, upscale_json_blobs_find (text, path));

  g_assert_cmpmem (g_bytes_get_data (image, NULL), g_bytes_get_size (image), "hallo", 5);
  g_assert_null (
      upscale_json_blobs_decode_base64 (head, upscale_json_blobs_find (head, path)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-blobs/pictures-between-all-kinds-of-values",
                   test_pictures_between_all_kinds_of_values);
  g_test_add_func ("/json-blobs/short-picture-stays-in-the-text",
                   test_short_picture_stays_in_the_text);
  g_test_add_func ("/json-blobs/quotes-and-backslashes-do-not-end-a-string",
                   test_quotes_and_backslashes_do_not_end_a_string);
  g_test_add_func ("/json-blobs/long-text-with-escapes-is-no-picture",
                   test_long_text_with_escapes_is_no_picture);
  g_test_add_func ("/json-blobs/forged-placeholders-lead-nowhere",
                   test_forged_placeholders_lead_nowhere);
  g_test_add_func ("/json-blobs/placeholder-leads-to-a-picture-once",
                   test_placeholder_leads_to_a_picture_once);
  g_test_add_func ("/json-blobs/long-words-stay-readable", test_long_words_stay_readable);
  g_test_add_func ("/json-blobs/what-is-left-without-pictures-is-bounded",
                   test_what_is_left_without_pictures_is_bounded);
  g_test_add_func ("/json-blobs/what-is-no-object-is-refused",
                   test_what_is_no_object_is_refused);
  g_test_add_func ("/json-blobs/other-values-are-no-pictures",
                   test_other_values_are_no_pictures);
  g_test_add_func ("/json-blobs/strings-are-found-by-path",
                   test_strings_are_found_by_path);
  g_test_add_func ("/json-blobs/head-of-a-data-url-is-no-picture",
                   test_head_of_a_data_url_is_no_picture);
  return g_test_run ();
}
