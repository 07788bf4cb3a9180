/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-server.h"

#include "upscale-local-framing.h"
#include "upscale-local-job-table.h"
#include "upscale-local-json.h"
#include "upscale-local-pool.h"
#include "upscale-local-problem.h"
#include "upscale-local-waiter.h"

#define BATCH_PREFIX "/v1/batches/"
#define MAX_WAIT_S 20
#define MAX_KEPT_BYTES ((gsize) 48 << 20)
#define SWEEP_S 1
#define TOO_LARGE_KEY "upscale-too-large"

/**
 * UpscaleLocalServer:
 *
 * The wire contract of `endpoint/README.md`, on loopback. Everything is on the main
 * thread, except that bodies are parsed in threads, and tiles painted by the pool.
 */
struct _UpscaleLocalServer
{
  GObject parent_instance;

  SoupServer           *soup;
  UpscaleLocalModels   *models;
  UpscaleLocalOptions   options;
  UpscaleLocalJobTable *table;
  UpscaleLocalPool     *pool;
  guint                 sweep;
};

G_DEFINE_FINAL_TYPE (UpscaleLocalServer, upscale_local_server, G_TYPE_OBJECT)

/* A request whose body is being parsed, and whose model opened. */
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
answer_json (SoupServerMessage *message, guint status, const char *type, const char *json)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, json, strlen (json));
}

static void
answer_problem (SoupServerMessage *message, const GError *problem)
{
  g_autofree char *json = upscale_local_problem_to_json (problem);

  if (problem->code == 429)
    soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                  "Retry-After", "2");
  answer_json (message, (guint) problem->code, "application/problem+json", json);
}

static void
answer_status (SoupServerMessage *message, guint status, const char *sentence)
{
  g_autoptr (GError) problem = NULL;

  upscale_local_problem_set (&problem, (int) status, "%s", sentence);
  answer_problem (message, problem);
}

static void
answer_wrong_method (SoupServerMessage *message, const char *allowed)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "Allow", allowed);
  answer_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED,
                 "this route does not take that method");
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
  answer_json (message, SOUP_STATUS_OK, "application/json", json);
}

/* Prefer: respond-async, wait=10 (RFC 7240); what is not understood is ignored. */
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
  gboolean             is_new = FALSE;
  UpscaleLocalJob     *job = NULL;
  UpscaleLocalQuestion question = { 0 };

  if (submission->batch_id && !g_str_equal (submission->batch_id, request->batch_id))
    upscale_local_problem_set (&problem, SOUP_STATUS_UNPROCESSABLE_ENTITY,
                               "'batch_id' must be the one in the path");
  else
    job = upscale_local_job_table_submit (self->table, request, g_get_monotonic_time (),
                                          &is_new, &problem);
  if (!job)
    {
      answer_problem (submission->message, problem);
      return;
    }
  if (is_new)
    upscale_local_pool_add (self->pool, job, request);
  question = (UpscaleLocalQuestion) { job, 0, G_MAXUINT,
                                      submission->batch_id
                                          ? read_preferred_wait (submission->message)
                                          : -1 };
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

  soup_server_message_unpause (submission->message);
  if (request)
    submit (self, submission, request);
  else
    answer_problem (submission->message, problem);
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
    request->engine = upscale_local_models_find (self->models, request->model, &problem);
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
  submission->body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  submission->batch_id = g_strdup (batch_id);
  submission->max_tiles = self->options.max_tiles;
  g_task_set_task_data (task, submission, (GDestroyNotify) submission_free);
  soup_server_message_pause (message);
  g_task_run_in_thread (task, parse_in_thread);
}

/* A parameter that is not there keeps its value. */
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
  UpscaleLocalQuestion question = { job, 0, G_MAXUINT, read_preferred_wait (message) };

  upscale_local_job_touch (job, g_get_monotonic_time ());
  if (read_number (query, "results_from", &question.results_from) &&
      read_number (query, "max_results", &question.max_results))
    upscale_local_waiter_answer (message, question);
  else
    answer_status (message, SOUP_STATUS_UNPROCESSABLE_ENTITY,
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
  else if (method != SOUP_METHOD_GET && method != SOUP_METHOD_DELETE)
    answer_wrong_method (message, "PUT, GET, DELETE");
  else if (!job)
    answer_status (message, SOUP_STATUS_NOT_FOUND,
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

static void
on_request (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  UpscaleLocalServer *self = user_data;
  const char         *method = soup_server_message_get_method (message);

  if (g_object_get_data (G_OBJECT (message), TOO_LARGE_KEY))
    answer_status (
        message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE,
        "the request is larger than this endpoint takes: send fewer tiles at once");
  else if (g_str_equal (path, "/v1/health") && method == SOUP_METHOD_GET)
    answer_health (self, message);
  else if (g_str_equal (path, "/v1/health"))
    answer_wrong_method (message, "GET");
  else if (g_str_has_prefix (path, BATCH_PREFIX) && path[strlen (BATCH_PREFIX)] != '\0')
    answer_batch (self, message, path + strlen (BATCH_PREFIX), query);
  else if (!g_str_equal (path, "/process_tile_batch"))
    answer_status (message, SOUP_STATUS_NOT_FOUND, "there is no such route here");
  else if (method == SOUP_METHOD_POST)
    take_submission (self, message, NULL);
  else
    answer_wrong_method (message, "POST");
}

/* Remembers that the body is too large and stops keeping it: it is read to its end, but
 * takes no memory. */
static void
note_too_large (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  g_object_set_data (G_OBJECT (message), TOO_LARGE_KEY, GINT_TO_POINTER (TRUE));
  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
}

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  UpscaleLocalServer *self = user_data;
  SoupMessageBody    *body = soup_server_message_get_request_body (message);

  if ((gsize) body->length > self->options.max_body_bytes)
    note_too_large (message);
}

/* A page in a browser may reach loopback under a name of its own (DNS rebinding), or from
 * its own origin. */
static gboolean
is_from_elsewhere (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char         *host = soup_message_headers_get_one (headers, "Host");
  g_autofree char    *uri = g_strconcat ("http://", host ? host : "", "/", NULL);
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  const char *name = parsed ? g_uri_get_host (parsed) : "";

  if (soup_message_headers_get_one (headers, "Origin"))
    return TRUE;
  return !g_strv_contains ((const char *const[]) { "127.0.0.1", "localhost", "::1",
                                                   NULL },
                           name);
}

static void
on_headers (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  UpscaleLocalServer *self = user_data;
  goffset             length = soup_message_headers_get_content_length (
      soup_server_message_get_request_headers (message));

  if (!upscale_local_framing_is_sound (soup_server_message_get_request_headers (message)))
    {
      upscale_local_framing_refuse (message);
      return;
    }
  if (is_from_elsewhere (message))
    {
      answer_status (
          message, SOUP_STATUS_FORBIDDEN,
          "this endpoint answers programs on this machine only, not pages in a browser");
      return;
    }
  if ((guint64) length > self->options.max_body_bytes)
    note_too_large (message);
  else
    g_signal_connect_object (message, "got-chunk", G_CALLBACK (on_chunk), self, 0);
}

static gboolean
on_sweep (gpointer user_data)
{
  UpscaleLocalServer *self = user_data;

  upscale_local_job_table_sweep (self->table, g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

static void
upscale_local_server_finalize (GObject *object)
{
  UpscaleLocalServer *self = UPSCALE_LOCAL_SERVER (object);

  g_clear_handle_id (&self->sweep, g_source_remove);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->pool, upscale_local_pool_free);
  g_clear_pointer (&self->models, upscale_local_models_free);
  g_clear_pointer (&self->table, upscale_local_job_table_free);
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

/**
 * upscale_local_server_new:
 * @models: (transfer full): what paints
 * @options: ports and limits
 *
 * Returns: (transfer full): a server that does not listen yet
 */
UpscaleLocalServer *
upscale_local_server_new (UpscaleLocalModels *models, UpscaleLocalOptions options)
{
  UpscaleLocalServer *self = g_object_new (UPSCALE_LOCAL_TYPE_SERVER, NULL);

  self->models = models;
  self->options = options;
  self->table = upscale_local_job_table_new (options.max_jobs, MAX_KEPT_BYTES);
  self->pool = upscale_local_pool_new (options.n_workers);
  self->soup = soup_server_new ("server-header", "tile-upscale-endpoint", NULL);
  soup_server_add_early_handler (self->soup, NULL, on_headers, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  self->sweep = g_timeout_add_seconds (SWEEP_S, on_sweep, self);
  return self;
}

/**
 * upscale_local_server_listen:
 * @server: a server
 * @socket: a socket that listens on loopback, as there is no authentication
 * @error: return location for an error
 *
 * Answers those who connect to @socket from now on.
 *
 * Returns: %TRUE if it could be done
 */
gboolean
upscale_local_server_listen (UpscaleLocalServer *server, GSocket *socket, GError **error)
{
  return soup_server_listen_socket (server->soup, socket, 0, error);
}
