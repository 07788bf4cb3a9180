/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-http-message.h"

#include <string.h>

#include "upscale-http-header.h"

#define MAX_WAIT_S 3600

/**
 * upscale_http_message_new:
 * @method: a method
 * @uri: the address
 * @headers: (element-type UpscaleHttpHeader): headers of every request
 *
 * Returns: (transfer full): a message that does not follow redirects
 */
SoupMessage *
upscale_http_message_new (const char *method, GUri *uri, GPtrArray *headers)
{
  SoupMessage        *message;
  SoupMessageHeaders *sent;

  g_return_val_if_fail (method && uri && headers, NULL);

  message = soup_message_new_from_uri (method, uri);
  sent = soup_message_get_request_headers (message);
  /* Requests are idempotent by contract. With the flag libsoup reuses connections, and
   * sends a request again when a connection was closed. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  soup_message_headers_replace (sent, "Accept", "application/json, image/*");
  for (guint i = 0; i < headers->len; i++)
    {
      const UpscaleHttpHeader *header = headers->pdata[i];

      soup_message_headers_replace (sent, header->name, header->value);
    }
  return message;
}

/* libsoup sends a request again when a kept connection was closed, but without a body,
 * since it has read the body's stream to the end. */
static void
on_restarted (SoupMessage *message, gpointer user_data)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  g_autofree char    *content_type =
      g_strdup (soup_message_headers_get_one (headers, "Content-Type"));

  soup_message_set_request_body_from_bytes (message, content_type, user_data);
}

static void
release_body (gpointer data, GClosure *closure)
{
  g_bytes_unref (data);
}

/**
 * upscale_http_message_set_body:
 * @message: a message
 * @content_type: (nullable): type of @body, %NULL for JSON
 * @body: the body
 *
 * Sets the body of a request, also for the times that libsoup sends it again.
 */
void
upscale_http_message_set_body (SoupMessage *message,
                               const char  *content_type,
                               GBytes      *body)
{
  g_return_if_fail (SOUP_IS_MESSAGE (message));
  g_return_if_fail (body);

  soup_message_set_request_body_from_bytes (message,
                                            content_type ? content_type
                                                         : "application/json",
                                            body);
  g_signal_connect_data (message, "restarted", G_CALLBACK (on_restarted),
                         g_bytes_ref (body), release_body, G_CONNECT_DEFAULT);
}

static gboolean
is_number (const char *text)
{
  return *text != '\0' && strspn (text, "0123456789") == strlen (text);
}

/**
 * upscale_http_message_has_one_end:
 * @message: a message with the headers of its answer
 *
 * libsoup takes the last of several lengths, accepts a negative one, and ignores unknown
 * codings. A proxy on the way may read such an answer in another way.
 *
 * Returns: %TRUE if the headers define the end of the answer without ambiguity
 */
gboolean
upscale_http_message_has_one_end (SoupMessage *message)
{
  SoupMessageHeaders *headers;
  const char         *list;
  const char         *coding;
  g_auto (GStrv) lengths = NULL;

  g_return_val_if_fail (SOUP_IS_MESSAGE (message), FALSE);

  headers = soup_message_get_response_headers (message);
  list = soup_message_headers_get_list (headers, "Content-Length");
  coding = soup_message_headers_get_list (headers, "Transfer-Encoding");
  lengths = list ? g_strsplit (list, ",", -1) : NULL;
  if (coding && g_ascii_strcasecmp (coding, "chunked") != 0 &&
      g_ascii_strcasecmp (coding, "identity") != 0)
    return FALSE;
  for (char **length = lengths; length && *length; length++)
    if (!is_number (g_strstrip (*length)) ||
        !g_str_equal (*length, g_strstrip (*lengths)))
      return FALSE;
  return TRUE;
}

/**
 * upscale_http_message_parse_retry_after:
 * @value: (nullable): value of the header Retry-After: seconds, or a date
 * @now_s: the time, seconds since 1970
 *
 * Returns: the time to wait in us, at most an hour; 0 if @value is neither
 */
gint64
upscale_http_message_parse_retry_after (const char *value, gint64 now_s)
{
  g_autoptr (GDateTime) date = NULL;
  gint64 seconds = 0;

  if (!value)
    return 0;
  if (!g_ascii_string_to_signed (value, 10, 0, G_MAXINT, &seconds, NULL))
    {
      date = soup_date_time_new_from_http_string (value);
      seconds = date ? g_date_time_to_unix (date) - now_s : 0;
    }
  return CLAMP (seconds, 0, MAX_WAIT_S) * G_USEC_PER_SEC;
}
