/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-server.h"

#include "upscale-local-access.h"
#include "upscale-local-answer.h"
#include "upscale-local-framing.h"
#include "upscale-local-intake.h"
#include "upscale-local-job-table.h"
#include "upscale-local-json.h"
#include "upscale-local-listener.h"
#include "upscale-local-pool.h"
#include "upscale-local-problem.h"
#include "upscale-local-waiter.h"

#define HEALTH_PATH "/v1/health"
#define BLOCKING_PATH "/process_tile_batch"
#define BATCH_PREFIX "/v1/batches/"
#define MAX_WAIT_S 20
#define MAX_KEPT_BYTES ((gsize) 48 << 20)
#define SWEEP_S 1
#define INTAKE_KEY "upscale-local-intake"

/**
 * UpscaleLocalServer:
 *
 * Serves the wire contract of `endpoint/README.md` to programs on this machine. Main
 * thread only, except that threads parse bodies and open models, and the pool paints
 * tiles. A request is accepted or refused by its headers, and the body of a refused
 * request is never kept.
 */
struct _UpscaleLocalServer
{
  GObject parent_instance;

  SoupServer               *soup;
  UpscaleLocalListener     *listener;
  UpscaleLocalModels       *models;
  UpscaleLocalServerOptions options;
  UpscaleLocalMemory       *memory;
  UpscaleLocalJobTable     *table;
  UpscaleLocalPool         *pool;
  guint                     n_parsing;
  guint                     sweep;
};

G_DEFINE_FINAL_TYPE (UpscaleLocalServer, upscale_local_server, G_TYPE_OBJECT)

/* A request while a thread parses its body and opens its model. */
typedef struct
{
  SoupServerMessage *message;
  GBytes            *body;
  char              *batch_id; /* NULL on the blocking route */
  int                max_tiles;
} Submission;

static void
submission_free (Submission *submission)
{
  g_object_unref (submission->message);
  g_bytes_unref (submission->body);
  g_free (submission->batch_id);
  g_free (submission);
}

static void
add_list (JsonBuilder *builder, const char *name, char **items)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (; items && *items; items++)
    json_builder_add_string_value (builder, *items);
  json_builder_end_array (builder);
}

static void
answer_health (UpscaleLocalServer *self, SoupServerMessage *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *identity = upscale_local_models_get_identity (self->models);
  g_auto (GStrv) names = upscale_local_models_list (self->models);
  g_autofree char *json = NULL;

  json_builder_begin_object (builder);
  upscale_local_json_add_int (builder, "protocol", 1);
  upscale_local_json_add_string (builder, "identity", identity);
  upscale_local_json_add_string (builder, "about",
                                 upscale_local_models_get_about (self->models));
  upscale_local_json_add_string (builder, "version", UPSCALE_VERSION);
  upscale_local_json_add_int (builder, "max_tiles", self->options.max_tiles);
  upscale_local_json_add_int (builder, "max_body_bytes",
                              (gint64) self->options.max_body_bytes);
  upscale_local_json_add_int (builder, "multiple_of", 1);
  upscale_local_json_add_int (builder, "concurrency", self->options.n_workers);
  upscale_local_json_add_int (builder, "queue", self->options.n_workers);
  upscale_local_json_add_boolean (builder, "resizes", TRUE);
  upscale_local_json_add_boolean (builder, "autoscales", FALSE);
  upscale_local_json_add_boolean (builder, "uses_prompt", FALSE);
  add_list (builder, "models", names);
  add_list (builder, "controlnets", NULL);
  add_list (builder, "loras", NULL);
  json = upscale_local_json_end (builder);
  upscale_local_answer_json (message, SOUP_STATUS_OK, "application/json", json);
}

/* Reads `Prefer: respond-async, wait=10` (RFC 7240) and ignores other preferences. */
static int
read_preferred_wait (SoupServerMessage *message)
{
  const char *prefer =
      soup_message_headers_get_list (soup_server_message_get_request_headers (message),
                                     "Prefer");
  g_autoptr (GHashTable) preferences =
      prefer ? soup_header_parse_param_list (prefer) : NULL;
  const char *wait = preferences ? g_hash_table_lookup (preferences, "wait") : NULL;
  gint64      seconds = 0;

  if (wait)
    (void) g_ascii_string_to_signed (wait, 10, 0, G_MAXINT, &seconds, NULL);
  if (preferences)
    soup_header_free_param_list (g_steal_pointer (&preferences));
  return (int) MIN (seconds, MAX_WAIT_S);
}

static void
submit (UpscaleLocalServer *self, Submission *submission, UpscaleLocalRequest *request)
{
  g_autoptr (GError) problem = NULL;
  gboolean                   is_new = FALSE;
  UpscaleLocalJob           *job = NULL;
  UpscaleLocalWaiterQuestion question = { 0 };

  if (submission->batch_id && !g_str_equal (submission->batch_id, request->batch_id))
    upscale_local_problem_set (&problem, SOUP_STATUS_UNPROCESSABLE_ENTITY,
                               "'batch_id' must be the one in the path");
  else
    job = upscale_local_job_table_submit (self->table, request, g_get_monotonic_time (),
                                          &is_new, &problem);
  if (!job)
    {
      upscale_local_answer_problem (submission->message, problem);
      return;
    }
  if (is_new)
    upscale_local_pool_add (self->pool, job, request);
  question = (UpscaleLocalWaiterQuestion) {
    job, 0, G_MAXUINT,
    submission->batch_id ? read_preferred_wait (submission->message) : -1
  };
  upscale_local_waiter_answer (submission->message, question);
}

static void
on_parsed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UpscaleLocalServer *self = UPSCALE_LOCAL_SERVER (object);
  Submission         *submission = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) problem = NULL;
  g_autoptr (UpscaleLocalRequest) request =
      g_task_propagate_pointer (G_TASK (result), &problem);

  self->n_parsing--;
  soup_server_message_unpause (submission->message);
  /* Release the memory of the body: the job counts its own. */
  g_object_set_data (G_OBJECT (submission->message), INTAKE_KEY, NULL);
  if (request)
    submit (self, submission, request);
  else
    upscale_local_answer_problem (submission->message, problem);
}

/* Sets the engine, or returns the problem 422. */
static GError *
find_engine (UpscaleLocalModels *models, UpscaleLocalRequest *request)
{
  g_autoptr (GError) error = NULL;
  GError *problem = NULL;

  request->engine = upscale_local_models_find (models, request->model, &error);
  if (!request->engine)
    upscale_local_problem_set (&problem, SOUP_STATUS_UNPROCESSABLE_ENTITY, "%s",
                               error->message);
  return problem;
}

static void
parse_in_thread (GTask        *task,
                 gpointer      source_object,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  UpscaleLocalServer *self = source_object;
  Submission         *submission = task_data;
  GError             *problem = NULL;
  g_autoptr (UpscaleLocalRequest) request =
      upscale_local_request_parse (submission->body, submission->max_tiles, &problem);

  if (request)
    problem = find_engine (self->models, request);
  if (!problem)
    g_task_return_pointer (task, g_steal_pointer (&request),
                           (GDestroyNotify) upscale_local_request_unref);
  else
    g_task_return_error (task, problem);
}

static void
take_submission (UpscaleLocalServer *self,
                 SoupServerMessage  *message,
                 const char         *batch_id)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_parsed, NULL);
  Submission *submission = g_new0 (Submission, 1);

  submission->message = g_object_ref (message);
  submission->body = upscale_local_intake_steal_body (
      g_object_get_data (G_OBJECT (message), INTAKE_KEY));
  submission->batch_id = g_strdup (batch_id);
  submission->max_tiles = self->options.max_tiles;
  g_task_set_task_data (task, submission, (GDestroyNotify) submission_free);
  soup_server_message_pause (message);
  self->n_parsing++;
  g_task_run_in_thread (task, parse_in_thread);
}

/* A missing parameter leaves @value unchanged. */
static gboolean
read_number (GHashTable *query, const char *name, guint *value)
{
  const char *text = query ? g_hash_table_lookup (query, name) : NULL;
  guint64     number = *value;

  if (text && !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &number, NULL))
    return FALSE;
  *value = (guint) number;
  return TRUE;
}

static void
answer_question (SoupServerMessage *message, UpscaleLocalJob *job, GHashTable *query)
{
  UpscaleLocalWaiterQuestion question = { job, 0, G_MAXUINT,
                                          read_preferred_wait (message) };

  upscale_local_job_touch (job, g_get_monotonic_time ());
  if (read_number (query, "results_from", &question.results_from) &&
      read_number (query, "max_results", &question.max_results))
    upscale_local_waiter_answer (message, question);
  else
    upscale_local_answer_status (
        message, SOUP_STATUS_UNPROCESSABLE_ENTITY,
        "'results_from' and 'max_results' must be whole numbers");
}

static void
answer_batch (UpscaleLocalServer *self,
              SoupServerMessage  *message,
              const char         *batch_id,
              GHashTable         *query)
{
  const char      *method = soup_server_message_get_method (message);
  UpscaleLocalJob *job = upscale_local_job_table_lookup (self->table, batch_id);

  if (method == SOUP_METHOD_PUT)
    take_submission (self, message, batch_id);
  else if (!job)
    upscale_local_answer_status (
        message, SOUP_STATUS_NOT_FOUND,
        "this batch is not known here, or no longer: submit it again");
  else if (method == SOUP_METHOD_GET)
    answer_question (message, job, query);
  else
    {
      upscale_local_job_cancel (job, "the client cancelled the batch",
                                g_get_monotonic_time ());
      soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
    }
}

/* on_headers() has already checked route and method. */
static void
on_request (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  UpscaleLocalServer *self = user_data;

  if (g_str_equal (path, HEALTH_PATH))
    answer_health (self, message);
  else if (g_str_equal (path, BLOCKING_PATH))
    take_submission (self, message, NULL);
  else
    answer_batch (self, message, path + strlen (BATCH_PREFIX), query);
}

/* Returns the methods of a route, or %NULL for an unknown route. */
static const char *
find_methods (const char *path)
{
  if (g_str_equal (path, HEALTH_PATH))
    return "GET";
  if (g_str_equal (path, BLOCKING_PATH))
    return "POST";
  if (g_str_has_prefix (path, BATCH_PREFIX) && path[strlen (BATCH_PREFIX)] != '\0')
    return "PUT, GET, DELETE";
  return NULL;
}

static gboolean
check_route (SoupServerMessage *message, const char *path, GError **error)
{
  const char *methods = find_methods (path);
  g_auto (GStrv) list = methods ? g_strsplit (methods, ", ", -1) : NULL;

  if (!methods)
    {
      upscale_local_problem_set (error, SOUP_STATUS_NOT_FOUND,
                                 "there is no such route here");
      return FALSE;
    }
  if (g_strv_contains ((const char *const *) list,
                       soup_server_message_get_method (message)))
    return TRUE;
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "Allow", methods);
  upscale_local_problem_set (error, SOUP_STATUS_METHOD_NOT_ALLOWED,
                             "this route does not take that method");
  return FALSE;
}

/* Only PUT and POST have a body to read. */
static gboolean
open_intake (SoupServerMessage *message, GError **error)
{
  const char *method = soup_server_message_get_method (message);
  goffset     length = soup_message_headers_get_content_length (
      soup_server_message_get_request_headers (message));

  if (method != SOUP_METHOD_PUT && method != SOUP_METHOD_POST)
    return TRUE;
  return upscale_local_intake_open (g_object_get_data (G_OBJECT (message), INTAKE_KEY),
                                    (guint64) MAX (length, 0), error);
}

static void
on_headers (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  UpscaleLocalServer *self = user_data;
  g_autoptr (GError) problem = NULL;

  if (!upscale_local_framing_is_sound (soup_server_message_get_request_headers (message)))
    {
      upscale_local_framing_refuse (message);
      return;
    }
  /* libsoup copies the answer when it serves a range. */
  soup_message_headers_remove (soup_server_message_get_request_headers (message),
                               "Range");
  if (!upscale_local_access_check (message, self->options.token, &problem) ||
      !check_route (message, path, &problem) || !open_intake (message, &problem))
    upscale_local_answer_problem (message, problem);
}

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  UpscaleLocalIntake *intake = g_object_get_data (G_OBJECT (message), INTAKE_KEY);
  g_autoptr (GError) problem = NULL;

  if (!upscale_local_intake_add (intake, chunk, &problem))
    upscale_local_answer_problem (message, problem);
  if (upscale_local_intake_is_worn_out (intake))
    upscale_local_listener_cut (message);
}

/* Otherwise libsoup keeps the body of every request, including refused ones. */
static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  UpscaleLocalServer *self = user_data;

  soup_message_body_set_accumulate (soup_server_message_get_request_body (message),
                                    FALSE);
  g_object_set_data_full (G_OBJECT (message), INTAKE_KEY,
                          upscale_local_intake_new (self->memory,
                                                    self->options.max_body_bytes),
                          (GDestroyNotify) upscale_local_intake_free);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), NULL);
  /* One request per connection: an idle connection would take the place of another
   * client. */
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "Connection", "close");
}

static gboolean
on_sweep (gpointer user_data)
{
  UpscaleLocalServer *self = user_data;

  upscale_local_job_table_sweep (self->table, g_get_monotonic_time ());
  if (self->listener)
    upscale_local_listener_sweep (self->listener, g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

static void
upscale_local_server_finalize (GObject *object)
{
  UpscaleLocalServer *self = UPSCALE_LOCAL_SERVER (object);

  g_clear_handle_id (&self->sweep, g_source_remove);
  g_clear_pointer (&self->listener, upscale_local_listener_free);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->pool, upscale_local_pool_free);
  g_clear_pointer (&self->models, upscale_local_models_free);
  g_clear_pointer (&self->table, upscale_local_job_table_free);
  g_clear_pointer (&self->memory, upscale_local_memory_unref);
  g_free (self->options.token);
  G_OBJECT_CLASS (upscale_local_server_parent_class)->finalize (object);
}

static void
upscale_local_server_class_init (UpscaleLocalServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_local_server_finalize;
}

static void
upscale_local_server_init (UpscaleLocalServer *self)
{
}

static void
do_nothing (gpointer data, gpointer user_data)
{
}

/* GTask queues the parsing of bodies for GLib's shared pool, and GLib never runs it while
 * the pool has no thread and can start none, as it happens near the limit of memory or
 * address space. Start one shared thread early, and keep GLib from ending idle ones. A
 * new pool takes over idle threads, so the painters' pool has to be there before. */
static void
keep_shared_thread (void)
{
  GThreadPool *pool = g_thread_pool_new (do_nothing, NULL, 1, FALSE, NULL);
  g_autoptr (GError) error = NULL;

  g_thread_pool_set_max_idle_time (0);
  if (!g_thread_pool_push (pool, pool, &error))
    g_error ("no thread can be started: %s", error->message);
  g_thread_pool_free (pool, FALSE, TRUE);
}

/**
 * upscale_local_server_new:
 * @models: (transfer full): the engines
 * @options: limits and token
 *
 * Returns: (transfer full): a server without a socket
 */
UpscaleLocalServer *
upscale_local_server_new (UpscaleLocalModels *models, UpscaleLocalServerOptions options)
{
  UpscaleLocalServer *self = g_object_new (UPSCALE_LOCAL_TYPE_SERVER, NULL);

  g_return_val_if_fail (models != NULL, NULL);

  self->models = models;
  self->options = options;
  self->options.token = g_strdup (options.token);
  self->memory = upscale_local_memory_new (options.max_memory_bytes);
  self->table =
      upscale_local_job_table_new (options.max_jobs,
                                   MIN (MAX_KEPT_BYTES, options.max_memory_bytes / 4),
                                   self->memory);
  self->pool = upscale_local_pool_new (options.n_workers, self->memory);
  keep_shared_thread ();
  self->soup = soup_server_new ("server-header", "tile-upscale-endpoint", NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (on_request_started), self);
  soup_server_add_early_handler (self->soup, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  self->sweep = g_timeout_add_seconds (SWEEP_S, on_sweep, self);
  return self;
}

/**
 * upscale_local_server_listen:
 * @server: a server
 * @socket: a listening socket
 *
 * Starts to answer requests on @socket.
 */
void
upscale_local_server_listen (UpscaleLocalServer *server, GSocket *socket)
{
  g_return_if_fail (UPSCALE_LOCAL_IS_SERVER (server));
  g_return_if_fail (G_IS_SOCKET (socket));
  g_return_if_fail (!server->listener);

  server->listener =
      upscale_local_listener_new (socket, server->soup, server->options.connections);
}

/**
 * upscale_local_server_stop:
 * @server: a server
 *
 * Stops accepting, and cancels all jobs.
 *
 * Returns: %TRUE if @server can be freed; %FALSE if a thread still parses a body or opens
 * a model
 */
gboolean
upscale_local_server_stop (UpscaleLocalServer *server)
{
  g_return_val_if_fail (UPSCALE_LOCAL_IS_SERVER (server), FALSE);

  g_clear_pointer (&server->listener, upscale_local_listener_free);
  upscale_local_job_table_cancel_all (server->table, g_get_monotonic_time ());
  return server->n_parsing == 0;
}
