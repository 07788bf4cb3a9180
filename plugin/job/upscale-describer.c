/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-describer.h"

#include <glib/gi18n-lib.h>

#include "upscale-caption-provider.h"
#include "upscale-error.h"

/**
 * UpscaleDescriber:
 *
 * Has endpoints describe tiles in words, by a scheduler, so that busy and failing
 * endpoints are treated as in a job. Nothing is painted or stored. Lives on the main
 * thread.
 */
struct _UpscaleDescriber
{
  GObject parent_instance;

  UpscaleScheduler *scheduler;
};

G_DEFINE_FINAL_TYPE (UpscaleDescriber, upscale_describer, G_TYPE_OBJECT)

enum
{
  SIGNAL_DESCRIBED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
upscale_describer_finalize (GObject *object)
{
  g_clear_object (&UPSCALE_DESCRIBER (object)->scheduler);
  G_OBJECT_CLASS (upscale_describer_parent_class)->finalize (object);
}

static void
upscale_describer_class_init (UpscaleDescriberClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_describer_finalize;

  /**
   * UpscaleDescriber::described:
   * @tile_index: a tile
   * @caption: its text, one line of at most %UPSCALE_MAX_TILE_TEXT_CHARS characters
   *
   * Emitted once for each tile that was described.
   */
  signals[SIGNAL_DESCRIBED] =
      g_signal_new ("described", UPSCALE_TYPE_DESCRIBER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);
}

static void
upscale_describer_init (UpscaleDescriber *self)
{
}

static void
on_described (UpscaleCaptionProvider *provider,
              guint                   tile_index,
              const char             *caption,
              gpointer                user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_DESCRIBED], 0, tile_index, caption);
}

/**
 * upscale_describer_new:
 * @request: the input
 *
 * Returns: (transfer full): a describer that has sent nothing yet
 */
UpscaleDescriber *
upscale_describer_new (const UpscaleDescriberRequest *request)
{
  g_autoptr (UpscaleSource) source = NULL;
  g_autoptr (UpscaleCaptionProvider) provider = NULL;
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  UpscaleDescriber *self;

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (request->plan != NULL && request->wanted != NULL, NULL);
  g_return_val_if_fail (request->endpoints != NULL, NULL);

  source = upscale_source_new (request->pixels, request->scale);
  provider = upscale_caption_provider_new (source, request->plan);
  gen_params->wants_captions = TRUE;
  self = g_object_new (UPSCALE_TYPE_DESCRIBER, NULL);
  self->scheduler = upscale_scheduler_new (UPSCALE_TILE_PROVIDER (provider),
                                           upscale_tile_plan_get_n_tiles (request->plan),
                                           request->wanted, NULL, gen_params,
                                           request->policy, request->clock);
  g_signal_connect_object (provider, "described", G_CALLBACK (on_described), self, 0);
  for (guint i = 0; i < request->endpoints->len; i++)
    upscale_scheduler_add_endpoint (self->scheduler, request->endpoints->pdata[i]);
  return self;
}

/**
 * upscale_describer_get_scheduler:
 * @describer: a describer
 *
 * Returns: (transfer none): the scheduler, which emits progress
 */
UpscaleScheduler *
upscale_describer_get_scheduler (UpscaleDescriber *describer)
{
  g_return_val_if_fail (UPSCALE_IS_DESCRIBER (describer), NULL);

  return describer->scheduler;
}

static void
on_scheduler_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UpscaleScheduler *scheduler = UPSCALE_SCHEDULER (object);
  g_autoptr (GError) error = NULL;
  g_autofree char *failure = NULL;

  if (upscale_scheduler_run_finish (scheduler, result, &error))
    g_task_return_boolean (task, TRUE);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    {
      failure = upscale_dispatch_status_dup_first_failure (
          upscale_scheduler_get_status (scheduler));
      g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_NO_ENDPOINT,
                               _ ("No tile could be described. The first: %s"),
                               failure ? failure : error->message);
    }
}

/**
 * upscale_describer_run_async:
 * @describer: a describer that has not run yet
 * @cancellable: (nullable): stops all batches, at the endpoints too
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Runs until every tile is described or given up.
 */
void
upscale_describer_run_async (UpscaleDescriber   *describer,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (UPSCALE_IS_DESCRIBER (describer));

  task = g_task_new (describer, cancellable, callback, user_data);
  g_task_set_source_tag (task, upscale_describer_run_async);
  /* The scheduler decides: a run whose last tile came before the cancellation is done. */
  g_task_set_check_cancellable (task, FALSE);
  upscale_scheduler_run_async (describer->scheduler, cancellable, on_scheduler_ran, task);
}

/**
 * upscale_describer_run_finish:
 * @describer: a describer
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: %TRUE if a tile was described, or %FALSE with %UPSCALE_ERROR_NO_ENDPOINT or
 * %G_IO_ERROR_CANCELLED
 */
gboolean
upscale_describer_run_finish (UpscaleDescriber *describer,
                              GAsyncResult     *result,
                              GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, describer), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
