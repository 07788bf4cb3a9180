/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-listener.h"

#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#define CONNECTION_KEY "upscale-local-connection"
#define BACKLOG 64
/* Descriptors for everything but connections: models, folders, pipes to a probe. */
#define DESCRIPTORS_KEPT 32

/**
 * UpscaleLocalListener:
 *
 * Accepts connections and hands them to libsoup. libsoup's own listener stops for good
 * when accept() fails once, as at the descriptor limit, and never ends an idle
 * connection. This listener accepts a limited number of connections; others wait in the
 * kernel's queue. Each connection serves one request. Main thread only.
 */
struct _UpscaleLocalListener
{
  GSocket                   *socket;
  SoupServer                *soup; /* not owned */
  UpscaleLocalListenerLimits limits;
  GSource                   *source;      /* NULL while no connection is accepted */
  GHashTable                *connections; /* set of Connection, which are not owned */
  gboolean                   has_failed;
};

/* Attached to the connection of libsoup, and freed with it. */
typedef struct
{
  UpscaleLocalListener *listener; /* NULL once the listener is freed */
  GSocket              *socket;
  gint64 waits_since_us; /* waits for the client since then; 0 while the endpoint works */
} Connection;

static gboolean on_incoming (GSocket *socket, GIOCondition condition, gpointer user_data);

/* Starts or stops accepting, depending on the number of connections. */
static void
update (UpscaleLocalListener *listener)
{
  gboolean wants = !listener->has_failed && g_hash_table_size (listener->connections) <
                                                listener->limits.max_connections;

  if (wants && !listener->source)
    {
      listener->source = g_socket_create_source (listener->socket, G_IO_IN, NULL);
      g_source_set_callback (listener->source, G_SOURCE_FUNC (on_incoming), listener,
                             NULL);
      g_source_attach (listener->source, NULL);
    }
  else if (!wants && listener->source)
    {
      g_source_destroy (listener->source);
      g_clear_pointer (&listener->source, g_source_unref);
    }
}

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  if (connection->listener)
    {
      g_hash_table_remove (connection->listener->connections, connection);
      update (connection->listener);
    }
  g_object_unref (connection->socket);
  g_free (connection);
}

/* Only a socket of the kernel's own can say who is at the other end. */
static gboolean
is_same_user (GSocket *socket)
{
  g_autoptr (GCredentials) own = g_credentials_new ();
  g_autoptr (GCredentials) peer = NULL;

  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    return TRUE;
  peer = g_socket_get_credentials (socket, NULL);
  return peer && g_credentials_is_same_user (own, peer, NULL);
}

/* libsoup requires an IP address for each connection, also for one of a Unix socket. */
static void
take (UpscaleLocalListener *listener, GSocket *socket)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketConnection) stream =
      g_socket_connection_factory_create_connection (socket);
  Connection *connection = g_new (Connection, 1);

  *connection = (Connection) { listener, g_object_ref (socket), g_get_monotonic_time () };
  g_hash_table_add (listener->connections, connection);
  g_object_set_data_full (G_OBJECT (address), CONNECTION_KEY, connection,
                          connection_free);
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  soup_server_accept_iostream (listener->soup, G_IO_STREAM (stream), address, address,
                               NULL);
}

static gboolean
on_incoming (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  UpscaleLocalListener *listener = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

  if (accepted && is_same_user (accepted))
    take (listener, accepted);
  else if (!accepted && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_debug ("no connection is accepted for now: %s", error->message);
      listener->has_failed = TRUE;
    }
  update (listener);
  return G_SOURCE_CONTINUE;
}

static Connection *
find_connection (SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  return address ? g_object_get_data (G_OBJECT (address), CONNECTION_KEY) : NULL;
}

static void
on_headers_written (SoupServerMessage *message, gpointer user_data)
{
  Connection *connection = find_connection (message);

  if (connection)
    connection->waits_since_us = g_get_monotonic_time ();
}

static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  g_signal_connect (message, "wrote-headers", G_CALLBACK (on_headers_written), NULL);
}

static void
on_request_read (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  Connection *connection = find_connection (message);

  if (connection)
    connection->waits_since_us = 0;
}

/* Keep some descriptors for other files than connections. */
static guint
limit_connections (guint wanted)
{
  struct rlimit limit = { 0 };

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return wanted;
  if (limit.rlim_cur <= DESCRIPTORS_KEPT)
    return 1;
  return (guint) MIN (wanted, limit.rlim_cur - DESCRIPTORS_KEPT);
}

/**
 * upscale_local_listener_open_port:
 * @port: a port, 0 for a free one
 * @error: return location for an error
 *
 * Returns: (transfer full): a socket that listens on the loopback address only
 */
GSocket *
upscale_local_listener_open_port (guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_TCP, error);

  if (!socket || !g_socket_bind (socket, address, TRUE, error))
    return NULL;
  g_socket_set_listen_backlog (socket, BACKLOG);
  return g_socket_listen (socket, error) ? g_steal_pointer (&socket) : NULL;
}

/**
 * upscale_local_listener_adopt:
 * @descriptor: descriptor of a listening socket, inherited from the parent
 * @error: return location for an error
 *
 * Returns: (transfer full): the socket
 */
GSocket *
upscale_local_listener_adopt (int descriptor, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (descriptor, error);
  int is_listening = 0;

  if (!socket)
    return NULL;
  if (!g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, error))
    return NULL;
  if (is_listening)
    return g_steal_pointer (&socket);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
               "descriptor %d does not listen", descriptor);
  return NULL;
}

/**
 * upscale_local_listener_dup_name:
 * @socket: a listening socket
 *
 * Returns: (transfer full): the address of @socket: `http://127.0.0.1:41234`, or `unix:`
 * and a path
 */
char *
upscale_local_listener_dup_name (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = NULL;

  g_return_val_if_fail (G_IS_SOCKET (socket), NULL);

  address = g_socket_get_local_address (socket, NULL);
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return g_strconcat ("unix:",
                        g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)),
                        NULL);
  return g_strdup_printf ("http://127.0.0.1:%d",
                          G_IS_INET_SOCKET_ADDRESS (address)
                              ? g_inet_socket_address_get_port (
                                    G_INET_SOCKET_ADDRESS (address))
                              : 0);
}

/**
 * upscale_local_listener_new:
 * @socket: a socket that listens
 * @soup: the server that serves the connections; must outlive the listener
 * @limits: limits for clients
 *
 * Starts to accept connections.
 *
 * Returns: (transfer full): the listener
 */
UpscaleLocalListener *
upscale_local_listener_new (GSocket                   *socket,
                            SoupServer                *soup,
                            UpscaleLocalListenerLimits limits)
{
  UpscaleLocalListener *listener;

  g_return_val_if_fail (G_IS_SOCKET (socket), NULL);
  g_return_val_if_fail (SOUP_IS_SERVER (soup), NULL);

  listener = g_new0 (UpscaleLocalListener, 1);
  listener->socket = g_object_ref (socket);
  listener->soup = soup;
  listener->limits = limits;
  listener->limits.max_connections = limit_connections (limits.max_connections);
  listener->connections = g_hash_table_new (NULL, NULL);
  g_signal_connect (soup, "request-started", G_CALLBACK (on_request_started), NULL);
  g_signal_connect (soup, "request-read", G_CALLBACK (on_request_read), NULL);
  g_socket_set_blocking (socket, FALSE);
  update (listener);
  return listener;
}

/**
 * upscale_local_listener_free:
 * @listener: (transfer full): a listener
 *
 * Stops accepting. Open connections continue.
 */
void
upscale_local_listener_free (UpscaleLocalListener *listener)
{
  GHashTableIter iter;
  gpointer       connection;

  g_return_if_fail (listener != NULL);

  g_hash_table_iter_init (&iter, listener->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    ((Connection *) connection)->listener = NULL;
  if (listener->source)
    g_source_destroy (listener->source);
  g_clear_pointer (&listener->source, g_source_unref);
  g_hash_table_unref (listener->connections);
  g_object_unref (listener->socket);
  g_free (listener);
}

/**
 * upscale_local_listener_sweep:
 * @listener: a listener
 * @now_us: the time
 *
 * Closes connections whose clients take too long, and accepts again after a failure. Call
 * once a second or so.
 */
void
upscale_local_listener_sweep (UpscaleLocalListener *listener, gint64 now_us)
{
  GHashTableIter iter;
  gpointer       key;

  g_return_if_fail (listener != NULL);

  g_hash_table_iter_init (&iter, listener->connections);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const Connection *connection = key;

      if (connection->waits_since_us != 0 &&
          now_us - connection->waits_since_us > listener->limits.patience_us)
        g_socket_close (connection->socket, NULL);
    }
  listener->has_failed = FALSE;
  update (listener);
}

/**
 * upscale_local_listener_cut:
 * @message: a request
 *
 * Closes the connection of a request without an answer. libsoup frees both when it next
 * reads or writes. A client that only sends notices the close, which it would not after
 * shutdown().
 */
void
upscale_local_listener_cut (SoupServerMessage *message)
{
  const Connection *connection;

  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));

  connection = find_connection (message);
  if (connection)
    g_socket_close (connection->socket, NULL);
}

/**
 * upscale_local_listener_get_connection:
 * @message: a request
 *
 * Returns: (transfer none) (nullable): the socket of the request's connection
 */
GSocket *
upscale_local_listener_get_connection (SoupServerMessage *message)
{
  const Connection *connection;

  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (message), NULL);

  connection = find_connection (message);
  return connection ? connection->socket : NULL;
}
