/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-address.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

#include "upscale-endpoint-kind.h"
#include "upscale-error.h"

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
  if (g_uri_get_query (uri))
    return refuse (error,
                   _ ("The endpoint's address holds a query (?...). GIMP would store it "
                      "with the image: leave it out, and set the key in the environment "
                      "variable %s, or in your list of endpoints."),
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
 * upscale_endpoint_address_is_one:
 * @text: a word from the user
 *
 * Names of endpoints have no colon or slash, see upscale_endpoint_entry_check().
 *
 * Returns: %TRUE if @text is an address, %FALSE if it can be a name
 */
gboolean
upscale_endpoint_address_is_one (const char *text)
{
  g_return_val_if_fail (text, FALSE);

  return strstr (text, "://") != NULL;
}

/**
 * upscale_endpoint_address_parse:
 * @text: an address as the user has typed it, without a kind in front
 * @error: return location for an error
 *
 * Messages do not repeat @text as a whole, since it may hold a password.
 *
 * Returns: (transfer full): the address, which has a host, or %NULL with
 * %UPSCALE_ERROR_ARGUMENT
 */
GUri *
upscale_endpoint_address_parse (const char *text, GError **error)
{
  g_autoptr (GUri) uri = NULL;

  g_return_val_if_fail (text, NULL);

  uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  if (!uri)
    {
      refuse (error, _ ("The endpoint's address can't be read: write it as %s."),
              EXAMPLE);
      return NULL;
    }
  return check (uri, error) ? g_steal_pointer (&uri) : NULL;
}

/**
 * upscale_endpoint_address_parse_with_kind:
 * @text: an address as the user has typed it, with or without a kind in front
 *
 * Returns: (transfer full) (nullable): the address, %NULL if @text is none
 */
GUri *
upscale_endpoint_address_parse_with_kind (const char *text)
{
  g_return_val_if_fail (text, NULL);

  (void) upscale_endpoint_kind_split (&text);
  return upscale_endpoint_address_parse (text, NULL);
}
