/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An origin is the scheme, host and port of an address (RFC 6454). Keys belong to an
 * origin. All addresses here have a host unless their comment says otherwise. */
#include "upscale-http-origin.h"

#include <libsoup/soup.h>

/* `::ffff:127.0.0.1` is loopback too, and Linux connects to loopback when it is given
 * the unspecified address. */
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
 * upscale_http_origin_is_loopback:
 * @address: an address
 *
 * Returns: %TRUE if @address is on this machine
 */
gboolean
upscale_http_origin_is_loopback (GUri *address)
{
  g_autofree char *host = NULL;
  g_autoptr (GInetAddress) number = NULL;

  g_return_val_if_fail (address, FALSE);

  host = g_ascii_strdown (g_uri_get_host (address), -1);
  number = g_inet_address_new_from_string (host);
  if (number)
    return is_loopback_address (number);
  if (g_str_has_suffix (host, "."))
    host[strlen (host) - 1] = '\0';
  return g_str_equal (host, "localhost") || g_str_has_suffix (host, ".localhost");
}

/**
 * upscale_http_origin_is_private:
 * @address: an address
 *
 * Returns: %TRUE if nobody on the network can read requests to @address
 */
gboolean
upscale_http_origin_is_private (GUri *address)
{
  g_return_val_if_fail (address, FALSE);

  return g_str_equal (g_uri_get_scheme (address), "https") ||
         upscale_http_origin_is_loopback (address);
}

/**
 * upscale_http_origin_to_string:
 * @address: an address
 *
 * Returns: (transfer full): scheme, host and port, always with the port
 */
char *
upscale_http_origin_to_string (GUri *address)
{
  g_return_val_if_fail (address, NULL);

  return g_strdup_printf ("%s://%s:%d", g_uri_get_scheme (address),
                          g_uri_get_host (address), g_uri_get_port (address));
}

/**
 * upscale_http_origin_to_display:
 * @address: an address
 *
 * Returns: (transfer full): the origin as a user would write it, without a default port
 */
char *
upscale_http_origin_to_display (GUri *address)
{
  g_autofree char *shown = NULL;

  g_return_val_if_fail (address, NULL);

  shown = g_uri_join (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (address), NULL,
                      g_uri_get_host (address), g_uri_get_port (address), "", NULL, NULL);
  if (g_str_has_suffix (shown, "/"))
    shown[strlen (shown) - 1] = '\0';
  return g_steal_pointer (&shown);
}

/**
 * upscale_http_origin_is_same:
 * @a: an address
 * @b: another address, such as a redirect's target; it may have no host
 *
 * Compares hosts without case.
 *
 * Returns: %TRUE if scheme, host and port are the same, so that the keys of @a may be
 * sent to @b
 */
gboolean
upscale_http_origin_is_same (GUri *a, GUri *b)
{
  g_return_val_if_fail (a && b, FALSE);

  return g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b)) && g_uri_get_host (b) &&
         g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 &&
         g_uri_get_port (a) == g_uri_get_port (b);
}

/**
 * upscale_http_origin_is_secured:
 * @plain: an address
 * @target: another address, such as a redirect's target; it may have no host
 *
 * Returns: %TRUE if @plain is http and @target is https on the same host
 */
gboolean
upscale_http_origin_is_secured (GUri *plain, GUri *target)
{
  g_return_val_if_fail (plain && target, FALSE);

  return g_str_equal (g_uri_get_scheme (plain), "http") &&
         g_str_equal (g_uri_get_scheme (target), "https") && g_uri_get_host (target) &&
         g_ascii_strcasecmp (g_uri_get_host (plain), g_uri_get_host (target)) == 0;
}

/**
 * upscale_http_origin_secure:
 * @address: an address, with a query or without
 * @port: the port where its host speaks https, 0 if there is none
 *
 * Returns: (transfer full): the same address over https, or @address itself
 */
GUri *
upscale_http_origin_secure (GUri *address, int port)
{
  g_return_val_if_fail (address, NULL);

  if (port == 0 || !g_str_equal (g_uri_get_scheme (address), "http"))
    return g_uri_ref (address);
  return g_uri_build (SOUP_HTTP_URI_FLAGS, "https", NULL, g_uri_get_host (address), port,
                      g_uri_get_path (address), g_uri_get_query (address), NULL);
}
