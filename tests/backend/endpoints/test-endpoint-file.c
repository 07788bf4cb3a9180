/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "upscale-endpoint-file.h"
#include "upscale-error.h"

typedef struct
{
  const char *text;
  const char *words; /* of the message */
} Row;

static const Row broken[] = {
  { "no group=1\n", "endpoints.conf" },
  { "[a]\nkind=nothing\naddress=https://a.example\n",
    "no kind of server called 'nothing'" },
  { "[a]\naddress=ftp://a.example\n", "http:// or https://" },
  { "[a]\naddress=https://a.example\nslots=many\n", "'many' is no value for 'slots'" },
  { "[a]\naddress=https://a.example\nprice-per-hour=-1\n", "'price-per-hour'" },
  { "[a]\naddress=https://a.example\non=perhaps\n", "'perhaps' is no value for 'on'" },
  { "[a]\naddress=https://a.example\nshares-tiles=maybe\n",
    "'maybe' is no value for 'shares-tiles'" },
  { "[a]\naddress=https://a.example\nkey=telepathy\n",
    "'telepathy' is no value for 'key'" },
  { "[a b]\naddress=https://a.example\n", "'a b' can't be an endpoint's name" },
  { "[a]\naddress=http://a.example\nkey=bearer\n", "not reached over https" },
  { "[a]\naddress=https://a.example\nkey=header\nkey-header=X Y\n", "Name the header" },
};

static char *
dup_path (const char *name)
{
  return g_build_filename (g_get_user_config_dir (), name, NULL);
}

static UpscaleEndpointFile *
load (const char *text)
{
  g_autofree char *path = dup_path ("endpoints.conf");
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_mkdir_with_parents (folder, 0700);
  if (text)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return upscale_endpoint_file_load (file);
}

static char *
read_back (const char *name)
{
  g_autofree char *path = dup_path (name);
  char            *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static void
test_a_missing_file_is_an_empty_one (void)
{
  g_autoptr (UpscaleEndpointFile) endpoints = load (NULL);

  g_assert_null (upscale_endpoint_file_get_problem (endpoints));
  g_assert_cmpuint (upscale_endpoint_file_get_entries (endpoints)->len, ==, 0);
}

static void
test_what_is_wrong_is_said (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (UpscaleEndpointFile) endpoints = load (broken[i].text);
      const char      *problem = upscale_endpoint_file_get_problem (endpoints);
      g_autofree char *kept = read_back ("endpoints.conf");

      g_test_message ("%s", broken[i].text);
      g_assert_nonnull (problem);
      g_assert_nonnull (strstr (problem, broken[i].words));
      g_assert_nonnull (strstr (problem, "endpoints.conf"));
      g_assert_cmpuint (upscale_endpoint_file_get_entries (endpoints)->len, ==, 0);
      g_assert_cmpstr (kept, ==, broken[i].text);
    }
}

static void
test_what_is_saved_comes_back (void)
{
  g_autoptr (UpscaleEndpointFile) endpoints = load (NULL);
  g_autoptr (UpscaleEndpointFile) again = NULL;
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_endpoint_entry_free);
  UpscaleEndpointEntry *entry =
      upscale_endpoint_entry_new ("gpu", "tile-batch", "https://gpu.example/base");
  const UpscaleEndpointEntry *found;
  g_autofree char            *path = dup_path ("endpoints.conf");
  GStatBuf                    status;

  entry->is_on = FALSE;
  entry->shares_tiles = TRUE;
  entry->terms = (UpscaleEndpointTerms) { 9, 1.1, UPSCALE_HEDGE_DUPLICATES_NEVER };
  entry->key_scheme = UPSCALE_KEY_HEADER;
  g_free (entry->key_header);
  entry->key_header = g_strdup ("X-API-Key");
  g_ptr_array_add (entries, entry);
  g_assert_true (upscale_endpoint_file_save (endpoints, entries, NULL));
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);

  again = load (NULL);
  found = upscale_endpoint_file_lookup (again, "gpu");
  g_assert_nonnull (found);
  g_assert_false (found->is_on);
  g_assert_true (found->shares_tiles);
  g_assert_cmpstr (found->address, ==, "https://gpu.example/base");
  g_assert_cmpint (found->terms.n_slots, ==, 9);
  g_assert_cmpfloat (found->terms.price_per_hour, ==, 1.1);
  g_assert_cmpint (found->terms.duplicates, ==, UPSCALE_HEDGE_DUPLICATES_NEVER);
  g_assert_cmpint (found->key_scheme, ==, UPSCALE_KEY_HEADER);
  g_assert_cmpstr (found->key_header, ==, "X-API-Key");
}

static void
test_comments_and_unknown_keys_stay (void)
{
  g_autoptr (UpscaleEndpointFile) endpoints =
      load ("# mine\n[a]\naddress=https://a.example\ncolor=red\n");
  g_autofree char *text = NULL;

  g_assert_true (
      upscale_endpoint_file_save (endpoints,
                                  upscale_endpoint_file_get_entries (endpoints), NULL));
  text = read_back ("endpoints.conf");
  g_assert_nonnull (strstr (text, "# mine"));
  g_assert_nonnull (strstr (text, "color=red"));
}

static void
test_a_broken_file_is_kept_aside (void)
{
  static const char text[] = "[a]\nslots=many\n";
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  for (int i = 1; i <= 2; i++)
    {
      g_autoptr (UpscaleEndpointFile) endpoints = load (text);
      g_autofree char *name = g_strdup_printf ("endpoints.conf.broken-%d", i);
      g_autofree char *aside = NULL;

      g_assert_true (upscale_endpoint_file_save (endpoints, none, NULL));
      aside = read_back (name);
      g_assert_cmpstr (aside, ==, text);
      g_assert_null (upscale_endpoint_file_get_problem (endpoints));
    }
}

static void
test_a_folder_that_takes_nothing (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/proc/tile-upscale/endpoints.conf");
  g_autoptr (UpscaleEndpointFile) endpoints = upscale_endpoint_file_load (file);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (upscale_endpoint_file_save (endpoints, none, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/endpoint-file/a-missing-file-is-an-empty-one",
                   test_a_missing_file_is_an_empty_one);
  g_test_add_func ("/endpoint-file/what-is-wrong-is-said", test_what_is_wrong_is_said);
  g_test_add_func ("/endpoint-file/what-is-saved-comes-back",
                   test_what_is_saved_comes_back);
  g_test_add_func ("/endpoint-file/comments-and-unknown-keys-stay",
                   test_comments_and_unknown_keys_stay);
  g_test_add_func ("/endpoint-file/a-broken-file-is-kept-aside",
                   test_a_broken_file_is_kept_aside);
  g_test_add_func ("/endpoint-file/a-folder-that-takes-nothing",
                   test_a_folder_that_takes_nothing);
  return g_test_run ();
}
