/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-http.h"

#include <glib/gi18n-lib.h>

#include "upscale-http-origin.h"
#include "upscale-error.h"
#include "upscale-http-certificate.h"
#include "upscale-http-error.h"
#include "upscale-http-header.h"
#include "upscale-http-message.h"
#include "upscale-http-redirect.h"
#include "upscale-pause.h"
#include "upscale-stall-timeout.h"
#include "upscale-text.h"

#define READ_BYTES (1 << 20)
/* GByteArray counts its bytes in a guint, with those that are being read. */
#define MOST_ANSWER_BYTES ((gsize) G_MAXUINT - 2 * READ_BYTES)
/* More is reserved only as bytes arrive, since a server may announce any length. */
#define MOST_RESERVED_BYTES (64 << 20)
#define MOST_PLACE_CHARS 200
/* The scheduler limits slots. A request must not wait inside libsoup for a connection
 * while its deadline runs. */
#define MAX_CONNECTIONS 256

/**
 * UpscaleHttp:
 *
 * Sends requests to one endpoint. Its headers, which may be secrets, go to that origin
 * only: #UpscaleHttp follows redirects itself, within the origin, since libsoup drops
 * only `Authorization` on a redirect to another host. libsoup's own timeouts are off:
 * callers have deadlines, and #UpscaleStallTimeout ends a request that stalls.
 */
struct _UpscaleHttp
{
  GObject parent_instance;

  UpscaleClock *clock;
  SoupSession  *session;
  GPtrArray    *headers;
  char         *certificates; /* fingerprints that are trusted */
  int           secure_port;  /* 0 until the server has redirected from http to https */
};

G_DEFINE_FINAL_TYPE (UpscaleHttp, upscale_http, G_TYPE_OBJECT)

/* One request with all its redirects. */
typedef struct
{
  UpscaleHttp  *http;
  GUri         *origin;
  char         *method;
  GBytes       *sent_body;
  char         *content_type;
  char         *prefer;
  SoupMessage  *message;
  GInputStream *stream;
  GByteArray   *body;
  guint         n_read; /* bytes of @body */
  gsize         max_answer_bytes;

  UpscaleStallTimeout     *timeout;
  gint64                   silence_us;
  gboolean                *is_sent; /* of the caller, or NULL */
  gsize                    n_written;
  UpscaleHttpRedirectChain redirects;
  gint64                   sent_us;
} Exchange;

static void send_message (GTask *task);
static void read_more (GTask *task);

/* libsoup may keep the message for longer than the exchange. */
static void
forget_message (Exchange *exchange)
{
  if (exchange->message)
    g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_clear_object (&exchange->message);
}

static void
exchange_free (Exchange *exchange)
{
  g_uri_unref (exchange->origin);
  g_free (exchange->method);
  g_clear_pointer (&exchange->sent_body, g_bytes_unref);
  g_free (exchange->content_type);
  g_free (exchange->prefer);
  forget_message (exchange);
  g_clear_object (&exchange->stream);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  upscale_stall_timeout_free (exchange->timeout);
  g_free (exchange);
}

static void
upscale_http_finalize (GObject *object)
{
  UpscaleHttp *self = UPSCALE_HTTP (object);

  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_clear_object (&self->clock);
  g_ptr_array_unref (self->headers);
  g_free (self->certificates);
  G_OBJECT_CLASS (upscale_http_parent_class)->finalize (object);
}

static void
upscale_http_class_init (UpscaleHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_http_finalize;
}

static void
upscale_http_init (UpscaleHttp *self)
{
  self->headers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_http_header_free);
  self->certificates = g_strdup ("");
}

/**
 * upscale_http_new:
 * @clock: measures silence
 *
 * Returns: (transfer full): a sender for the main thread
 */
UpscaleHttp *
upscale_http_new (UpscaleClock *clock)
{
  return upscale_http_new_for_socket (clock, NULL);
}

/**
 * upscale_http_new_for_socket:
 * @clock: measures silence
 * @address: (nullable): the socket to connect to, for requests to any host; %NULL to
 * connect to the host of each request
 *
 * Returns: (transfer full): a sender for the main thread
 */
UpscaleHttp *
upscale_http_new_for_socket (UpscaleClock *clock, GSocketAddress *address)
{
  UpscaleHttp *self;

  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  self = g_object_new (UPSCALE_TYPE_HTTP, NULL);
  self->clock = g_object_ref (clock);
  self->session =
      soup_session_new_with_options ("max-conns", MAX_CONNECTIONS, "max-conns-per-host",
                                     MAX_CONNECTIONS, "timeout", 0, "user-agent",
                                     "tile-upscale/" UPSCALE_VERSION,
                                     "remote-connectable", address, NULL);
  return self;
}

/**
 * upscale_http_add_header:
 * @http: a sender
 * @name: name of the header
 * @value: its value, which may be a secret
 *
 * Adds a header to every later request.
 */
void
upscale_http_add_header (UpscaleHttp *http, const char *name, const char *value)
{
  g_return_if_fail (UPSCALE_IS_HTTP (http));
  g_return_if_fail (name && value);

  g_ptr_array_add (http->headers, upscale_http_header_new (name, value));
}

/**
 * upscale_http_trust:
 * @http: a sender
 * @fingerprints: see upscale_http_certificate_trust()
 *
 * Sets the certificates that later requests trust beside those that the system trusts.
 */
void
upscale_http_trust (UpscaleHttp *http, const char *fingerprints)
{
  g_return_if_fail (UPSCALE_IS_HTTP (http));
  g_return_if_fail (fingerprints);

  g_set_str (&http->certificates, fingerprints);
}

/* libsoup emits SoupMessage::wrote-body so late that the server may have answered. */
static void
on_body_data_written (SoupMessage *message, guint n_bytes, gpointer user_data)
{
  Exchange *exchange = user_data;

  exchange->n_written += n_bytes;
  if (exchange->is_sent && exchange->sent_body &&
      exchange->n_written >= g_bytes_get_size (exchange->sent_body))
    *exchange->is_sent = TRUE;
}

static void
make_message (Exchange *exchange, GUri *uri)
{
  g_autoptr (SoupMessage) message =
      upscale_http_message_new (exchange->method, uri, exchange->http->headers);

  if (exchange->prefer)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Prefer",
                                  exchange->prefer);
  if (exchange->sent_body)
    upscale_http_message_set_body (message, exchange->content_type, exchange->sent_body);
  upscale_http_certificate_trust (message, exchange->http->certificates);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (on_body_data_written),
                    exchange);
  forget_message (exchange);
  exchange->n_written = 0;
  exchange->message = g_steal_pointer (&message);
}

static void
fail (GTask *task, const GError *failure)
{
  Exchange   *exchange = g_task_get_task_data (task);
  const char *host = g_uri_get_host (exchange->origin);
  GError     *silence = upscale_stall_timeout_dup_error (exchange->timeout, host);

  upscale_stall_timeout_stop (exchange->timeout);
  if (silence)
    g_task_return_error (task, silence);
  else if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_error_copy (failure));
  else if (failure->domain == G_TLS_ERROR)
    g_task_return_error (task,
                         upscale_http_certificate_explain (exchange->message, failure));
  else
    g_task_return_error (task, upscale_http_error_from_transport (failure, host));
}

static gint64
read_retry_after (const Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);

  return upscale_http_message_parse_retry_after (
      soup_message_headers_get_one (headers, "Retry-After"),
      g_get_real_time () / G_USEC_PER_SEC);
}

static void
succeed (GTask *task)
{
  Exchange          *exchange = g_task_get_task_data (task);
  UpscaleHttpAnswer *answer = g_new0 (UpscaleHttpAnswer, 1);

  upscale_stall_timeout_stop (exchange->timeout);
  answer->status = soup_message_get_status (exchange->message);
  answer->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
  answer->wait_us = read_retry_after (exchange);
  g_task_return_pointer (task, answer, (GDestroyNotify) upscale_http_answer_free);
}

/* Takes the task. */
static void
refuse (GTask *task, UpscaleError code, const char *format, const char *what)
{
  Exchange        *exchange = g_task_get_task_data (task);
  g_autofree char *tidy = upscale_text_tidy (what ? what : "", MOST_PLACE_CHARS);
  g_autofree char *sentence = g_strdup_printf (format, tidy);

  upscale_stall_timeout_stop (exchange->timeout);
  g_task_return_new_error_literal (task, UPSCALE_ERROR, (int) code, sentence);
  g_object_unref (task);
}

/* After a redirect to https, later requests start there. A proxy may redirect a large
 * request before it has read the body, and libsoup loses such an answer. */
static gboolean
may_follow (Exchange *exchange, GUri *target)
{
  if (!target)
    return FALSE;
  if (upscale_http_origin_is_same (exchange->origin, target))
    return TRUE;
  if (!upscale_http_origin_is_secured (exchange->origin, target))
    return FALSE;
  exchange->http->secure_port = g_uri_get_port (target);
  g_uri_unref (exchange->origin);
  exchange->origin = g_uri_ref (target);
  return TRUE;
}

/* Prepares the request that a redirect asks for: the same one, or a GET of its result.
 */
static void
prepare_redirect (Exchange *exchange, GUri *target)
{
  guint status = soup_message_get_status (exchange->message);

  if (!upscale_http_redirect_keeps_method (status))
    {
      g_set_str (&exchange->method, "GET");
      g_clear_pointer (&exchange->sent_body, g_bytes_unref);
      g_clear_pointer (&exchange->prefer, g_free);
    }
  make_message (exchange, target);
}

static void
on_redirect_due (gpointer user_data)
{
  GTask    *task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) cancelled = NULL;

  if (g_cancellable_set_error_if_cancelled (
          upscale_stall_timeout_get_cancellable (exchange->timeout), &cancelled))
    {
      fail (task, cancelled);
      g_object_unref (task);
      return;
    }
  upscale_stall_timeout_follow (exchange->timeout, exchange->message);
  send_message (task);
}

/* Modal and proxies answer 303 repeatedly while a job runs. Takes the task. */
static void
follow_redirect (GTask *task)
{
  Exchange           *exchange = g_task_get_task_data (task);
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  const char         *location = soup_message_headers_get_one (headers, "Location");
  gint64              now_us = upscale_clock_get_now (exchange->http->clock);
  gint64              wait_us =
      upscale_http_redirect_pace (&exchange->redirects, exchange->sent_us, now_us,
                                  read_retry_after (exchange), exchange->silence_us);
  g_autoptr (GUri) target =
      location ? g_uri_parse_relative (soup_message_get_uri (exchange->message), location,
                                       SOUP_HTTP_URI_FLAGS, NULL)
               : NULL;

  if (!location)
    refuse (task, UPSCALE_ERROR_PROTOCOL,
            _ ("it redirects, but does not say where; check the server"), NULL);
  else if (!may_follow (exchange, target))
    refuse (task, UPSCALE_ERROR_REJECTED,
            _ ("it redirects to '%s', which is not followed as it is another "
               "host: give that address as the endpoint if you trust it"),
            location);
  else if (wait_us < 0)
    refuse (task, UPSCALE_ERROR_PROTOCOL,
            _ ("it redirects from address to address and never answers, last to '%s'; "
               "check the server and the proxies before it"),
            location);
  else
    {
      g_debug ("following a redirect with status %u in %" G_GINT64_FORMAT " ms",
               soup_message_get_status (exchange->message), wait_us / 1000);
      prepare_redirect (exchange, target);
      upscale_stall_timeout_pause (exchange->timeout);
      upscale_pause (exchange->http->clock, wait_us,
                     upscale_stall_timeout_get_cancellable (exchange->timeout),
                     on_redirect_due, task);
    }
}

static void
refuse_size (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  upscale_stall_timeout_stop (exchange->timeout);
  g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                           "its answer is larger than %" G_GSIZE_FORMAT
                           " MiB, which no answer to this batch can be",
                           exchange->max_answer_bytes >> 20);
}

static void
on_read (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) failure = NULL;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &failure);

  g_byte_array_set_size (exchange->body, exchange->n_read + (guint) MAX (size, 0));
  exchange->n_read = exchange->body->len;
  if (size < 0)
    fail (task, failure);
  else if (size == 0)
    succeed (task);
  else if (exchange->n_read > exchange->max_answer_bytes)
    refuse_size (task);
  else
    {
      upscale_stall_timeout_note_moved (exchange->timeout, (gsize) size);
      read_more (g_steal_pointer (&task));
    }
}

/* Reads into the body, whose length includes the bytes that are being read. Takes the
 * task. */
static void
read_more (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  g_byte_array_set_size (exchange->body, exchange->n_read + READ_BYTES);
  g_input_stream_read_async (exchange->stream, exchange->body->data + exchange->n_read,
                             READ_BYTES, G_PRIORITY_DEFAULT,
                             upscale_stall_timeout_get_cancellable (exchange->timeout),
                             on_read, task);
}

/* Reserves the announced length, since growing the body copies the bytes that were read
 * before. The system gives memory only to bytes that arrive. */
static void
reserve_body (Exchange *exchange)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  guint64 length = (guint64) soup_message_headers_get_content_length (headers);

  g_byte_array_unref (exchange->body);
  exchange->body =
      g_byte_array_sized_new ((guint) MIN (length, MOST_RESERVED_BYTES) + READ_BYTES);
}

static void
on_sent (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  g_autoptr (GError) failure = NULL;

  g_clear_object (&exchange->stream);
  exchange->stream = soup_session_send_finish (SOUP_SESSION (object), result, &failure);
  upscale_stall_timeout_note_sent (exchange->timeout);
  if (!exchange->stream)
    fail (task, failure);
  else if (!upscale_http_message_has_one_end (exchange->message))
    refuse (g_steal_pointer (&task), UPSCALE_ERROR_PROTOCOL,
            _ ("its answer does not say where it ends; check the server and the proxies "
               "before it"),
            NULL);
  else if (upscale_http_redirect_is_status (soup_message_get_status (exchange->message)))
    follow_redirect (g_steal_pointer (&task));
  else
    {
      reserve_body (exchange);
      read_more (g_steal_pointer (&task));
    }
}

/* Takes the task. */
static void
send_message (GTask *task)
{
  Exchange *exchange = g_task_get_task_data (task);

  exchange->sent_us = upscale_clock_get_now (exchange->http->clock);
  soup_session_send_async (exchange->http->session, exchange->message, G_PRIORITY_DEFAULT,
                           upscale_stall_timeout_get_cancellable (exchange->timeout),
                           on_sent, task);
}

/**
 * upscale_http_send_async:
 * @http: a sender
 * @request: the request
 * @cancellable: (nullable): a cancellable, also for deadlines
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Sends a request and reads the whole answer. Follows redirects within the origin, and
 * from http to https on one host. Requests to this machine never use a proxy.
 */
void
upscale_http_send_async (UpscaleHttp              *http,
                         const UpscaleHttpRequest *request,
                         GCancellable             *cancellable,
                         GAsyncReadyCallback       callback,
                         gpointer                  user_data)
{
  GTask    *task;
  Exchange *exchange;

  g_return_if_fail (UPSCALE_IS_HTTP (http));
  g_return_if_fail (request && request->method && request->uri);

  task = g_task_new (http, cancellable, callback, user_data);
  exchange = g_new0 (Exchange, 1);
  g_task_set_source_tag (task, upscale_http_send_async);
  /* GLib's resolver sends loopback through the proxy too, unless the user excludes it. A
   * proxy can't reach this machine, and could read requests that are meant to stay on it.
   */
  if (upscale_http_origin_is_loopback (request->uri))
    soup_session_set_proxy_resolver (http->session, NULL);
  exchange->http = http;
  exchange->origin = upscale_http_origin_secure (request->uri, http->secure_port);
  exchange->method = g_strdup (request->method);
  exchange->sent_body = request->body ? g_bytes_ref (request->body) : NULL;
  exchange->content_type = g_strdup (request->content_type);
  exchange->prefer = g_strdup (request->prefer);
  exchange->silence_us = request->silence_us;
  exchange->is_sent = request->is_sent;
  exchange->redirects.begun_us = upscale_clock_get_now (http->clock);
  make_message (exchange, exchange->origin);
  exchange->body = g_byte_array_new ();
  exchange->max_answer_bytes = MIN (request->max_answer_bytes, MOST_ANSWER_BYTES);
  exchange->timeout =
      upscale_stall_timeout_new (http->clock, request->silence_us, cancellable);
  g_task_set_task_data (task, exchange, (GDestroyNotify) exchange_free);
  g_task_set_check_cancellable (task, FALSE);
  upscale_stall_timeout_follow (exchange->timeout, exchange->message);
  send_message (task);
}

/**
 * upscale_http_send_finish:
 * @http: a sender
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: (transfer full): the answer, with any status but a redirect; %NULL with
 * %UPSCALE_ERROR_UNREACHABLE, %UPSCALE_ERROR_TRANSPORT, %UPSCALE_ERROR_REJECTED,
 * %UPSCALE_ERROR_PROTOCOL or %G_IO_ERROR_CANCELLED
 */
UpscaleHttpAnswer *
upscale_http_send_finish (UpscaleHttp *http, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, http), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * upscale_http_make_uri:
 * @base: the address that routes are relative to; may have a path
 * @path: a route
 * @query: (nullable): its parameters
 *
 * Returns: (transfer full): the address of the route
 */
GUri *
upscale_http_make_uri (GUri *base, const char *path, const char *query)
{
  const char      *prefix;
  gsize            n_prefix;
  g_autofree char *full = NULL;

  g_return_val_if_fail (base && path, NULL);

  prefix = g_uri_get_path (base);
  n_prefix = strlen (prefix);
  while (n_prefix > 0 && prefix[n_prefix - 1] == '/')
    n_prefix--;
  full = g_strdup_printf ("%.*s%s", (int) n_prefix, prefix, path);
  return g_uri_build (SOUP_HTTP_URI_FLAGS, g_uri_get_scheme (base), NULL,
                      g_uri_get_host (base), g_uri_get_port (base), full, query, NULL);
}
