/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Refuses requests without a definite end: bytes that one reader takes for the body,
 * another takes for the next request (request smuggling). libsoup takes the last of
 * several lengths, prefers chunks to a length, waits forever for a body of negative
 * size, and warns of the smallest. */
#include "upscale-local-framing.h"

#define MOST_DIGITS 18
#define REFUSAL                                                                          \
  "HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\n"               \
  "Content-Length: %zu\r\nConnection: close\r\n\r\n%s"
#define PROBLEM                                                                          \
  "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":\"the " \
  "end of the request is ambiguous: send one Content-Length, or chunks\"}"

static gboolean
is_length (const char *text)
{
  gsize n_digits = strspn (text, "0123456789");

  return n_digits > 0 && n_digits <= MOST_DIGITS && text[n_digits] == '\0';
}

/**
 * upscale_local_framing_is_sound:
 * @headers: the headers of a request
 *
 * Returns: %TRUE if the end of the body is definite (RFC 9112, section 6.3)
 */
gboolean
upscale_local_framing_is_sound (SoupMessageHeaders *headers)
{
  const char *length = soup_message_headers_get_list (headers, "Content-Length");
  const char *coding = soup_message_headers_get_list (headers, "Transfer-Encoding");

  if (coding)
    return !length && g_ascii_strcasecmp (coding, "chunked") == 0;
  return !length || is_length (length);
}

/**
 * upscale_local_framing_refuse:
 * @message: a request whose headers were received
 *
 * Answers and closes the connection, as the start of the next request is unknown.
 */
void
upscale_local_framing_refuse (SoupServerMessage *message)
{
  g_autoptr (GIOStream) connection = soup_server_message_steal_connection (message);
  g_autofree char *answer = g_strdup_printf (REFUSAL, strlen (PROBLEM), PROBLEM);

  /* Don't wait for a client that does not read its refusal. */
  g_output_stream_write_all (g_io_stream_get_output_stream (connection), answer,
                             strlen (answer), NULL, NULL, NULL);
  g_io_stream_close (connection, NULL, NULL);
}
