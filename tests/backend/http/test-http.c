/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests over real sockets that are cancelled in a bad moment, or redirected. */
#include <libsoup/soup.h>

#include "upscale-http.h"

#define SILENCE_US (60 * (gint64) G_USEC_PER_SEC)

/* The server has its own thread, so that it can answer while the client writes. */
typedef struct
{
  GMainContext *context;
  GMainLoop    *loop;
  GThread      *thread;
  SoupServer   *server;
  GMutex        lock;
  GCond         changed;
  gboolean      is_listening;
  gboolean      has_answered;
  UpscaleHttp  *http;
  GUri         *uri;
  GCancellable *cancellable;
  gboolean      cancels;
  gboolean      has_ended;
  guint         status;
  guint         redirect_status;
  char         *seen; /* the request to the target of a redirect */
  GError       *error;
} Fixture;

static void
raise_flag (Fixture *fixture, gboolean *flag)
{
  g_mutex_lock (&fixture->lock);
  *flag = TRUE;
  g_cond_signal (&fixture->changed);
  g_mutex_unlock (&fixture->lock);
}

static void
wait_for_flag (Fixture *fixture, gboolean *flag)
{
  g_mutex_lock (&fixture->lock);
  while (!*flag)
    g_cond_wait (&fixture->changed, &fixture->lock);
  *flag = FALSE;
  g_mutex_unlock (&fixture->lock);
}

static void
on_answer_written (SoupServerMessage *message, gpointer user_data)
{
  Fixture *fixture = user_data;

  raise_flag (fixture, &fixture->has_answered);
}

static void
on_request (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (g_str_equal (path, "/from"))
    {
      soup_server_message_set_redirect (message, fixture->redirect_status, "/to");
      return;
    }
  g_free (fixture->seen);
  fixture->seen = g_strdup_printf ("%s %.*s %s", soup_server_message_get_method (message),
                                   (int) g_bytes_get_size (body),
                                   (const char *) g_bytes_get_data (body, NULL),
                                   soup_message_headers_get_one (headers, "X-Secret"));
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, "{}",
                                    2);
  g_signal_connect (message, "wrote-body", G_CALLBACK (on_answer_written), user_data);
}

static gpointer
serve (gpointer data)
{
  Fixture *fixture = data;
  GSList  *uris;

  g_main_context_push_thread_default (fixture->context);
  fixture->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (fixture->server, NULL, on_request, fixture, NULL);
  g_assert_true (
      soup_server_listen_local (fixture->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (fixture->server);
  fixture->uri = g_uri_ref (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  raise_flag (fixture, &fixture->is_listening);
  g_main_loop_run (fixture->loop);
  g_object_unref (fixture->server);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

static gboolean
on_time_to_cancel (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

/* The answer arrives before libsoup reads, so libsoup reads it in the iteration of the
 * main loop that wrote the request, and calls back in a later one. */
static gboolean
on_any_request_written (GSignalInvocationHint *hint,
                        guint                  n_values,
                        const GValue          *values,
                        gpointer               user_data)
{
  Fixture *fixture = user_data;

  wait_for_flag (fixture, &fixture->has_answered);
  return TRUE;
}

/* Runs between these iterations. */
static gboolean
on_any_headers_read (GSignalInvocationHint *hint,
                     guint                  n_values,
                     const GValue          *values,
                     gpointer               user_data)
{
  Fixture *fixture = user_data;

  if (fixture->cancels)
    g_idle_add_full (G_PRIORITY_HIGH, on_time_to_cancel,
                     g_object_ref (fixture->cancellable), g_object_unref);
  return TRUE;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();

  g_mutex_init (&fixture->lock);
  g_cond_init (&fixture->changed);
  fixture->context = g_main_context_new ();
  fixture->loop = g_main_loop_new (fixture->context, FALSE);
  fixture->thread = g_thread_new ("server", serve, fixture);
  wait_for_flag (fixture, &fixture->is_listening);
  fixture->http = upscale_http_new (clock);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->http);
  g_main_loop_quit (fixture->loop);
  g_thread_join (fixture->thread);
  g_main_loop_unref (fixture->loop);
  g_main_context_unref (fixture->context);
  g_uri_unref (fixture->uri);
  g_mutex_clear (&fixture->lock);
  g_cond_clear (&fixture->changed);
  g_clear_error (&fixture->error);
  g_free (fixture->seen);
}

static void
on_answered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (UpscaleHttpAnswer) answer =
      upscale_http_send_finish (UPSCALE_HTTP (object), result, &fixture->error);

  fixture->status = answer ? answer->status : 0;
  fixture->has_ended = TRUE;
}

static void
send_request (Fixture *fixture, UpscaleHttpRequest request)
{
  request.max_answer_bytes = 1 << 20;
  request.silence_us = SILENCE_US;
  fixture->has_ended = FALSE;
  g_clear_error (&fixture->error);
  fixture->cancellable = g_cancellable_new ();
  upscale_http_send_async (fixture->http, &request, fixture->cancellable, on_answered,
                           fixture);
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&fixture->cancellable);
}

static void
send (Fixture *fixture)
{
  send_request (fixture, (UpscaleHttpRequest) { .method = "GET", .uri = fixture->uri });
}

typedef struct
{
  guint       status;
  const char *method;
  const char *seen;
} RedirectRow;

static const RedirectRow redirect_rows[] = {
  { 301, "PUT", "PUT body secret" },   { 302, "PUT", "PUT body secret" },
  { 303, "PUT", "GET  secret" },       { 307, "PUT", "PUT body secret" },
  { 308, "PUT", "PUT body secret" },   { 301, "POST", "POST body secret" },
  { 302, "POST", "POST body secret" }, { 303, "POST", "GET  secret" },
  { 307, "POST", "POST body secret" }, { 308, "POST", "POST body secret" },
};

static void
test_redirects_keep_what_they_should (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GUri) from =
      g_uri_parse_relative (fixture->uri, "/from", SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("body", 4);

  /* A key that was read from a file ends with a line end. */
  upscale_http_add_header (fixture->http, "X-Secret", "sec\r\nret\n");
  for (gsize i = 0; i < G_N_ELEMENTS (redirect_rows); i++)
    {
      const RedirectRow *row = &redirect_rows[i];

      fixture->redirect_status = row->status;
      send_request (fixture, (UpscaleHttpRequest) {
                                 .method = row->method, .uri = from, .body = body });
      g_test_message ("%u %s", row->status, row->method);
      g_assert_no_error (fixture->error);
      g_assert_cmpuint (fixture->status, ==, SOUP_STATUS_OK);
      g_assert_cmpstr (fixture->seen, ==, row->seen);
    }
}

/* libsoup 3.6.5 finishes a message twice when it is cancelled in that moment, and the
 * next request crashes in its session. */
static void
test_cancelled_when_the_headers_have_come (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GTypeClass) message_class = g_type_class_ref (SOUP_TYPE_MESSAGE);
  guint  written = g_signal_lookup ("wrote-body", SOUP_TYPE_MESSAGE);
  guint  read = g_signal_lookup ("got-headers", SOUP_TYPE_MESSAGE);
  gulong on_written;
  gulong on_read;

  on_written =
      g_signal_add_emission_hook (written, 0, on_any_request_written, fixture, NULL);
  on_read = g_signal_add_emission_hook (read, 0, on_any_headers_read, fixture, NULL);
  for (int i = 0; i < 3; i++)
    {
      fixture->cancels = TRUE;
      send (fixture);
      g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      fixture->cancels = FALSE;
      send (fixture);
      g_assert_cmpuint (fixture->status, ==, SOUP_STATUS_OK);
    }
  g_signal_remove_emission_hook (written, on_written);
  g_signal_remove_emission_hook (read, on_read);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/http/cancelled-when-the-headers-have-come", Fixture, NULL, set_up,
              test_cancelled_when_the_headers_have_come, tear_down);
  g_test_add ("/http/redirects-keep-what-they-should", Fixture, NULL, set_up,
              test_redirects_keep_what_they_should, tear_down);
  return g_test_run ();
}
