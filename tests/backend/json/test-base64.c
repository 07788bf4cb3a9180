/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-base64.h"

/* Several chunks, and a rest. */
#define MAX_BYTES 2500
#define N_ROUNDS 2000

static guint8 *
make_bytes (GRand *random, gsize size)
{
  guint8 *bytes = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) g_rand_int_range (random, 0, 256);
  return bytes;
}

static void
assert_decodes_as_glib (const char *text)
{
  gsize              length = strlen (text);
  g_autofree guint8 *bytes = g_malloc (length / 4 * 3 + 3);
  gsize              size = upscale_base64_decode (text, length, bytes);
  gsize              expected_size = 0;
  g_autofree guchar *expected = g_base64_decode (text, &expected_size);

  g_assert_cmpmem (bytes, size, expected, expected_size);
}

static void
test_every_size (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (gsize size = 0; size <= MAX_BYTES; size++)
    {
      g_autofree guint8 *bytes = make_bytes (random, size);
      g_autofree char   *text = g_malloc0 (UPSCALE_BASE64_CHARS (size) + 1);
      g_autofree char   *expected = g_base64_encode (bytes, size);

      upscale_base64_encode (bytes, size, text);
      g_assert_cmpstr (text, ==, expected);
      assert_decodes_as_glib (text);
    }
}

/* Line breaks, padding and any other byte are treated as GLib treats them. */
static void
test_other_characters (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (int round = 0; round < N_ROUNDS; round++)
    {
      gsize              size = (gsize) g_rand_int_range (random, 1, MAX_BYTES);
      g_autofree guint8 *bytes = make_bytes (random, size);
      g_autofree char   *text = g_base64_encode (bytes, size);
      int                length = (int) strlen (text);

      for (int i = 0; i < round % 3; i++)
        text[g_rand_int_range (random, 0, length)] =
            (char) g_rand_int_range (random, 1, 256);
      if (round % 2 == 0)
        text[g_rand_int_range (random, 0, length)] = '=';
      assert_decodes_as_glib (text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base64/every-size", test_every_size);
  g_test_add_func ("/base64/other-characters", test_other_characters);
  return g_test_run ();
}
