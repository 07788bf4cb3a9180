/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-test.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-similarity.h"
#include "upscale-png.h"

/* A tile that is cheap to paint and no smaller than models can paint. */
#define TILE_PX 256
#define FAST_COMPRESSION 1

/* Data of a running test. */
typedef struct
{
  UpscaleEndpoint     *endpoint;
  UpscaleGenParams    *gen_params;
  UpscaleClock        *clock;
  UpscaleCapabilities *capabilities;
  UpscalePixels       *pixels;
  GBytes              *answer;
  GError              *failure;
  gint64               begun_us;
} Work;

static void
work_free (Work *work)
{
  g_object_unref (work->endpoint);
  upscale_gen_params_unref (work->gen_params);
  g_object_unref (work->clock);
  g_clear_pointer (&work->capabilities, upscale_capabilities_unref);
  g_clear_pointer (&work->pixels, upscale_pixels_unref);
  g_clear_pointer (&work->answer, g_bytes_unref);
  g_clear_error (&work->failure);
  g_free (work);
}

/**
 * upscale_endpoint_test_free:
 * @test: (transfer full): a result of upscale_endpoint_test_run_finish()
 *
 * Frees the result.
 */
void
upscale_endpoint_test_free (UpscaleEndpointTest *test)
{
  g_return_if_fail (test != NULL);

  g_clear_pointer (&test->capabilities, upscale_capabilities_unref);
  g_free (test->sentence);
  g_free (test);
}

/* Draws slopes and checks of three colors, so that the similarity check has structure to
 * compare. */
static UpscalePixels *
make_picture (int side_px)
{
  UpscalePixels *pixels = upscale_pixels_new (side_px, side_px);

  for (int y = 0; y < side_px; y++)
    for (int x = 0; x < side_px; x++)
      {
        guint8 *rgb = pixels->data + 3 * ((gsize) y * (gsize) side_px + (gsize) x);

        rgb[0] = (guint8) (60 + (x * 120) / side_px + (x / 16 + y / 16) % 2 * 30);
        rgb[1] = (guint8) (60 + (y * 120) / side_px);
        rgb[2] = (guint8) (180 - (x * 60 + y * 60) / side_px);
      }
  return pixels;
}

static UpscaleBatch *
make_batch (Work *work, GError **error)
{
  int              multiple = work->capabilities->multiple_of;
  int              side_px = (TILE_PX + multiple - 1) / multiple * multiple;
  UpscaleTile      tile = { 0, 0, 0, { 0, 0, side_px, side_px } };
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (UpscaleBatch) batch = upscale_batch_new (work->gen_params);
  g_autoptr (UpscaleTileMessage) message = upscale_tile_message_new (&tile);

  work->pixels = make_picture (side_px);
  message->image = upscale_png_encode (work->pixels, FAST_COMPRESSION, error);
  if (!message->image)
    return NULL;
  message->width_px = message->target_width_px = side_px;
  message->height_px = message->target_height_px = side_px;
  message->key = g_steal_pointer (&id);
  g_ptr_array_add (batch->tiles, g_steal_pointer (&message));
  return g_steal_pointer (&batch);
}

static void
on_answer (const UpscaleTileAnswer *answer, gpointer user_data)
{
  Work *work = g_task_get_task_data (user_data);

  if (answer->image && !work->answer)
    work->answer = g_bytes_ref (answer->image);
  else if (answer->failure && !work->failure)
    {
      work->failure = g_error_copy (answer->failure);
      upscale_error_tidy (work->failure);
    }
}

static gboolean
check_answer (Work *work, GError **error)
{
  g_autoptr (UpscalePixels) painted = NULL;

  if (work->failure)
    {
      g_propagate_error (error, g_steal_pointer (&work->failure));
      return FALSE;
    }
  if (!work->answer)
    {
      g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                           _ ("it ended without an answer for the tile"));
      return FALSE;
    }
  painted = upscale_png_decode_sized (work->answer, work->pixels->width_px,
                                      work->pixels->height_px, error);
  return painted && upscale_similarity_check (work->pixels, painted,
                                              work->gen_params->strength, error);
}

static void
append_count (GString *text, GStrv names, const char *one, const char *many)
{
  guint n = names ? g_strv_length (names) : 0;

  if (n > 0)
    g_string_append_printf (text, n == 1 ? one : many, n);
}

static void
append_capabilities (GString *text, Work *work)
{
  const UpscaleCapabilities *can = work->capabilities;
  g_autofree char *missing = upscale_capabilities_dup_missing (can, work->gen_params);

  if (can->version)
    g_string_append_printf (text, _ (" Version %s."), can->version);
  append_count (text, can->models, _ (" It has %u model."), _ (" It has %u models."));
  append_count (text, can->loras, _ (" It has %u LoRA."), _ (" It has %u LoRAs."));
  if (!can->uses_prompt)
    g_string_append (text, _ (" It does not follow prompts."));
  if (!can->stops_tiles)
    g_string_append (text, _ (" Cancel takes effect after the tile that it paints, since "
                              "such a tile can't be stopped there."));
  if (can->about && *can->about)
    g_string_append_printf (text, _ (" It says: %s"), can->about);
  if (missing)
    g_string_append_printf (text, _ (" For your settings something is missing: %s."),
                            missing);
}

static void
finish (GTask *task, const GError *error)
{
  Work                *work = g_task_get_task_data (task);
  UpscaleEndpointTest *test = g_new0 (UpscaleEndpointTest, 1);
  g_autoptr (GString) text = g_string_new (NULL);

  test->seconds =
      (double) (upscale_clock_get_now (work->clock) - work->begun_us) / G_USEC_PER_SEC;
  test->works = error == NULL;
  if (error && !work->capabilities)
    g_string_printf (text, _ ("It does not answer as it should: %s"), error->message);
  else if (error)
    g_string_printf (text, _ ("It answers, but could not paint a test tile: %s"),
                     error->message);
  else
    g_string_printf (text, _ ("It works: a test tile of %d px took %.1f s."),
                     work->pixels->width_px, test->seconds);
  if (work->capabilities)
    {
      append_capabilities (text, work);
      test->capabilities = upscale_capabilities_ref (work->capabilities);
    }
  test->sentence = g_string_free_and_steal (g_steal_pointer (&text));
  g_debug ("test of %s: %s", upscale_endpoint_get_debug_name (work->endpoint),
           test->works ? "works" : "failed");
  g_task_return_pointer (task, test, (GDestroyNotify) upscale_endpoint_test_free);
}

static void
on_processed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (upscale_backend_process_finish (UPSCALE_BACKEND (object), result, &error))
    check_answer (g_task_get_task_data (task), &error);
  finish (task, error);
}

static void
on_probed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  static const UpscaleBatchFuncs funcs = { .on_answer = on_answer };
  g_autoptr (GTask) task = user_data;
  Work           *work = g_task_get_task_data (task);
  UpscaleBackend *backend = UPSCALE_BACKEND (object);
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleBatch) batch = NULL;

  work->capabilities = upscale_backend_probe_finish (backend, result, &error);
  batch = work->capabilities ? make_batch (work, &error) : NULL;
  if (!batch)
    {
      finish (task, error);
      return;
    }
  work->begun_us = upscale_clock_get_now (work->clock);
  upscale_backend_process_async (backend, batch, &funcs, task,
                                 g_task_get_cancellable (task), on_processed,
                                 g_object_ref (task));
}

/**
 * upscale_endpoint_test_run_async:
 * @endpoint: the endpoint to test
 * @gen_params: the parameters that a job would paint with
 * @clock: measures how long the tile takes
 * @cancellable: (nullable): ends the test, also at the endpoint
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Sends one small tile as a job would, and checks the answer.
 */
void
upscale_endpoint_test_run_async (UpscaleEndpoint    *endpoint,
                                 UpscaleGenParams   *gen_params,
                                 UpscaleClock       *clock,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  GTask *task;
  Work  *work;

  g_return_if_fail (UPSCALE_IS_ENDPOINT (endpoint));
  g_return_if_fail (gen_params != NULL);
  g_return_if_fail (UPSCALE_IS_CLOCK (clock));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, upscale_endpoint_test_run_async);
  work = g_new0 (Work, 1);
  work->endpoint = g_object_ref (endpoint);
  work->gen_params = upscale_gen_params_ref (gen_params);
  work->clock = g_object_ref (clock);
  work->begun_us = upscale_clock_get_now (clock);
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  upscale_backend_probe_async (upscale_endpoint_get_backend (endpoint), cancellable,
                               on_probed, task);
}

/**
 * upscale_endpoint_test_run_finish:
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: (transfer full): the outcome, also of a test that failed; %NULL with
 * %G_IO_ERROR_CANCELLED
 */
UpscaleEndpointTest *
upscale_endpoint_test_run_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
