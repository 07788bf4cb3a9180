/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backend over real sockets, against a server that treats each request as the test
 * has told it. */
#include <libsoup/soup.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-tile-batch-backend.h"

#define IS_LONG_US (10 * (gint64) G_USEC_PER_SEC)

/** The real clock, which notes the pauses between requests: the short timers. */
struct _NotingClock
{
  UpscaleClock parent_instance;

  GArray *pauses_us;
};

G_DECLARE_FINAL_TYPE (NotingClock, noting_clock, NOTING, CLOCK, UpscaleClock)
G_DEFINE_FINAL_TYPE (NotingClock, noting_clock, UPSCALE_TYPE_CLOCK)

static guint
noting_clock_add_timer (UpscaleClock   *clock,
                        gint64          wait_us,
                        GSourceOnceFunc on_due,
                        gpointer        user_data)
{
  if (wait_us < IS_LONG_US)
    g_array_append_val (NOTING_CLOCK (clock)->pauses_us, wait_us);
  return UPSCALE_CLOCK_CLASS (noting_clock_parent_class)
      ->add_timer (clock, wait_us, on_due, user_data);
}

static void
noting_clock_finalize (GObject *object)
{
  g_array_unref (NOTING_CLOCK (object)->pauses_us);
  G_OBJECT_CLASS (noting_clock_parent_class)->finalize (object);
}

static void
noting_clock_class_init (NotingClockClass *klass)
{
  UPSCALE_CLOCK_CLASS (klass)->add_timer = noting_clock_add_timer;
  G_OBJECT_CLASS (klass)->finalize = noting_clock_finalize;
}

static void
noting_clock_init (NotingClock *self)
{
  self->pauses_us = g_array_new (FALSE, FALSE, sizeof (gint64));
}

typedef struct _Fixture Fixture;

struct _Fixture
{
  SoupServer              *server;
  SoupServer              *other_origin;
  NotingClock             *clock;
  UpscaleTileBatchBackend *backend;
  UpscaleBatch            *batch;
  GCancellable            *cancellable;
  const char              *put_body;
  const char              *get_body;
  guint                    put_status;
  guint                    n_gets_while_running;
  guint                    n_redirects_left;
  gboolean                 redirects_elsewhere;
  gboolean                 cuts;
  gboolean                 stalls;
  guint                    n_early_deletes; /* DELETEs that overtook their PUT */
  guint                    n_puts, n_gets, n_deletes, n_elsewhere;
  char                    *seen_token;
  guint                    n_answers, n_phases;
  gboolean                 has_ended, succeeded;
  GError                  *error;
};

#define RUNNING                                                                          \
  "{\"batch_id\":\"b\",\"status\":\"running\",\"tiles_processed\":0,\"results\":[]}"
#define DONE                                                                             \
  "{\"batch_id\":\"b\",\"status\":\"completed\",\"tiles_processed\":1,\"results\":[{"    \
  "\"id\":\"0\",\"success\":true,\"image\":"                                             \
  "\"eA==\",\"width\":1,\"height\":1}]}"

static char *
get_address (SoupServer *server)
{
  GSList *uris = soup_server_get_uris (server);
  char   *address = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return address;
}

static void
redirect (Fixture *fixture, SoupServerMessage *message)
{
  g_autofree char *here = get_address (fixture->server);
  g_autofree char *there = get_address (fixture->other_origin);
  g_autofree char *location =
      g_strconcat (fixture->redirects_elsewhere ? there : here, "/v1/batches/b", NULL);

  fixture->n_redirects_left--;
  soup_server_message_set_redirect (message, SOUP_STATUS_SEE_OTHER, location);
}

static void
answer (SoupServerMessage *message, guint status, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, body,
                                    strlen (body));
}

static void
on_request (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  Fixture    *fixture = user_data;
  const char *method = soup_server_message_get_method (message);
  gboolean    is_put = method == SOUP_METHOD_PUT;

  g_free (fixture->seen_token);
  fixture->seen_token = g_strdup (
      soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                    "Modal-Secret"));
  fixture->n_puts += is_put;
  fixture->n_gets += method == SOUP_METHOD_GET;
  fixture->n_deletes += method == SOUP_METHOD_DELETE;
  if (method == SOUP_METHOD_DELETE)
    soup_server_message_set_status (message,
                                    fixture->n_deletes <= fixture->n_early_deletes
                                        ? SOUP_STATUS_NOT_FOUND
                                        : SOUP_STATUS_NO_CONTENT,
                                    NULL);
  else if (fixture->stalls)
    soup_server_message_pause (message);
  else if (fixture->cuts)
    g_socket_close (soup_server_message_get_socket (message), NULL);
  else if (fixture->n_redirects_left > 0)
    redirect (fixture, message);
  else if (is_put)
    answer (message, fixture->put_status, fixture->put_body);
  else if (fixture->n_gets <= fixture->n_gets_while_running)
    answer (message, 202, RUNNING);
  else
    answer (message, strstr (fixture->get_body, "completed") ? 200 : 202,
            fixture->get_body);
}

static void
on_elsewhere (SoupServer        *server,
              SoupServerMessage *message,
              const char        *path,
              GHashTable        *query,
              gpointer           user_data)
{
  Fixture *fixture = user_data;

  fixture->n_elsewhere++;
  answer (message, 200, DONE);
}

static SoupServer *
listen_locally (SoupServerCallback callback, Fixture *fixture)
{
  SoupServer *server = soup_server_new (NULL, NULL);

  soup_server_add_handler (server, NULL, callback, fixture, NULL);
  g_assert_true (
      soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  return server;
}

static UpscaleBatch *
make_batch (void)
{
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  UpscaleBatch       *batch = upscale_batch_new (gen_params);
  UpscaleTile         tile = { .rect = { 0, 0, 64, 64 } };
  UpscaleTileMessage *message = upscale_tile_message_new (&tile);

  message->image = g_bytes_new ("x", 1);
  g_ptr_array_add (batch->tiles, message);
  g_free (batch->id);
  batch->id = g_strdup ("b");
  return batch;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  UpscaleClock *clock = g_object_new (noting_clock_get_type (), NULL);
  g_autoptr (UpscaleHttp) http = upscale_http_new (clock);
  g_autoptr (GUri) base = NULL;
  g_autofree char *address = NULL;

  fixture->clock = NOTING_CLOCK (clock);
  fixture->server = listen_locally (on_request, fixture);
  fixture->other_origin = listen_locally (on_elsewhere, fixture);
  address = get_address (fixture->server);
  base = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  upscale_http_add_header (http, "Modal-Secret", "s3cret");
  fixture->backend = upscale_tile_batch_backend_new (base, http, clock, NULL);
  fixture->batch = make_batch ();
  fixture->cancellable = g_cancellable_new ();
  fixture->put_status = 202;
  fixture->put_body = RUNNING;
  fixture->get_body = DONE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->backend);
  g_object_unref (fixture->clock);
  g_object_unref (fixture->server);
  g_object_unref (fixture->other_origin);
  upscale_batch_unref (fixture->batch);
  g_object_unref (fixture->cancellable);
  g_free (fixture->seen_token);
  g_clear_error (&fixture->error);
}

static void
on_answer (const UpscaleTileAnswer *tile, gpointer user_data)
{
  ((Fixture *) user_data)->n_answers++;
}

static void
on_phase (UpscalePhase phase, gpointer user_data)
{
  ((Fixture *) user_data)->n_phases++;
}

static const UpscaleBatchFuncs batch_funcs = { .on_answer = on_answer,
                                               .on_phase = on_phase };

static void
on_processed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->has_ended = TRUE;
  fixture->succeeded =
      upscale_backend_process_finish (UPSCALE_BACKEND (object), result, &fixture->error);
}

static void
start (Fixture *fixture)
{
  upscale_backend_process_async (UPSCALE_BACKEND (fixture->backend), fixture->batch,
                                 &batch_funcs, fixture, fixture->cancellable,
                                 on_processed, fixture);
}

static void
process (Fixture *fixture)
{
  start (fixture);
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_submit_and_poll (Fixture *fixture, gconstpointer data)
{
  process (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_puts, ==, 1);
  g_assert_cmpuint (fixture->n_gets, ==, 1);
  g_assert_cmpuint (fixture->n_answers, ==, 1);
  g_assert_cmpstr (fixture->seen_token, ==, "s3cret");
}

/* A server may hold its answer to a GET although it answers a PUT at once. */
static void
test_first_poll_is_sent_at_once (Fixture *fixture, gconstpointer data)
{
  fixture->n_gets_while_running = 1;
  process (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_gets, ==, 2);
  g_assert_cmpuint (fixture->clock->pauses_us->len, ==, 2);
  g_assert_cmpint (g_array_index (fixture->clock->pauses_us, gint64, 0), ==, 0);
  g_assert_cmpint (g_array_index (fixture->clock->pauses_us, gint64, 1), ==,
                   G_USEC_PER_SEC);
}

static void
test_answered_at_once (Fixture *fixture, gconstpointer data)
{
  fixture->put_status = 200;
  fixture->put_body = DONE;
  process (fixture);
  g_assert_true (fixture->succeeded);
  g_assert_cmpuint (fixture->n_gets, ==, 0);
  g_assert_cmpuint (fixture->n_answers, ==, 1);
}

/* Long chains are tested in tests/faults, on a fast clock. */
static void
test_redirects_within_the_origin (Fixture *fixture, gconstpointer data)
{
  fixture->n_redirects_left = 3;
  process (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_answers, ==, 1);
}

static void
test_redirect_to_another_origin_is_refused_and_gets_no_secret (Fixture      *fixture,
                                                               gconstpointer data)
{
  fixture->n_redirects_left = 1;
  fixture->redirects_elsewhere = TRUE;
  process (fixture);
  g_assert_error (fixture->error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED);
  g_assert_cmpuint (fixture->n_elsewhere, ==, 0);
}

static void
test_html_is_no_answer (Fixture *fixture, gconstpointer data)
{
  fixture->put_status = 200;
  fixture->put_body = "<html>welcome</html>";
  process (fixture);
  g_assert_error (fixture->error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL);
}

static void
test_cut_connection_is_transient (Fixture *fixture, gconstpointer data)
{
  fixture->cuts = TRUE;
  process (fixture);
  g_assert_error (fixture->error, UPSCALE_ERROR, UPSCALE_ERROR_TRANSPORT);
}

static void
test_busy_says_so (Fixture *fixture, gconstpointer data)
{
  fixture->put_status = 503;
  fixture->put_body = "";
  process (fixture);
  g_assert_error (fixture->error, UPSCALE_ERROR, UPSCALE_ERROR_BUSY);
}

static void
test_batch_given_up_by_the_server (Fixture *fixture, gconstpointer data)
{
  fixture->put_status = 200;
  fixture->put_body = "{\"batch_id\":\"b\",\"status\":\"failed\",\"error\":\"no "
                      "GPU\",\"tiles_processed\":0,\"results\":[]}";
  process (fixture);
  g_assert_error (fixture->error, UPSCALE_ERROR, UPSCALE_ERROR_SERVER);
  g_assert_nonnull (strstr (fixture->error->message, "no GPU"));
}

static void
test_cancel_stops_the_server_too (Fixture *fixture, gconstpointer data)
{
  fixture->stalls = TRUE;
  start (fixture);
  while (fixture->n_puts == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (fixture->cancellable);
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->n_deletes, ==, 1);
}

/* The endpoint takes longer than a second for the PUT, as a busy one does. */
static void
test_delete_that_overtakes_its_batch_is_sent_again (Fixture *fixture, gconstpointer data)
{
  fixture->stalls = TRUE;
  fixture->n_early_deletes = 6;
  start (fixture);
  while (fixture->n_puts == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (fixture->cancellable);
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->n_deletes, ==, 7);
}

static void
test_cancel_before_the_batch_is_sent_ends_at_once (Fixture *fixture, gconstpointer data)
{
  start (fixture);
  g_cancellable_cancel (fixture->cancellable);
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->n_puts, ==, 0);
  g_assert_cmpuint (fixture->n_deletes, ==, 0);
}

static void
test_server_with_the_blocking_route_only (Fixture *fixture, gconstpointer data)
{
  /* The server answers PUT with 405, and POST with the finished batch. */
  fixture->put_status = 405;
  fixture->put_body = "";
  process (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_answers, ==, 1);
}

static void
test_cancel_between_two_questions_does_not_wait (Fixture *fixture, gconstpointer data)
{
  fixture->get_body = RUNNING;
  start (fixture);
  while (fixture->n_gets == 0)
    g_main_context_iteration (NULL, TRUE);
  /* The answer has no news, so a pause follows. The cancellation comes in that pause. */
  g_timeout_add_once (300, (GSourceOnceFunc) g_cancellable_cancel, fixture->cancellable);
  while (!fixture->has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->n_deletes, ==, 1);
  g_assert_cmpuint (fixture->n_gets, ==, 1);
}

static void
test_batch_that_is_known_there_is_only_asked_for (Fixture *fixture, gconstpointer data)
{
  fixture->batch->is_submitted = TRUE;
  process (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_puts, ==, 0);
  g_assert_cmpuint (fixture->n_answers, ==, 1);
}

static void
test_batch_stopped_by_its_lease_has_expired (Fixture *fixture, gconstpointer data)
{
  fixture->put_status = 200;
  fixture->put_body =
      "{\"batch_id\":\"b\",\"status\":\"cancelled\",\"error\":\"the lease "
      "has ended\",\"tiles_processed\":0,\"results\":[]}";
  process (fixture);
  g_assert_error (fixture->error, UPSCALE_ERROR, UPSCALE_ERROR_EXPIRED);
  g_assert_nonnull (strstr (fixture->error->message, "the lease has ended"));
}

static void
test_phases_are_told (Fixture *fixture, gconstpointer data)
{
  fixture->put_body = "{\"batch_id\":\"b\",\"status\":\"starting\","
                      "\"tiles_processed\":0,\"results\":[]}";
  process (fixture);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (fixture->n_phases, ==, 2);
}

static void
test_abandoned_batch_is_stopped_there (Fixture *fixture, gconstpointer data)
{
  upscale_backend_abandon (UPSCALE_BACKEND (fixture->backend), fixture->batch);
  fixture->batch->is_submitted = TRUE;
  upscale_backend_abandon (UPSCALE_BACKEND (fixture->backend), fixture->batch);
  while (fixture->n_deletes == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fixture->n_deletes, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/tile-batch/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("submit-and-poll", test_submit_and_poll);
  ADD ("first-poll-is-sent-at-once", test_first_poll_is_sent_at_once);
  ADD ("answered-at-once", test_answered_at_once);
  ADD ("redirects-within-the-origin", test_redirects_within_the_origin);
  ADD ("redirect-to-another-origin-is-refused-and-gets-no-secret",
       test_redirect_to_another_origin_is_refused_and_gets_no_secret);
  ADD ("html-is-no-answer", test_html_is_no_answer);
  ADD ("cut-connection-is-transient", test_cut_connection_is_transient);
  ADD ("busy-says-so", test_busy_says_so);
  ADD ("batch-given-up-by-the-server", test_batch_given_up_by_the_server);
  ADD ("cancel-stops-the-server-too", test_cancel_stops_the_server_too);
  ADD ("delete-that-overtakes-its-batch-is-sent-again",
       test_delete_that_overtakes_its_batch_is_sent_again);
  ADD ("cancel-before-the-batch-is-sent-ends-at-once",
       test_cancel_before_the_batch_is_sent_ends_at_once);
  ADD ("server-with-the-blocking-route-only", test_server_with_the_blocking_route_only);
  ADD ("cancel-between-two-questions-does-not-wait",
       test_cancel_between_two_questions_does_not_wait);
  ADD ("batch-that-is-known-there-is-only-asked-for",
       test_batch_that_is_known_there_is_only_asked_for);
  ADD ("batch-stopped-by-its-lease-has-expired",
       test_batch_stopped_by_its_lease_has_expired);
  ADD ("phases-are-told", test_phases_are_told);
  ADD ("abandoned-batch-is-stopped-there", test_abandoned_batch_is_stopped_there);
#undef ADD
  return g_test_run ();
}
