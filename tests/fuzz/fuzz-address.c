/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses of endpoints that users type or scripts pass, and redirects of servers. */
#include "fuzz.h"
#include "upscale-endpoint-address.h"
#include "upscale-http-origin.h"
#include "upscale-endpoint-list.h"
#include "upscale-http.h"

#define BASE "https://gpu.example.net/v1/batches/b"

static UpscaleEndpointFile *
make_nothing (void)
{
  g_autofree char *path = g_build_filename (fuzz_get_folder (), "none.conf", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return upscale_endpoint_file_load (file);
}

static UpscaleEndpointFile *
get_nothing (void)
{
  static UpscaleEndpointFile *file = NULL;

  if (g_once_init_enter_pointer (&file))
    g_once_init_leave_pointer (&file, make_nothing ());
  return file;
}

/* A followed redirect must reach the server that the key belongs to. */
static void
follow (const char *location)
{
  g_autoptr (GUri) base = g_uri_parse (BASE, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GUri) target =
      g_uri_parse_relative (base, location, SOUP_HTTP_URI_FLAGS, NULL);

  if (!target || !upscale_http_origin_is_same (base, target))
    return;
  g_assert_cmpstr (g_uri_get_scheme (target), ==, g_uri_get_scheme (base));
  g_assert_cmpint (g_ascii_strcasecmp (g_uri_get_host (target), g_uri_get_host (base)),
                   ==, 0);
  g_assert_cmpint (g_uri_get_port (target), ==, g_uri_get_port (base));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_copy_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries =
      upscale_endpoint_list_describe (text, get_nothing (), &error);
  g_autoptr (GUri) address = upscale_endpoint_address_parse (text, NULL);
  g_autofree char *origin = NULL;

  g_assert_true ((entries == NULL) == (error != NULL));
  follow (text);
  if (!address)
    return 0;
  origin = upscale_http_origin_to_string (address);
  (void) upscale_http_origin_is_private (address);
  return 0;
}
