/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-http-message.h"

#include <string.h>

#include "upscale-http-header.h"

#define MAX_WAIT_S 3600

/**
 * upscale_http_message_new:
 * @method: a method
 * @uri: where to
 * @headers: (element-type UpscaleHttpHeader): what goes with every request
 *
 * Returns: (transfer full): a message that does not follow redirects
 */
SoupMessage *
upscale_http_message_new (const char *method, GUri *uri, GPtrArray *headers)
{
  SoupMessage        *message = soup_message_new_from_uri (method, uri);
  SoupMessageHeaders *sent = soup_message_get_request_headers (message);

  /* Idempotent by contract, so connections may be reused and a request that met a closed
   * one is sent again. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_IDEMPOTENT);
  soup_message_headers_replace (sent, "Accept", "application/json, image/*");
  for (guint i = 0; i < headers->len; i++)
    {
      const UpscaleHttpHeader *header = headers->pdata[i];

      soup_message_headers_replace (sent, header->name, header->value);
    }
  return message;
}

/* libsoup sends a request again by itself when a kept connection turns out to be closed,
 * and by then it has read the body to its end. */
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
 * @content_type: (nullable): what @body is, %NULL for JSON
 * @body: what is sent along
 */
void
upscale_http_message_set_body (SoupMessage *message,
                               const char  *content_type,
                               GBytes      *body)
{
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
 * @message: a message whose answer's headers are there
 *
 * libsoup takes the last of several lengths, any negative one, and ignores codings that
 * it does not know; a proxy on the way may have done otherwise.
 *
 * Returns: %TRUE if the answer says in one way only where it ends
 */
gboolean
upscale_http_message_has_one_end (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char         *list = soup_message_headers_get_list (headers, "Content-Length");
  const char *coding = soup_message_headers_get_list (headers, "Transfer-Encoding");
  g_auto (GStrv) lengths = list ? g_strsplit (list, ",", -1) : NULL;

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
 * @value: (nullable): the header: seconds, or a date
 * @now_s: the time, seconds since 1970
 *
 * Returns: how long to wait, us; 0 when it does not say
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
