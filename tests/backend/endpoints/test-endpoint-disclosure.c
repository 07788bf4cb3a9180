/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-disclosure.h"

#define N_ROUNDS 500
#define MAX_ENDPOINTS 4

typedef struct
{
  const char *address; /* "" for the local endpoint */
  const char *host;
  gboolean    is_readable;
  gboolean    is_here;
} Server;

static const Server servers[] = {
  { "", NULL, FALSE, TRUE },
  { "https://gpu.example.net/secret-path#fragment", "gpu.example.net", FALSE, FALSE },
  { "https://gpu.example.net:8443", "gpu.example.net:8443", FALSE, FALSE },
  { "http://studio.lan:7860", "studio.lan:7860", TRUE, FALSE },
  { "http://127.0.0.1:8188", "127.0.0.1:8188", FALSE, TRUE },
  { "http://[::1]:9000/", "[::1]:9000", FALSE, TRUE },
};

static UpscaleEndpointEntry *
make_entry (const Server *server)
{
  return *server->address == '\0'
             ? upscale_endpoint_entry_new ("local", "local", "")
             : upscale_endpoint_entry_new ("name", "tile-batch", server->address);
}

static gboolean
has (const char *text, const char *part)
{
  return strstr (text, part) != NULL;
}

static void
check_sentence (const char *sentence, const gboolean *is_in, gboolean leaves)
{
  gboolean is_any_readable = FALSE;
  gboolean is_any_secured = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      /* The host without a port is a part of the one with a port. */
      if (servers[i].host && i != 1)
        g_assert_cmpint (has (sentence, servers[i].host), ==, is_in[i]);
      if (servers[i].host && is_in[i])
        g_assert_true (has (sentence, servers[i].host));
      is_any_readable |= is_in[i] && servers[i].is_readable;
      is_any_secured |= is_in[i] && g_str_has_prefix (servers[i].address, "https");
    }
  g_assert_cmpint (has (sentence, "others can read"), ==, is_any_readable);
  g_assert_cmpint (has (sentence, "over https"), ==, is_any_secured);
  g_assert_cmpint (has (sentence, "stays on this computer"), ==, !leaves);
  g_assert_false (has (sentence, "secret"));
  g_assert_false (has (sentence, "fragment"));
}

static void
test_hosts_and_ways_are_those_of_the_endpoints (void)
{
  for (int round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GPtrArray) entries =
          g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_endpoint_entry_free);
      gboolean                  is_in[G_N_ELEMENTS (servers)] = { FALSE };
      UpscaleEndpointDisclosure what = {
        .n_tiles = (guint) g_test_rand_int_range (1, 2000),
        .is_whole = g_test_rand_bit (),
        .has_reference = g_test_rand_bit (),
      };
      int              n = g_test_rand_int_range (1, MAX_ENDPOINTS + 1);
      gboolean         leaves = FALSE;
      g_autofree char *count = g_strdup_printf ("%u tile", what.n_tiles);
      g_autofree char *sentence = NULL;

      for (int i = 0; i < n; i++)
        {
          int which = g_test_rand_int_range (0, G_N_ELEMENTS (servers));

          is_in[which] = TRUE;
          leaves |= which > 0;
          g_ptr_array_add (entries, make_entry (&servers[which]));
        }
      sentence = upscale_endpoint_disclosure_describe (what, entries);
      g_test_message ("%s", sentence);
      check_sentence (sentence, is_in, leaves);
      g_assert_cmpint (g_str_has_prefix (sentence, count), ==, leaves);
      g_assert_cmpint (has (sentence, "all of the layer"), ==, leaves && what.is_whole);
      g_assert_cmpint (has (sentence, "reference"), ==, leaves && what.has_reference);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/endpoint-disclosure/hosts-and-ways-are-those-of-the-endpoints",
                   test_hosts_and_ways_are_those_of_the_endpoints);
  return g_test_run ();
}
