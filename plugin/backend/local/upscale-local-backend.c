/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-backend.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-http.h"
#include "upscale-local-socket.h"
#include "upscale-tile-batch-backend.h"

#define READY_PREFIX "listening on "
#define TOKEN_PREFIX "token "
/* Descriptor of the listening socket in the endpoint, after its standard streams. */
#define SOCKET_DESCRIPTOR 3

/**
 * UpscaleLocalBackend:
 *
 * Starts the endpoint that is installed with the plug-in, and speaks the tile-batch
 * contract to it over a Unix socket that only the user can reach. Where that can't be
 * made, the endpoint chooses a loopback port and prints a token on its standard output.
 *
 * The endpoint ends when its standard input closes, so a killed plug-in leaves no process
 * behind. When the endpoint has died, the next call starts another, and calls that come
 * meanwhile wait for that start.
 */
struct _UpscaleLocalBackend
{
  GObject parent_instance;

  char                    *program;
  UpscaleClock            *clock;
  GSubprocess             *process;
  UpscaleLocalSocket      *local; /* NULL on a port */
  char                    *token; /* NULL on a socket */
  UpscaleTileBatchBackend *delegate;
  GPtrArray               *waiting; /* of GTask: calls that wait for the start */
};

/* Arguments of a batch that waits for the start. */
typedef struct
{
  UpscaleBatch            *batch;
  const UpscaleBatchFuncs *funcs;
  gpointer                 funcs_data;
} Process;

static void upscale_local_backend_iface_init (UpscaleBackendInterface *iface);
static void begin_start (UpscaleLocalBackend *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (UpscaleLocalBackend,
                               upscale_local_backend,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_BACKEND,
                                                      upscale_local_backend_iface_init))

static void
process_free (Process *process)
{
  upscale_batch_unref (process->batch);
  g_free (process);
}

static void
stop (UpscaleLocalBackend *self)
{
  if (self->process)
    {
      g_debug ("ending the local endpoint");
      g_subprocess_force_exit (self->process);
    }
  g_clear_object (&self->process);
  g_clear_object (&self->delegate);
  g_clear_pointer (&self->local, upscale_local_socket_free);
  g_clear_pointer (&self->token, g_free);
}

static gboolean
is_running (UpscaleLocalBackend *self)
{
  return self->delegate && g_subprocess_get_identifier (self->process) != NULL;
}

static UpscaleHttp *
make_http (UpscaleLocalBackend *self)
{
  UpscaleHttp     *http;
  g_autofree char *value = NULL;

  if (self->local)
    return upscale_http_new_for_socket (self->clock,
                                        upscale_local_socket_get_address (self->local));
  http = upscale_http_new (self->clock);
  value = g_strconcat ("Bearer ", self->token, NULL);
  upscale_http_add_header (http, "Authorization", value);
  return http;
}

static gboolean
take_address (UpscaleLocalBackend *self, const char *line, GError **error)
{
  g_autoptr (UpscaleHttp) http = NULL;
  g_autoptr (GUri) base = NULL;

  if (line && g_str_has_prefix (line, READY_PREFIX) && (self->local || self->token))
    base = g_uri_parse (self->local ? "http://localhost" : line + strlen (READY_PREFIX),
                        SOUP_HTTP_URI_FLAGS, NULL);
  if (!base)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_TRANSPORT,
                   _ ("the local endpoint %s did not start; install the plug-in again if "
                      "this stays"),
                   self->program);
      return FALSE;
    }
  g_debug ("the local endpoint listens");
  http = make_http (self);
  self->delegate = upscale_tile_batch_backend_new (base, http, self->clock, NULL);
  return TRUE;
}

/* These variables hold the keys of other endpoints. The local endpoint must not have
 * them, since it opens model files that strangers have made. */
static void
drop_own_variables (GSubprocessLauncher *launcher)
{
  g_auto (GStrv) names = g_listenv ();

  for (char **name = names; *name; name++)
    if (g_str_has_prefix (*name, "UPSCALE_"))
      g_subprocess_launcher_unsetenv (launcher, *name);
}

/* Returns (transfer full): the argument that tells the endpoint where to listen. */
static char *
make_listen_argument (UpscaleLocalBackend *self, GSubprocessLauncher *launcher)
{
  g_autoptr (GError) cause = NULL;

  self->local = upscale_local_socket_new (g_get_user_runtime_dir (), &cause);
  if (!self->local)
    {
      g_debug ("the local endpoint listens on a port: %s", cause->message);
      return g_strdup ("--port=0");
    }
  g_subprocess_launcher_take_fd (launcher,
                                 upscale_local_socket_steal_descriptor (self->local),
                                 SOCKET_DESCRIPTOR);
  return g_strdup_printf ("--socket-fd=%d", SOCKET_DESCRIPTOR);
}

/* The endpoint inherits standard error, so that its messages reach the user and no pipe
 * can fill up. */
static GSubprocess *
spawn (UpscaleLocalBackend *self, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autofree char *listen_argument = make_listen_argument (self, launcher);
  GSubprocess     *process;

  drop_own_variables (launcher);
  process = g_subprocess_launcher_spawn (launcher, &cause, self->program,
                                         "--exit-with-parent", listen_argument, NULL);
  if (process)
    g_debug ("started the local endpoint %s", self->program);
  else
    g_set_error (
        error, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT,
        _ ("the local endpoint can't be started (%s); install the plug-in again"),
        cause->message);
  return process;
}

static GPtrArray *
take_waiting (UpscaleLocalBackend *self)
{
  GPtrArray *waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  return waiting;
}

/* Answers all waiting calls with the endpoint, or with the error of its start. */
static void
end_start (UpscaleLocalBackend *self, const GError *error)
{
  g_autoptr (GPtrArray) waiting = take_waiting (self);
  g_autoptr (UpscaleTileBatchBackend) delegate = NULL;

  g_set_object (&delegate, self->delegate);
  for (guint i = 0; i < waiting->len; i++)
    if (error)
      g_task_return_error (waiting->pdata[i], g_error_copy (error));
    else
      g_task_return_pointer (waiting->pdata[i], g_object_ref (delegate), g_object_unref);
}

/* The start runs with the cancellable of the first waiting call. After its cancellation
 * the endpoint is started again for the other calls. */
static void
end_cancelled_start (UpscaleLocalBackend *self)
{
  g_autoptr (GPtrArray) waiting = take_waiting (self);
  g_autoptr (GPtrArray) cancelled = g_ptr_array_new ();

  for (guint i = 0; i < waiting->len; i++)
    if (g_cancellable_is_cancelled (g_task_get_cancellable (waiting->pdata[i])))
      g_ptr_array_add (cancelled, waiting->pdata[i]);
    else
      g_ptr_array_add (self->waiting, g_object_ref (waiting->pdata[i]));
  if (self->waiting->len > 0)
    begin_start (self);
  for (guint i = 0; i < cancelled->len; i++)
    g_task_return_error_if_cancelled (cancelled->pdata[i]);
}

static void on_line (GObject *object, GAsyncResult *result, gpointer user_data);

static void
read_line (UpscaleLocalBackend *self, GDataInputStream *lines)
{
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT,
                                       g_task_get_cancellable (self->waiting->pdata[0]),
                                       on_line, g_object_ref (self));
}

/* An endpoint on a port prints its token before its address. */
static void
on_line (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleLocalBackend) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL,
                                            &error);

  if (line && !self->token && g_str_has_prefix (line, TOKEN_PREFIX))
    {
      self->token = g_strdup (line + strlen (TOKEN_PREFIX));
      read_line (self, G_DATA_INPUT_STREAM (object));
      return;
    }
  if (error || !take_address (self, line, &error))
    stop (self);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    end_cancelled_start (self);
  else
    end_start (self, error);
}

/* Starts the endpoint for all waiting calls. */
static void
begin_start (UpscaleLocalBackend *self)
{
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;

  stop (self);
  self->process = spawn (self, &error);
  if (!self->process)
    {
      end_start (self, error);
      return;
    }
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  read_line (self, lines);
}

/* Several batches may find the endpoint dead at once. It is started once for all of them.
 */
static void
start_async (UpscaleLocalBackend *self,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (is_running (self))
    {
      g_task_return_pointer (task, g_object_ref (self->delegate), g_object_unref);
      return;
    }
  g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  if (self->waiting->len == 1)
    begin_start (self);
}

/* Returns (transfer full): the backend for the endpoint as it was when the start ended.
 * The endpoint may have died since. */
static UpscaleBackend *
start_finish (UpscaleLocalBackend *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_delegate_probed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError              *error = NULL;
  UpscaleCapabilities *capabilities =
      upscale_backend_probe_finish (UPSCALE_BACKEND (object), result, &error);

  if (capabilities)
    g_task_return_pointer (task, capabilities,
                           (GDestroyNotify) upscale_capabilities_unref);
  else
    g_task_return_error (task, error);
}

static void
on_started_for_probe (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (UpscaleBackend) delegate =
      start_finish (UPSCALE_LOCAL_BACKEND (object), result, &error);

  if (!delegate)
    {
      g_task_return_error (task, error);
      return;
    }
  upscale_backend_probe_async (delegate, g_task_get_cancellable (task),
                               on_delegate_probed, g_object_ref (task));
}

static void
upscale_local_backend_probe_async (UpscaleBackend     *backend,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  UpscaleLocalBackend *self = UPSCALE_LOCAL_BACKEND (backend);

  start_async (self, cancellable, on_started_for_probe,
               g_task_new (self, cancellable, callback, user_data));
}

static UpscaleCapabilities *
upscale_local_backend_probe_finish (UpscaleBackend *backend,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_delegate_processed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (upscale_backend_process_finish (UPSCALE_BACKEND (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_started_for_process (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Process *process = g_task_get_task_data (task);
  GError  *error = NULL;
  g_autoptr (UpscaleBackend) delegate =
      start_finish (UPSCALE_LOCAL_BACKEND (object), result, &error);

  if (!delegate)
    {
      g_task_return_error (task, error);
      return;
    }
  upscale_backend_process_async (delegate, process->batch, process->funcs,
                                 process->funcs_data, g_task_get_cancellable (task),
                                 on_delegate_processed, g_object_ref (task));
}

static void
upscale_local_backend_process_async (UpscaleBackend          *backend,
                                     UpscaleBatch            *batch,
                                     const UpscaleBatchFuncs *funcs,
                                     gpointer                 funcs_data,
                                     GCancellable            *cancellable,
                                     GAsyncReadyCallback      callback,
                                     gpointer                 user_data)
{
  UpscaleLocalBackend *self = UPSCALE_LOCAL_BACKEND (backend);
  GTask               *task = g_task_new (self, cancellable, callback, user_data);
  Process             *process = g_new (Process, 1);

  *process = (Process) { upscale_batch_ref (batch), funcs, funcs_data };
  g_task_set_task_data (task, process, (GDestroyNotify) process_free);
  start_async (self, cancellable, on_started_for_process, task);
}

static gboolean
upscale_local_backend_process_finish (UpscaleBackend *backend,
                                      GAsyncResult   *result,
                                      GError        **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
upscale_local_backend_abandon (UpscaleBackend *backend, UpscaleBatch *batch)
{
  UpscaleLocalBackend *self = UPSCALE_LOCAL_BACKEND (backend);

  if (is_running (self))
    upscale_backend_abandon (UPSCALE_BACKEND (self->delegate), batch);
}

static void
upscale_local_backend_finalize (GObject *object)
{
  UpscaleLocalBackend *self = UPSCALE_LOCAL_BACKEND (object);

  stop (self);
  g_ptr_array_unref (self->waiting);
  g_free (self->program);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (upscale_local_backend_parent_class)->finalize (object);
}

static void
upscale_local_backend_iface_init (UpscaleBackendInterface *iface)
{
  iface->probe_async = upscale_local_backend_probe_async;
  iface->probe_finish = upscale_local_backend_probe_finish;
  iface->process_async = upscale_local_backend_process_async;
  iface->process_finish = upscale_local_backend_process_finish;
  iface->abandon = upscale_local_backend_abandon;
}

static void
upscale_local_backend_class_init (UpscaleLocalBackendClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_local_backend_finalize;
}

static void
upscale_local_backend_init (UpscaleLocalBackend *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * upscale_local_backend_new:
 * @program: path of the endpoint's program
 * @clock: measures the time between polls
 *
 * Returns: (transfer full): the backend, for the main thread. The endpoint starts with
 * the first call
 */
UpscaleLocalBackend *
upscale_local_backend_new (const char *program, UpscaleClock *clock)
{
  UpscaleLocalBackend *self;

  g_return_val_if_fail (program, NULL);
  g_return_val_if_fail (UPSCALE_IS_CLOCK (clock), NULL);

  self = g_object_new (UPSCALE_TYPE_LOCAL_BACKEND, NULL);
  self->program = g_strdup (program);
  self->clock = g_object_ref (clock);
  return self;
}
