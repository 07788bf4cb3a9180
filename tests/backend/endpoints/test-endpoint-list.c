/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-endpoint-address.h"
#include "upscale-endpoint-list.h"
#include "upscale-error.h"
#include "upscale-http-origin.h"

typedef struct
{
  const char *text;
  int         n; /* -1: refused */
  const char *words;
} Row;

static const Row rows[] = {
  { "", 1, NULL },
  { "local", 1, NULL },
  { "https://a.example/base https://b.example", 2, NULL },
  { "local, http://127.0.0.1:8000", 2, NULL },
  { "tile-batch+https://a.example", 1, NULL },
  { "tile-batch+ftp://a.example", -1, "http:// or https://" },
  { "nowhere", -1, "no endpoint called 'nowhere'" },
  { "ftp://a.example", -1, "http:// or https://" },
  { "https://me:secret@a.example", -1, "UPSCALE_TOKEN" },
  { "https://a.example/?token=secret", -1, "UPSCALE_TOKEN" },
  { "comfyui+https://a.example?secret", -1, "UPSCALE_TOKEN" },
  { "a.example?token=secret", -1, "http:// or https://" },
  { "me:secret@a.example", -1, "http:// or https://" },
  { "127.0.0.1:7860", -1, "http:// or https://" },
  { "https://", -1, "write it as" },
  { "http://a.example:99999", -1, "write it as" },
};

static GPtrArray *
parse_with (const char *keys, const char *text, GError **error)
{
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();
  g_autofree char *path =
      g_build_filename (g_get_user_config_dir (), "endpoint-list.conf", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (UpscaleEndpointFile) endpoints = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, keys, -1, NULL));
  endpoints = upscale_endpoint_file_load (file);
  g_assert_true (g_file_delete (file, NULL, NULL));
  return upscale_endpoint_list_new (
      text, &(UpscaleEndpointTools) { endpoints, "program", clock, NULL }, error);
}

static GPtrArray *
parse (const char *text, GError **error)
{
  return parse_with ("", text, error);
}

static void
test_what_users_type (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) endpoints = parse (rows[i].text, &error);

      g_test_message ("'%s'", rows[i].text);
      if (rows[i].n >= 0)
        {
          g_assert_no_error (error);
          g_assert_cmpint ((int) endpoints->len, ==, rows[i].n);
          continue;
        }
      g_assert_null (endpoints);
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, rows[i].words));
      g_assert_null (strstr (error->message, "secret"));
    }
}

static const char two_endpoints[] = "[gpu-a]\n"
                                    "kind=tile-batch\n"
                                    "address=https://a.example\n"
                                    "price-per-hour=1.5\n"
                                    "[gpu-b]\n"
                                    "address=https://b.example\n"
                                    "on=false\n";

static const struct
{
  const char *origins; /* NULL if the variable is not set */
  const char *text;
  const char *words; /* of the message; NULL without an error */
} bindings[] = {
  { NULL, "https://a.example", "UPSCALE_TOKEN_ORIGIN=https://a.example if" },
  { NULL, "https://a.example/base", "UPSCALE_TOKEN_ORIGIN=https://a.example if" },
  { NULL, "http://[::1]:8000", "UPSCALE_TOKEN_ORIGIN=http://[::1]:8000 if" },
  { "", "sdapi+http://127.0.0.1:7860", "UPSCALE_TOKEN_ORIGIN=http://127.0.0.1:7860 if" },
  { NULL, "local", NULL },
  { NULL, "gpu-b", NULL },
  { "https://a.example", "https://a.example", NULL },
  { "https://a.example", "http://b.example", NULL },
  { "https://a.example", "http://a.example", NULL },
  { "http://a.example", "http://a.example", "not reached over https" },
  { "sdapi+http://localhost:1/x, https://a.example", "http://localhost:1", NULL },
  { "a.example", "https://a.example", "UPSCALE_TOKEN_ORIGIN can't be read" },
  { "https://me:secret@a.example", "https://a.example", "can't be read" },
};

static void
test_keys_of_the_environment_are_bound (void)
{
  g_setenv ("UPSCALE_TOKEN", "t0ken", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (bindings); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) endpoints = NULL;

      g_test_message ("'%s' for '%s'", bindings[i].origins, bindings[i].text);
      if (bindings[i].origins)
        g_setenv ("UPSCALE_TOKEN_ORIGIN", bindings[i].origins, TRUE);
      endpoints = parse_with (two_endpoints, bindings[i].text, &error);
      g_unsetenv ("UPSCALE_TOKEN_ORIGIN");
      if (!bindings[i].words)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, bindings[i].words));
      g_assert_null (strstr (error->message, "t0ken"));
      g_assert_null (strstr (error->message, "secret"));
    }
  g_unsetenv ("UPSCALE_TOKEN");
}

static gboolean
is_same (const char *one, const char *other)
{
  g_autoptr (GUri) a = upscale_endpoint_address_parse (one, NULL);
  g_autoptr (GUri) b = upscale_endpoint_address_parse (other, NULL);

  return upscale_http_origin_is_same (a, b);
}

static void
test_an_origin_is_scheme_host_and_port (void)
{
  g_assert_true (is_same ("https://a.example", "https://a.example:443/base#y"));
  g_assert_true (is_same ("HTTPS://A.example", "https://a.Example/"));
  g_assert_true (is_same ("http://[::1]", "http://[::1]:80"));
  g_assert_false (is_same ("https://a.example", "http://a.example"));
  g_assert_false (is_same ("https://a.example", "https://a.example:444"));
  g_assert_false (is_same ("https://a.example", "https://a.example.b.example"));
  g_assert_false (is_same ("https://a.example", "https://b.a.example"));
}

static const char *
get_name (GPtrArray *endpoints, guint i)
{
  return upscale_endpoint_get_name (endpoints->pdata[i]);
}

static void
test_names_and_terms_come_from_the_file (void)
{
  g_autoptr (GPtrArray) named = parse_with (two_endpoints, "gpu-b gpu-a local", NULL);
  g_autoptr (GPtrArray) usual = parse_with (two_endpoints, "", NULL);
  g_autoptr (GPtrArray) none_on =
      parse_with ("[x]\naddress=https://x.example\non=false\n", "", NULL);

  g_assert_cmpuint (named->len, ==, 3);
  g_assert_cmpstr (get_name (named, 0), ==, "gpu-b");
  g_assert_cmpfloat (upscale_endpoint_get_price_per_hour (named->pdata[1]), ==, 1.5);
  g_assert_cmpuint (usual->len, ==, 1);
  g_assert_cmpstr (get_name (usual, 0), ==, "gpu-a");
  g_assert_cmpuint (none_on->len, ==, 1);
  g_assert_cmpstr (get_name (none_on, 0), ==, "local");
}

static void
assert_sharing_scope (const char *file_text, const char *text, const char *scope)
{
  g_autoptr (GPtrArray) endpoints = parse_with (file_text, text, NULL);
  g_autoptr (UpscaleCapabilities) capabilities = upscale_capabilities_new ("model");

  g_assert_nonnull (endpoints);
  upscale_endpoint_set_ready (endpoints->pdata[0], capabilities);
  g_assert_cmpstr (capabilities->sharing_scope, ==, scope);
}

/* Tiles are reused for the address that painted them only, unless the user lets endpoints
 * share them. */
static void
test_sharing_scopes_are_addresses (void)
{
  static const char file[] = "[a]\naddress=https://a.example/b\n"
                             "[b]\naddress=https://b.example\nshares-tiles=true\n"
                             "[c]\nkind=sdcpp\naddress=http://c.example:1\n"
                             "shares-tiles=true\n"
                             "[d]\nkind=local\nshares-tiles=true\n";

  assert_sharing_scope (file, "a", "https://a.example:443/b");
  assert_sharing_scope (file, "b", "shared");
  assert_sharing_scope (file, "c", "shared");
  assert_sharing_scope (file, "d", "local");
  assert_sharing_scope (file, "local", "local");
  assert_sharing_scope (file, "https://b.example", "https://b.example:443/");
  assert_sharing_scope (file, "comfyui+http://c.example:2#/home/me/a%20b.json",
                        "http://c.example:2/");
}

static void
test_a_broken_file_is_named_as_the_reason (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) near = parse_with ("nonsense", "http://localhost:1", NULL);

  g_assert_nonnull (near);
  g_assert_null (parse_with ("nonsense", "gpu-a", &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "endpoint-list.conf"));
}

static void
test_a_key_that_is_nowhere_is_asked_for (void)
{
  static const char keyed[] = "[a]\naddress=https://a.example\nkey=modal\n"
                              "key-variable=UPSCALE_TEST_KEY\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) endpoints = NULL;

  g_assert_null (parse_with (keyed, "a", &error));
  g_assert_nonnull (strstr (error->message, "UPSCALE_TEST_KEY"));
  g_setenv ("UPSCALE_TEST_KEY", "only-one-part", TRUE);
  g_clear_error (&error);
  g_assert_null (parse_with (keyed, "a", &error));
  g_assert_null (strstr (error->message, "only-one-part"));
  g_setenv ("UPSCALE_TEST_KEY", "ak-1:as-2", TRUE);
  endpoints = parse_with (keyed, "a", NULL);
  g_unsetenv ("UPSCALE_TEST_KEY");
  g_assert_nonnull (endpoints);
}

static void
test_debug_names_hold_no_paths (void)
{
  static const char *const names[][2] = {
    { "local", "local" },
    { "https://a.example", "https://a.example" },
    { "http://a.example:8000/secret/base", "http://a.example:8000" },
    { "comfyui+http://[::1]:8188#/home/me/secret.json", "comfyui+http://[::1]:8188" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GPtrArray) endpoints = parse (names[i][0], NULL);

      g_assert_nonnull (endpoints);
      g_assert_cmpstr (upscale_endpoint_get_debug_name (endpoints->pdata[0]), ==,
                       names[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/endpoint-list/what-users-type", test_what_users_type);
  g_test_add_func ("/endpoint-list/keys-of-the-environment-are-bound",
                   test_keys_of_the_environment_are_bound);
  g_test_add_func ("/endpoint-list/an-origin-is-scheme-host-and-port",
                   test_an_origin_is_scheme_host_and_port);
  g_test_add_func ("/endpoint-list/names-and-terms-come-from-the-file",
                   test_names_and_terms_come_from_the_file);
  g_test_add_func ("/endpoint-list/sharing-scopes-are-addresses",
                   test_sharing_scopes_are_addresses);
  g_test_add_func ("/endpoint-list/debug-names-hold-no-paths",
                   test_debug_names_hold_no_paths);
  g_test_add_func ("/endpoint-list/a-broken-file-is-named-as-the-reason",
                   test_a_broken_file_is_named_as_the_reason);
  g_test_add_func ("/endpoint-list/a-key-that-is-nowhere-is-asked-for",
                   test_a_key_that_is_nowhere_is_asked_for);
  return g_test_run ();
}
