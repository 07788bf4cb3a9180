/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-address.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>

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

/* `::ffff:127.0.0.1` is loopback, too, and Linux takes the unspecified address for it. */
static gboolean
is_loopback_address (GInetAddress *address)
{
  static const guint8 mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127 };

  return g_inet_address_get_is_loopback (address) ||
         g_inet_address_get_is_any (address) ||
         (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 &&
          memcmp (g_inet_address_to_bytes (address), mapped, sizeof mapped) == 0);
}

/**
 * upscale_endpoint_address_is_loopback:
 * @address: an address
 *
 * Returns: %TRUE if it is this very machine
 */
gboolean
upscale_endpoint_address_is_loopback (GUri *address)
{
  g_autofree char *host = g_ascii_strdown (g_uri_get_host (address), -1);
  g_autoptr (GInetAddress) number = g_inet_address_new_from_string (host);

  if (number)
    return is_loopback_address (number);
  if (g_str_has_suffix (host, "."))
    host[strlen (host) - 1] = '\0';
  return g_str_equal (host, "localhost") || g_str_has_suffix (host, ".localhost");
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
         upscale_endpoint_address_is_loopback (address);
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

/**
 * upscale_endpoint_address_dup_shown:
 * @address: an address
 *
 * Returns: (transfer full): its origin as a user would write it, without the usual port
 */
char *
upscale_endpoint_address_dup_shown (GUri *address)
{
  g_autofree char *shown =
      g_uri_join (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (address), NULL,
                  g_uri_get_host (address), g_uri_get_port (address), "", NULL, NULL);

  if (g_str_has_suffix (shown, "/"))
    shown[strlen (shown) - 1] = '\0';
  return g_steal_pointer (&shown);
}

/**
 * upscale_endpoint_address_is_same_origin:
 * @a: an address that has a host
 * @b: another, such as a redirect's target; it may have no host
 *
 * Returns: %TRUE if scheme, host and port are the same (RFC 6454), so that secrets of the
 * one may go to the other; the case of a host's letters means nothing
 */
gboolean
upscale_endpoint_address_is_same_origin (GUri *a, GUri *b)
{
  return g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b)) && g_uri_get_host (b) &&
         g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 &&
         g_uri_get_port (a) == g_uri_get_port (b);
}

/**
 * upscale_endpoint_address_is_secured:
 * @plain: an address that has a host
 * @target: another, such as a redirect's target; it may have no host
 *
 * Returns: %TRUE if @target is on the host of @plain, but reached over https, unlike that
 */
gboolean
upscale_endpoint_address_is_secured (GUri *plain, GUri *target)
{
  return g_str_equal (g_uri_get_scheme (plain), "http") &&
         g_str_equal (g_uri_get_scheme (target), "https") && g_uri_get_host (target) &&
         g_ascii_strcasecmp (g_uri_get_host (plain), g_uri_get_host (target)) == 0;
}

/**
 * upscale_endpoint_address_secure:
 * @address: an address, with a query or without
 * @port: where its host speaks https, 0 when it is not known to do so
 *
 * Returns: (transfer full): the same over https, or @address
 */
GUri *
upscale_endpoint_address_secure (GUri *address, int port)
{
  if (port == 0 || !g_str_equal (g_uri_get_scheme (address), "http"))
    return g_uri_ref (address);
  return g_uri_build (SOUP_HTTP_URI_FLAGS, "https", NULL, g_uri_get_host (address), port,
                      g_uri_get_path (address), g_uri_get_query (address), NULL);
}
