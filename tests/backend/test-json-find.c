/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-json.h"

typedef struct
{
  const char *text;
  const char *path;  /* with slashes between */
  const char *found; /* NULL: nothing */
} Row;

static const Row rows[] = {
  { "{\"a\":1}", "a", "1" },
  { " { \"a\" : [ 1 , {\"b\":\"x\"} ] } ", "a/1/b", "\"x\"" },
  { "{\"a\":{\"b\":1},\"b\":2}", "b", "2" },
  { "{\"a\":\"}\\\"b\\\":3\",\"b\":2}", "b", "2" },
  { "{\"a\":\"\\\\\",\"b\":2}", "b", "2" },
  { "{\"ab\":1,\"a\":2}", "a", "2" },
  { "{\"a\":[[1,2],[3,[4]]]}", "a/1/1", "[4]" },
  { "{\"a\":-1.5e+3}", "a", "-1.5e+3" },
  { "{\"a\":null}", "a", "null" },
  { "{\"a\":\"x\"} rubbish", "a", "\"x\"" },
  { "[7,8]", "1", "8" },
  { "[7,8]", "2", NULL },
  { "[]", "0", NULL },
  { "{\"a\":[]}", "a/0", NULL },
  { "{\"a\":1}", "b", NULL },
  { "{\"a\":1}", "a/b", NULL },
  { "{}", "a", NULL },
  { "", "a", NULL },
  { "<html>", "a", NULL },
  { "{\"a\":\"x", "a", NULL },
  { "{\"a\":\"x\\", "a", NULL },
  { "{\"a\":[1,", "a/1", NULL },
  { "{\"a\":{\"b\":1", "c", NULL },
  { "{\"a\"", "a", NULL },
  { "{\"a\":", "a", NULL },
  { "{\"", "a", NULL },
};

/* Ends where its allocation ends, so that reading on shows. */
static GBytes *
make_text (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) text = make_text (rows[i].text);
      g_auto (GStrv) path = g_strsplit (rows[i].path, "/", -1);
      const char *start = NULL;
      gsize       size = 0;
      gboolean    is_there =
          upscale_json_find (text, (const char *const *) path, &start, &size);
      g_autofree char *found = is_there ? g_strndup (start, size) : NULL;

      g_test_message ("'%s' in %s", rows[i].path, rows[i].text);
      g_assert_cmpstr (found, ==, rows[i].found);
    }
}

/* Cut anywhere, it finds the same or nothing, and reads no further. */
static void
test_cut_text (void)
{
  const char        whole[] = "{\"x\":[1,{\"y\":\"\\\"\"}],\"images\":[\"aGFsbG8=\"]}";
  const char *const path[] = { "images", "0", NULL };

  for (gsize n = 0; n < sizeof whole; n++)
    {
      g_autofree char *head = g_strndup (whole, n);
      g_autoptr (GBytes) text = make_text (head);
      g_autofree char *found = upscale_json_dup_string_at (text, path);

      if (found)
        g_assert_cmpstr (found, ==, "aGFsbG8=");
      g_assert_cmpint (found != NULL, ==, n + 3 >= sizeof whole);
    }
}

static void
test_base64 (void)
{
  static const char *const texts[] = {
    "{\"image\":\"aGFsbG8=\"}",
    "{\"image\":\"data:image/png;base64,aGFsbG8=\"}",
  };
  const char *const path[] = { "image", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) text = make_text (texts[i]);
      g_autoptr (GBytes) image = upscale_json_decode_base64_at (text, path);

      g_assert_nonnull (image);
      g_assert_cmpmem (g_bytes_get_data (image, NULL), g_bytes_get_size (image), "hallo",
                       5);
    }
}

static void
test_no_base64 (void)
{
  static const char *const texts[] = { "{\"image\":\"\"}", "{\"image\":null}",
                                       "{\"image\":\"data:\"}", "{\"image\":[]}" };
  const char *const        path[] = { "image", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) text = make_text (texts[i]);

      g_test_message ("%s", texts[i]);
      g_assert_null (upscale_json_decode_base64_at (text, path));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-find/table", test_table);
  g_test_add_func ("/json-find/cut-text", test_cut_text);
  g_test_add_func ("/json-find/base64", test_base64);
  g_test_add_func ("/json-find/no-base64", test_no_base64);
  return g_test_run ();
}
