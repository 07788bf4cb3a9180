/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-access.h"

#include "upscale-local-problem.h"

#include <errno.h>
#include <sys/random.h>

#define SCHEME "Bearer "
#define TOKEN_BYTES 32

/**
 * upscale_local_access_make_token:
 * @error: return location for an error
 *
 * Returns: (transfer full): 256 random bits from the kernel, in hexadecimal digits
 */
char *
upscale_local_access_make_token (GError **error)
{
  guint8 random[TOKEN_BYTES];
  g_autoptr (GString) text = g_string_new (NULL);

  if (getrandom (random, sizeof random, 0) != sizeof random)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   "no token can be made: %s", g_strerror (errno));
      return NULL;
    }
  for (gsize i = 0; i < sizeof random; i++)
    g_string_append_printf (text, "%02x", random[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A page in a browser can reach loopback under its own host name (DNS rebinding), or
 * with requests from its own origin. */
static gboolean
is_from_elsewhere (SoupMessageHeaders *headers)
{
  const char      *host = soup_message_headers_get_one (headers, "Host");
  g_autofree char *uri = g_strconcat ("http://", host ? host : "", "/", NULL);
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  const char *name = parsed ? g_uri_get_host (parsed) : "";

  if (soup_message_headers_get_one (headers, "Origin"))
    return TRUE;
  return !g_strv_contains ((const char *const[]) { "127.0.0.1", "localhost", "::1",
                                                   NULL },
                           name);
}

/* Takes the same time wherever the secrets differ, so that no token can be guessed
 * character by character. */
static gboolean
is_same_secret (const char *given, const char *expected)
{
  gsize length = strlen (expected);
  guint difference = strlen (given) != length;

  for (gsize i = 0; i < length; i++)
    {
      difference |= (guchar) *given ^ (guchar) expected[i];
      given += *given != '\0';
    }
  return difference == 0;
}

static gboolean
has_token (SoupMessageHeaders *headers, const char *token)
{
  const char *given = soup_message_headers_get_one (headers, "Authorization");

  return given && g_ascii_strncasecmp (given, SCHEME, strlen (SCHEME)) == 0 &&
         is_same_secret (given + strlen (SCHEME), token);
}

/**
 * upscale_local_access_check:
 * @message: a request whose headers were received
 * @token: (nullable): the required token, %NULL for none
 * @error: return location for an error
 *
 * Returns: %TRUE if the request is allowed, or %FALSE with the problem 401 or 403
 */
gboolean
upscale_local_access_check (SoupServerMessage *message, const char *token, GError **error)
{
  SoupMessageHeaders *headers;

  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), FALSE);

  headers = soup_server_message_get_request_headers (message);
  if (is_from_elsewhere (headers))
    {
      upscale_local_problem_set (
          error, SOUP_STATUS_FORBIDDEN,
          "this endpoint answers programs on this machine only, not pages in a browser");
      return FALSE;
    }
  if (!token || has_token (headers, token))
    return TRUE;
  upscale_local_problem_set (error, SOUP_STATUS_UNAUTHORIZED,
                             "this endpoint wants its token, as 'Authorization: Bearer': "
                             "it is in UPSCALE_TOKEN, or was printed at the start");
  return FALSE;
}
