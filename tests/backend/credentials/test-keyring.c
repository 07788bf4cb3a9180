/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Needs a session with a keyring that is open: in_keyring.py makes one. */
#include <string.h>

#include "upscale-endpoint-tools.h"
#include "upscale-error.h"
#include "upscale-keyring.h"

static UpscaleEndpointEntry *
make_entry (const char *address, UpscaleKeyScheme scheme)
{
  UpscaleEndpointEntry *entry = upscale_endpoint_entry_new ("gpu", "tile-batch", address);

  entry->key_scheme = scheme;
  return entry;
}

static void
test_a_key_comes_back (void)
{
  g_autoptr (UpscaleEndpointEntry) entry =
      make_entry ("https://a.example/one", UPSCALE_KEY_MODAL);
  g_autoptr (UpscaleEndpointEntry) same_host =
      make_entry ("https://a.example/two", UPSCALE_KEY_MODAL);
  g_autoptr (UpscaleEndpointEntry) other_host =
      make_entry ("https://evil.example/one", UPSCALE_KEY_MODAL);
  g_autoptr (UpscaleKeySpec) spec = upscale_endpoint_entry_dup_key_spec (entry);
  g_autoptr (UpscaleKeySpec) same_host_spec =
      upscale_endpoint_entry_dup_key_spec (same_host);
  g_autoptr (UpscaleKeySpec) other_host_spec =
      upscale_endpoint_entry_dup_key_spec (other_host);
  const char *const parts[] = { "ak-1", "as-2", NULL };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) found = NULL;
  g_auto (GStrv) shared = NULL;

  g_assert_true (upscale_keyring_store (spec, (GStrv) parts, &error));
  g_assert_no_error (error);
  found = upscale_keyring_lookup (spec, &error);
  shared = upscale_keyring_lookup (same_host_spec, &error);
  g_assert_true (g_strv_equal ((const char *const *) found, parts));
  g_assert_true (g_strv_equal ((const char *const *) shared, parts));
  g_assert_null (upscale_keyring_lookup (other_host_spec, &error));
  g_assert_no_error (error);

  g_assert_true (upscale_keyring_clear (spec, &error));
  g_assert_null (upscale_keyring_lookup (spec, &error));
  g_assert_no_error (error);
}

static void
test_a_missing_key_is_asked_for (void)
{
  g_autoptr (UpscaleEndpointEntry) entry =
      make_entry ("https://b.example", UPSCALE_KEY_BEARER);
  g_autoptr (UpscaleKeySpec) spec = upscale_endpoint_entry_dup_key_spec (entry);
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();
  g_autoptr (UpscaleEndpoint) endpoint = NULL;
  UpscaleEndpointTools tools = { NULL, "program", clock, NULL };
  const char *const    parts[] = { "t0ken", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (upscale_endpoint_tools_make (&tools, entry, NULL, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "no key for the endpoint 'gpu'"));
  g_assert_true (upscale_keyring_store (spec, (GStrv) parts, NULL));
  endpoint = upscale_endpoint_tools_make (&tools, entry, NULL, NULL);
  g_assert_nonnull (endpoint);
}

static void
test_without_a_keyring_a_variable_is_named (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (UpscaleEndpointEntry) entry =
          make_entry ("https://a.example", UPSCALE_KEY_BEARER);
      g_autoptr (UpscaleKeySpec) spec = upscale_endpoint_entry_dup_key_spec (entry);
      g_autoptr (GError) error = NULL;

      g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
      g_assert_null (upscale_keyring_lookup (spec, &error));
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE);
      g_assert_nonnull (strstr (error->message, "environment variable"));
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyring/a-key-comes-back", test_a_key_comes_back);
  g_test_add_func ("/keyring/a-missing-key-is-asked-for",
                   test_a_missing_key_is_asked_for);
  g_test_add_func ("/keyring/without-a-keyring-a-variable-is-named",
                   test_without_a_keyring_a_variable_is_named);
  return g_test_run ();
}
