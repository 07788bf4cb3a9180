/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real endpoint of the plug-in, and other requests to this machine, while a proxy is
 * set for all addresses. The proxy answers and records all requests that it gets. */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "upscale-error.h"
#include "upscale-http.h"
#include "upscale-local-backend.h"
#include "upscale-local-socket.h"

#define SILENCE_US (60 * (gint64) G_USEC_PER_SEC)
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

/* Atomic, since the proxy has its own threads. */
static int n_proxied;

typedef struct
{
  gboolean             has_ended;
  guint                status;
  UpscaleCapabilities *capabilities;
  GError              *error;
} Outcome;

static gboolean
on_proxied (GThreadedSocketService *service,
            GSocketConnection      *connection,
            GObject                *source,
            gpointer                user_data)
{
  GInputStream  *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char           request[4096];

  g_atomic_int_inc (&n_proxied);
  (void) g_input_stream_read (input, request, sizeof request, NULL, NULL);
  g_output_stream_write_all (output, ANSWER, strlen (ANSWER), NULL, NULL, NULL);
  return FALSE;
}

/* Runs before GLib reads the environment. */
static GSocketService *
start_proxy (void)
{
  static const char *const variables[] = { "http_proxy",  "HTTP_PROXY", "https_proxy",
                                           "HTTPS_PROXY", "all_proxy",  "ALL_PROXY" };
  GSocketService          *proxy = g_threaded_socket_service_new (8);
  g_autoptr (GSocketAddress) wanted =
      g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *uri = NULL;

  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (proxy), wanted,
                                                G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &address,
                                                NULL));
  g_signal_connect (proxy, "run", G_CALLBACK (on_proxied), NULL);
  g_socket_service_start (proxy);
  uri =
      g_strdup_printf ("http://127.0.0.1:%u",
                       g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    g_setenv (variables[i], uri, TRUE);
  g_unsetenv ("no_proxy");
  g_unsetenv ("NO_PROXY");
  return proxy;
}

static void
on_answered (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (UpscaleHttpAnswer) answer =
      upscale_http_send_finish (UPSCALE_HTTP (object), result, &outcome->error);

  outcome->status = answer ? answer->status : 0;
  outcome->has_ended = TRUE;
}

static guint
ask (const char *address)
{
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();
  g_autoptr (UpscaleHttp) http = upscale_http_new (clock);
  g_autoptr (GUri) uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  UpscaleHttpRequest request = {
    .method = "GET", .uri = uri, .max_answer_bytes = 1 << 20, .silence_us = SILENCE_US
  };
  Outcome outcome = { 0 };

  upscale_http_send_async (http, &request, NULL, on_answered, &outcome);
  while (!outcome.has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (outcome.error);
  return outcome.status;
}

static void
on_request (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  soup_server_message_set_status (message, SOUP_STATUS_ACCEPTED, NULL);
}

static void
test_this_machine_is_asked_directly (void)
{
  static const char *const hosts[] = { "127.0.0.1",          "localhost",
                                       "LocalHost",          "localhost.",
                                       "upscale.localhost",  "[::ffff:127.0.0.1]",
                                       "[::ffff:7f00:0001]", "0.0.0.0" };
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  GSList *uris;
  int     port;

  soup_server_add_handler (server, NULL, on_request, NULL, NULL);
  g_assert_true (
      soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (server);
  port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *address = g_strdup_printf ("http://%s:%d/", hosts[i], port);

      g_assert_cmpuint (ask (address), ==, SOUP_STATUS_ACCEPTED);
    }
  g_assert_cmpint (g_atomic_int_get (&n_proxied), ==, 0);
}

static void
test_other_machines_are_asked_by_the_proxy (void)
{
  static const char *const addresses[] = { "http://gpu.example.net/",
                                           "http://localhost.example.net/",
                                           "http://192.0.2.1/", "http://[2001:db8::1]/" };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    g_assert_cmpuint (ask (addresses[i]), ==, SOUP_STATUS_OK);
  g_assert_cmpint (g_atomic_int_get (&n_proxied), ==, G_N_ELEMENTS (addresses));
  g_atomic_int_set (&n_proxied, 0);
}

static void
on_probed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->capabilities =
      upscale_backend_probe_finish (UPSCALE_BACKEND (object), result, &outcome->error);
  outcome->has_ended = TRUE;
}

static void
probe (UpscaleLocalBackend *backend)
{
  Outcome outcome = { 0 };

  upscale_backend_probe_async (UPSCALE_BACKEND (backend), NULL, on_probed, &outcome);
  while (!outcome.has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (outcome.error);
  g_assert_true (outcome.capabilities->is_loopback);
  upscale_capabilities_unref (outcome.capabilities);
}

static GPtrArray *
find_folders (void)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) entries = g_dir_open (g_get_user_runtime_dir (), 0, NULL);
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    if (g_str_has_prefix (name, "tile-upscale-"))
      g_ptr_array_add (folders, g_build_filename (g_get_user_runtime_dir (), name, NULL));
  return folders;
}

static guint
get_mode (const char *path)
{
  GStatBuf status = { 0 };

  g_assert_cmpint (g_lstat (path, &status), ==, 0);
  return status.st_mode;
}

/* Makes the backend use a port: the runtime folder is not safe for a socket. */
static gboolean
is_on_port (void)
{
  return g_getenv ("UPSCALE_TEST_ON_PORT") != NULL;
}

static void
test_engine_is_asked_directly (void)
{
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();
  UpscaleLocalBackend *backend =
      upscale_local_backend_new (g_getenv ("UPSCALE_LOCAL_ENDPOINT"), clock);
  g_autoptr (GPtrArray) folders = NULL;
  g_autoptr (GPtrArray) left = NULL;

  probe (backend);
  probe (backend);
  g_assert_cmpint (g_atomic_int_get (&n_proxied), ==, 0);
  folders = find_folders ();
  g_assert_cmpuint (folders->len, ==, is_on_port () ? 0 : 1);
  if (!is_on_port ())
    {
      g_autofree char *path = NULL;

      g_assert_cmpuint (get_mode (folders->pdata[0]), ==, S_IFDIR | 0700);
      path = g_build_filename (folders->pdata[0], "socket", NULL);
      g_assert_cmpuint (get_mode (path), ==, S_IFSOCK | 0600);
    }
  g_object_unref (backend);
  left = find_folders ();
  g_assert_cmpuint (left->len, ==, 0);
}

static void
test_sockets_of_the_dead_are_removed (void)
{
  g_autofree char *runtime = g_dir_make_tmp (NULL, NULL);
  g_autofree char *stale = g_build_filename (runtime, "tile-upscale-stale", NULL);
  g_autofree char *file = g_build_filename (stale, "socket", NULL);
  g_autofree char *other = g_build_filename (runtime, "other", NULL);
  g_autoptr (GError) error = NULL;
  UpscaleLocalSocket *first;
  UpscaleLocalSocket *second;

  g_assert_cmpint (g_mkdir (stale, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (other, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  first = upscale_local_socket_new (runtime, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  /* Belongs to another plug-in that is alive. */
  second = upscale_local_socket_new (runtime, &error);
  g_assert_no_error (error);
  upscale_local_socket_free (second);
  g_assert_cmpint (g_rmdir (runtime), ==, -1);
  upscale_local_socket_free (first);
  g_assert_cmpint (g_rmdir (other), ==, 0);
  g_assert_cmpint (g_rmdir (runtime), ==, 0);
}

static void
assert_no_socket (const char *folder)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (upscale_local_socket_new (folder, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE);
}

static void
test_no_socket_where_it_would_be_unsafe (void)
{
  g_autofree char *runtime = g_dir_make_tmp (NULL, NULL);
  g_autofree char *name = g_strnfill (100, 'x');
  g_autofree char *deep = g_build_filename (runtime, name, NULL);
  g_autofree char *missing = g_build_filename (runtime, "missing", NULL);

  assert_no_socket (missing);
  g_assert_cmpint (g_chmod (runtime, 0777), ==, 0);
  assert_no_socket (runtime);
  g_assert_cmpint (g_chmod (runtime, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (deep, 0700), ==, 0);
  assert_no_socket (deep);
  g_assert_cmpint (g_rmdir (deep), ==, 0);
  g_assert_cmpint (g_rmdir (runtime), ==, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GSocketService) proxy = NULL;
  g_autofree char *runtime = g_dir_make_tmp (NULL, NULL);

  /* A key of other servers, which the endpoint must not get. */
  g_setenv ("UPSCALE_TOKEN", "another server's", TRUE);
  /* Other libraries use the folder too, so it stays. */
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  if (is_on_port ())
    g_assert_cmpint (g_chmod (runtime, 0777), ==, 0);
  proxy = start_proxy ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-backend/this-machine-is-asked-directly",
                   test_this_machine_is_asked_directly);
  g_test_add_func ("/local-backend/other-machines-are-asked-by-the-proxy",
                   test_other_machines_are_asked_by_the_proxy);
  g_test_add_func ("/local-backend/engine-is-asked-directly",
                   test_engine_is_asked_directly);
  g_test_add_func ("/local-backend/sockets-of-the-dead-are-removed",
                   test_sockets_of_the_dead_are_removed);
  g_test_add_func ("/local-backend/no-socket-where-it-would-be-unsafe",
                   test_no_socket_where_it_would_be_unsafe);
  return g_test_run ();
}
