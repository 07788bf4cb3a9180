/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Endpoints that need a fixed time for each tile and next to no work: they give back what
 * they were sent. Like our own servers they hold the answer to a PUT until the first
 * result. The argument is the time in ms. Prints their addresses, one a line, and
 * serves until its standard input closes. */
#include <gio/gunixinputstream.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "upscale-base64.h"
#include "upscale-json-blobs.h"

#define N_SERVERS 9
#define US_PER_MS 1000
#define BATCHES "/v1/batches/"
#define HEALTH                                                                           \
  "{\"protocol\":1,\"identity\":\"half-a-second\",\"max_tiles\":64,\"multiple_of\":1,"   \
  "\"concurrency\":1,\"queue\":1,\"resizes\":false}"

/* One endpoint with one worker. */
typedef struct
{
  GHashTable *jobs; /* id -> Job */
  gint64      tile_us;
  gint64      free_us;
} Endpoint;

typedef struct
{
  char      *id;
  gint64     tile_us;
  GPtrArray *names;
  GPtrArray *images; /* in base64 */
  GArray    *due_us; /* of gint64, when each is done */
} Job;

/* A question that waits for news. */
typedef struct
{
  SoupServerMessage *message;
  Job               *job;
  guint              from;
  guint              most;
} Question;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->id);
  g_ptr_array_unref (job->names);
  g_ptr_array_unref (job->images);
  g_array_unref (job->due_us);
  g_free (job);
}

static char *
copy_image (UpscaleJsonBlobs *request, JsonObject *tile)
{
  g_autoptr (GBytes) image =
      upscale_json_blobs_decode_base64 (request, json_object_get_member (tile, "image"));
  gsize         size = 0;
  const guint8 *data = g_bytes_get_data (image, &size);
  char         *text = g_malloc0 (UPSCALE_BASE64_CHARS (size) + 1);

  upscale_base64_encode (data, size, text);
  return text;
}

static Job *
job_new (Endpoint *endpoint, const char *id, UpscaleJsonBlobs *request)
{
  Job       *job = g_new0 (Job, 1);
  JsonArray *tiles =
      json_object_get_array_member (upscale_json_blobs_get_root (request), "tiles");

  job->id = g_strdup (id);
  job->tile_us = endpoint->tile_us;
  job->names = g_ptr_array_new_with_free_func (g_free);
  job->images = g_ptr_array_new_with_free_func (g_free);
  job->due_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < json_array_get_length (tiles); i++)
    {
      JsonObject *tile = json_array_get_object_element (tiles, i);

      endpoint->free_us =
          MAX (endpoint->free_us, g_get_monotonic_time ()) + endpoint->tile_us;
      g_array_append_val (job->due_us, endpoint->free_us);
      g_ptr_array_add (job->names, g_strdup (json_object_get_string_member (tile, "id")));
      g_ptr_array_add (job->images, copy_image (request, tile));
    }
  return job;
}

static gint64
due (const Job *job, guint i)
{
  return g_array_index (job->due_us, gint64, i);
}

static guint
count_done (const Job *job)
{
  guint n = 0;

  while (n < job->due_us->len && due (job, n) <= g_get_monotonic_time ())
    n++;
  return n;
}

static const char *
get_status (const Job *job, guint n_done)
{
  if (n_done == job->due_us->len)
    return "completed";
  return due (job, 0) - job->tile_us > g_get_monotonic_time () ? "queued" : "running";
}

static void
append_result (GString *body, const Job *job, guint i)
{
  g_string_append_printf (body, "{\"id\":\"%s\",\"success\":true,\"image\":\"",
                          (char *) job->names->pdata[i]);
  g_string_append (body, job->images->pdata[i]);
  g_string_append (body, "\"}");
}

static void
answer (SoupServerMessage *message, guint status, char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, body,
                                    strlen (body));
}

/* A batch counts as running until the answer holds its last result. */
static void
answer_for_job (SoupServerMessage *message, const Job *job, guint from, guint most)
{
  guint    n_done = MIN (count_done (job), from + most);
  GString *body = g_string_new (NULL);

  g_string_printf (body,
                   "{\"batch_id\":\"%s\",\"status\":\"%s\",\"tiles_processed\":%u,"
                   "\"results\":[",
                   job->id, get_status (job, n_done), n_done);
  for (guint i = from; i < n_done; i++)
    {
      g_string_append (body, i > from ? "," : "");
      append_result (body, job, i);
    }
  g_string_append (body, "]}");
  answer (message, n_done == job->due_us->len ? 200 : 202, g_string_free (body, FALSE));
}

static gboolean
on_news (gpointer user_data)
{
  g_autofree Question *question = user_data;

  answer_for_job (question->message, question->job, question->from, question->most);
  soup_server_message_unpause (question->message);
  g_object_unref (question->message);
  return G_SOURCE_REMOVE;
}

static void
on_question (SoupServerMessage *message, Job *job, GHashTable *query)
{
  const char *from = query ? g_hash_table_lookup (query, "results_from") : NULL;
  const char *most = query ? g_hash_table_lookup (query, "max_results") : NULL;
  Question   *question = g_new0 (Question, 1);
  gint64      wait_us;

  *question = (Question) { g_object_ref (message), job,
                           from ? (guint) g_ascii_strtoull (from, NULL, 10) : 0,
                           most ? (guint) g_ascii_strtoull (most, NULL, 10) : G_MAXINT };
  wait_us = question->from < job->due_us->len
                ? due (job, question->from) - g_get_monotonic_time ()
                : 0;
  soup_server_message_pause (message);
  g_timeout_add (wait_us > 0 ? (guint) (wait_us / US_PER_MS) + 1 : 0, on_news, question);
}

static void
on_submission (Endpoint *endpoint, SoupServerMessage *message, const char *id)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autoptr (UpscaleJsonBlobs) request = upscale_json_blobs_new (bytes, NULL);
  Job *job = job_new (endpoint, id, request);

  g_hash_table_replace (endpoint->jobs, job->id, job);
  on_question (message, job, NULL);
}

static void
on_request (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  Endpoint   *endpoint = user_data;
  const char *method = soup_server_message_get_method (message);
  const char *id = g_str_has_prefix (path, BATCHES) ? path + strlen (BATCHES) : NULL;
  Job        *job = id ? g_hash_table_lookup (endpoint->jobs, id) : NULL;

  if (!id)
    answer (message, 200, g_strdup (HEALTH));
  else if (method == SOUP_METHOD_PUT)
    on_submission (endpoint, message, id);
  else if (method == SOUP_METHOD_GET && job)
    on_question (message, job, query);
  else
    soup_server_message_set_status (message, job ? 204 : 404, NULL);
}

static void
on_input_closed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_main_loop_quit (user_data);
}

static SoupServer *
serve (gint64 tile_us)
{
  SoupServer      *server = soup_server_new (NULL, NULL);
  Endpoint        *endpoint = g_new0 (Endpoint, 1);
  GSList          *uris;
  g_autofree char *address = NULL;

  endpoint->tile_us = tile_us;
  endpoint->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, job_free);
  soup_server_add_handler (server, NULL, on_request, endpoint, NULL);
  g_assert_true (
      soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (server);
  address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_print ("%s\n", address);
  return server;
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) servers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  g_assert_cmpint (argc, ==, 2);
  for (int i = 0; i < N_SERVERS; i++)
    g_ptr_array_add (servers, serve (atoi (argv[1]) * (gint64) US_PER_MS));
  g_input_stream_skip_async (input, 1, G_PRIORITY_DEFAULT, NULL, on_input_closed, loop);
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}
