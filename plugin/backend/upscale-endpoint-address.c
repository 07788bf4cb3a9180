/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-address.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "upscale-error.h"
#include "upscale-http.h"

#define EXAMPLE "https://gpu.example.net"

static gboolean
refuse (GError **error, const char *format, const char *what)
{
  g_autofree char *sentence = g_strdup_printf (format, what);

  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT, sentence);
  return FALSE;
}

static gboolean
check (GUri *uri, GError **error)
{
  const char *scheme = g_uri_get_scheme (uri);
  const char *host = g_uri_get_host (uri);

  if (g_uri_get_userinfo (uri))
    return refuse (error,
                   _ ("The endpoint's address holds a user name or password. GIMP would "
                      "store it with the image: leave it out, and set the key in the "
                      "environment variable %s instead."),
                   "UPSCALE_TOKEN");
  if (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https"))
    return refuse (
        error,
        _ ("An endpoint's address begins with http:// or https://, not with '%s:'."),
        scheme);
  if (!host || *host == '\0')
    return refuse (error, _ ("The endpoint's address names no host: write it as %s."),
                   EXAMPLE);
  return TRUE;
}

/**
 * upscale_endpoint_address_parse:
 * @text: what a user typed, without a kind in front
 * @error: return location for an error
 *
 * What is typed is not repeated in messages as a whole: it may hold a password.
 *
 * Returns: (transfer full): the address, or %NULL with %UPSCALE_ERROR_ARGUMENT
 */
GUri *
upscale_endpoint_address_parse (const char *text, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

  if (!uri)
    {
      refuse (error, _ ("The endpoint's address can't be read: write it as %s."),
              EXAMPLE);
      return NULL;
    }
  return check (uri, error) ? g_steal_pointer (&uri) : NULL;
}

/**
 * upscale_endpoint_address_is_private:
 * @address: an address
 *
 * Returns: whether nobody on the way can read what is sent there
 */
gboolean
upscale_endpoint_address_is_private (GUri *address)
{
  return g_str_equal (g_uri_get_scheme (address), "https") ||
         upscale_http_is_loopback (address);
}

/**
 * upscale_endpoint_address_dup_origin:
 * @address: an address
 *
 * Returns: (transfer full): scheme, host and port: what a key belongs to
 */
char *
upscale_endpoint_address_dup_origin (GUri *address)
{
  return g_strdup_printf ("%s://%s:%d", g_uri_get_scheme (address),
                          g_uri_get_host (address), g_uri_get_port (address));
}
