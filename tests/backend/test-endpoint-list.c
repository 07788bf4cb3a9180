/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-endpoint-list.h"
#include "upscale-error.h"

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
  { "https://", -1, "write it as" },
  { "http://a.example:99999", -1, "write it as" },
};

static GPtrArray *
parse (const char *text, GError **error)
{
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();

  return upscale_endpoint_list_new (text, "program", clock, error);
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

static void
test_keys_go_over_https_or_loopback_only (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) far = NULL;
  g_autoptr (GPtrArray) near = NULL;
  g_autoptr (GPtrArray) safe = NULL;

  g_setenv ("UPSCALE_TOKEN", "t0ken", TRUE);
  far = parse ("http://a.example", &error);
  near = parse ("http://localhost:1", NULL);
  safe = parse ("https://a.example", NULL);
  g_unsetenv ("UPSCALE_TOKEN");
  g_assert_null (far);
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
  g_assert_null (strstr (error->message, "t0ken"));
  g_assert_nonnull (near);
  g_assert_nonnull (safe);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/endpoint-list/what-users-type", test_what_users_type);
  g_test_add_func ("/endpoint-list/keys-go-over-https-or-loopback-only",
                   test_keys_go_over_https_or_loopback_only);
  return g_test_run ();
}
