/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-pipeline.h"

#include "upscale-cache-key.h"
#include "upscale-error.h"
#include "upscale-picture-file.h"
#include "upscale-png.h"
#include "upscale-similarity.h"
#include "upscale-tile-geometry.h"

/* Compression takes longer than sending the raw pixels over loopback. libpng's level 1
 * serves networks: 59 ms a megapixel instead of 195 ms at level 6. */
#define LOOPBACK_COMPRESSION 0
#define NETWORK_COMPRESSION 1

/**
 * UpscaleTilePipeline:
 *
 * The tile provider of a job: prepares the message that is sent for a tile, and checks,
 * stores and composes the answer. Worker threads do all pixel work. The source, the
 * composer and the tile cache may be used from any thread; @lock guards the fields below
 * it, and no other field changes after construction.
 */
struct _UpscaleTilePipeline
{
  GObject parent_instance;

  UpscaleSource    *source;
  UpscaleTilePlan  *plan;
  UpscaleComposer  *composer;
  UpscaleTileCache *cache;
  UpscaleGenParams *gen_params;
  GChecksum        *shared_digest; /* of @gen_params */
  GPtrArray        *settings;      /* of UpscaleTileSettings by tile; NULL if all tiles
                                      are painted alike */
  GThreadPool *workers;

  GMutex     lock;
  GPtrArray *painters; /* of UpscaleCapabilities that may have painted stored tiles */
  char      *warning;  /* the first failure of the tile cache */
};

/* Work on one tile, in a worker thread. */
typedef struct
{
  GTaskThreadFunc      run;
  UpscaleTilePipeline *pipeline;
  guint                tile_index;
  UpscaleCapabilities *capabilities;
  UpscaleRect          digested; /* the target of @pixels_digest */
  char                *pixels_digest;
  UpscaleTileMessage  *message;
  GBytes              *image;
  UpscalePrepared      prepared;
} TileWork;

static void upscale_tile_pipeline_provider_init (UpscaleTileProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    UpscaleTilePipeline,
    upscale_tile_pipeline,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_TILE_PROVIDER,
                           upscale_tile_pipeline_provider_init))

static void
tile_work_free (TileWork *work)
{
  g_clear_pointer (&work->capabilities, upscale_capabilities_unref);
  g_clear_pointer (&work->message, upscale_tile_message_unref);
  g_clear_pointer (&work->image, g_bytes_unref);
  g_free (work->pixels_digest);
  g_free (work);
}

static TileWork *
tile_work_new (UpscaleTilePipeline *pipeline, guint tile_index, GTaskThreadFunc run)
{
  TileWork *work = g_new0 (TileWork, 1);

  work->run = run;
  work->pipeline = pipeline;
  work->tile_index = tile_index;
  return work;
}

static void
run_work (gpointer data, gpointer user_data)
{
  g_autoptr (GTask) task = data;
  TileWork *work = g_task_get_task_data (task);

  work->run (task, g_task_get_source_object (task), work, NULL);
}

/* Takes ownership of @work. The task references the pipeline that @work points at. */
static void
start_work (TileWork           *work,
            GCancellable       *cancellable,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  GTask *task;

  g_assert (work->tile_index < upscale_tile_plan_get_n_tiles (work->pipeline->plan));

  task = g_task_new (work->pipeline, cancellable, callback, user_data);
  g_task_set_task_data (task, work, (GDestroyNotify) tile_work_free);
  g_thread_pool_push (work->pipeline->workers, task, NULL);
}

static UpscaleTileGeometry
choose_geometry (const TileWork *work, const UpscaleCapabilities *endpoint)
{
  UpscaleTilePlan *plan = work->pipeline->plan;
  UpscaleRect      tile = upscale_tile_plan_get_tile (plan, work->tile_index)->rect;

  return upscale_tile_geometry_choose (upscale_tile_plan_get_grid (plan), tile, endpoint);
}

/* Keeps the last digest: it takes a while for large tiles, and most endpoints of a job
 * are sent the same pixels. */
static const char *
get_digest (TileWork *work, UpscaleRect target)
{
  if (!work->pixels_digest || !upscale_rect_equal (work->digested, target))
    {
      g_free (work->pixels_digest);
      work->pixels_digest = upscale_source_digest (work->pipeline->source, target);
      work->digested = target;
    }
  return work->pixels_digest;
}

static UpscaleTileSettings *
get_settings (const UpscaleTilePipeline *pipeline, guint tile_index)
{
  return pipeline->settings ? pipeline->settings->pdata[tile_index] : NULL;
}

static UpscaleGenParams *
dup_own_params (const TileWork *work)
{
  return upscale_tile_settings_apply (get_settings (work->pipeline, work->tile_index),
                                      work->pipeline->gen_params);
}

static char *
make_key (TileWork                  *work,
          UpscaleTileGeometry        geometry,
          const UpscaleCapabilities *painter)
{
  const UpscaleGenParams *gen_params = work->pipeline->gen_params;
  g_autofree char        *name = upscale_capabilities_dup_painter (painter, gen_params);
  g_autoptr (GChecksum) digest = g_checksum_copy (work->pipeline->shared_digest);
  g_autoptr (UpscaleGenParams) own = dup_own_params (work);
  UpscaleCacheKeyInput input = {
    .pixels_digest = get_digest (work, geometry.target),
    .sent_width_px = geometry.sent.width,
    .sent_height_px = geometry.sent.height,
    .target_width_px = geometry.target.width,
    .target_height_px = geometry.target.height,
    .x_px = geometry.target.x,
    .y_px = geometry.target.y,
    .picture_width_px = upscale_tile_plan_get_width (work->pipeline->plan),
    .picture_height_px = upscale_tile_plan_get_height (work->pipeline->plan),
    .offset_x_px = geometry.inside.x,
    .offset_y_px = geometry.inside.y,
    .seed = upscale_gen_params_derive_tile_seed (gen_params->seed, work->tile_index),
    .gen_params = digest,
  };

  upscale_gen_params_digest_own (own, digest);
  return upscale_cache_key_compute (&input, name);
}

/* Decodes an answer and cuts it back to the tile. */
static UpscalePixels *
decode_answer (UpscaleTileGeometry geometry, GBytes *image, GError **error)
{
  g_autoptr (UpscalePixels) painted =
      upscale_picture_file_decode_sized (image, geometry.target.width,
                                         geometry.target.height, error);

  return painted ? upscale_pixels_crop (painted, geometry.inside) : NULL;
}

/* Looks up the answer of one endpoint of the job. An entry that can't be decoded counts
 * as missing. */
static gboolean
settle_from_cache (TileWork *work, const UpscaleCapabilities *painter)
{
  UpscaleTileGeometry geometry = choose_geometry (work, painter);
  g_autofree char    *key = make_key (work, geometry, painter);
  g_autoptr (GBytes) image = upscale_tile_cache_lookup (work->pipeline->cache, key);
  g_autoptr (UpscalePixels) painted =
      image ? decode_answer (geometry, image, NULL) : NULL;

  if (!painted)
    return FALSE;
  upscale_composer_settle (work->pipeline->composer, work->tile_index, painted, NULL);
  return TRUE;
}

static void
upscale_tile_pipeline_add_painter (UpscaleTileProvider *provider,
                                   UpscaleCapabilities *capabilities)
{
  UpscaleTilePipeline *pipeline = UPSCALE_TILE_PIPELINE (provider);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipeline->lock);

  for (guint i = 0; i < pipeline->painters->len; i++)
    if (upscale_capabilities_paint_alike (pipeline->painters->pdata[i], capabilities))
      return;
  g_ptr_array_add (pipeline->painters, upscale_capabilities_ref (capabilities));
}

static GPtrArray *
dup_painters (UpscaleTilePipeline *pipeline)
{
  GPtrArray *painters =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_capabilities_unref);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pipeline->lock);

  for (guint i = 0; i < pipeline->painters->len; i++)
    g_ptr_array_add (painters, upscale_capabilities_ref (pipeline->painters->pdata[i]));
  return painters;
}

/* The pool may mix endpoints: a stored tile is used if any endpoint of the job could have
 * painted it. */
static gboolean
settle_from_any_painter (TileWork *work)
{
  g_autoptr (GPtrArray) painters = dup_painters (work->pipeline);

  for (guint i = 0; i < painters->len; i++)
    if (settle_from_cache (work, painters->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
make_message (TileWork            *work,
              const UpscalePixels *sent,
              UpscaleTileGeometry  geometry,
              GError             **error)
{
  UpscaleTilePipeline *pipeline = work->pipeline;
  g_autoptr (UpscaleTileMessage) message = upscale_tile_message_new (
      upscale_tile_plan_get_tile (pipeline->plan, work->tile_index));
  gsize    n_bytes = upscale_pixels_get_row_bytes (sent) * (gsize) sent->height_px;
  gboolean is_raw = upscale_capabilities_take_raw (work->capabilities, n_bytes);
  int      compression = is_raw ? LOOPBACK_COMPRESSION : NETWORK_COMPRESSION;

  message->image = upscale_png_encode (sent, compression, error);
  if (!message->image)
    return FALSE;
  message->width_px = geometry.sent.width;
  message->height_px = geometry.sent.height;
  message->target_width_px = geometry.target.width;
  message->target_height_px = geometry.target.height;
  message->target_x_px = geometry.target.x;
  message->target_y_px = geometry.target.y;
  message->picture_width_px = upscale_tile_plan_get_width (pipeline->plan);
  message->picture_height_px = upscale_tile_plan_get_height (pipeline->plan);
  message->inside = geometry.inside;
  message->seed =
      upscale_gen_params_derive_tile_seed (pipeline->gen_params->seed, work->tile_index);
  if (get_settings (pipeline, work->tile_index))
    message->settings =
        upscale_tile_settings_ref (get_settings (pipeline, work->tile_index));
  message->key = make_key (work, geometry, work->capabilities);
  work->message = g_steal_pointer (&message);
  return TRUE;
}

/* Tries the cheapest first: no pixels are rendered for a stored or transparent tile, and
 * none are looked up where the strength map is black. */
static gboolean
prepare (TileWork *work, GError **error)
{
  UpscaleTilePipeline *pipeline = work->pipeline;
  const UpscaleTile *tile = upscale_tile_plan_get_tile (pipeline->plan, work->tile_index);
  UpscaleTileGeometry  geometry = choose_geometry (work, work->capabilities);
  UpscaleTileSettings *settings = get_settings (pipeline, work->tile_index);
  gboolean             keeps_base = settings && settings->keeps_base;
  g_autoptr (UpscalePixels) sent = NULL;

  work->prepared = UPSCALE_PREPARED_STORED;
  if (!keeps_base && settle_from_any_painter (work))
    return TRUE;
  work->prepared = UPSCALE_PREPARED_SKIPPED;
  if (!keeps_base && !upscale_source_is_transparent (pipeline->source, tile->rect))
    sent = geometry.at_source_size
               ? upscale_source_get_crop (pipeline->source, geometry.sent)
               : upscale_source_get_seen (pipeline->source, geometry.sent);
  if (!sent || upscale_similarity_is_single_colored (sent))
    {
      upscale_composer_settle (pipeline->composer, work->tile_index, NULL, NULL);
      return TRUE;
    }
  work->prepared = UPSCALE_PREPARED_SEND;
  return make_message (work, sent, geometry, error);
}

static void
debug_prepared (const TileWork *work)
{
  static const char *const states[] = {
    [UPSCALE_PREPARED_SEND] = "is to be sent",
    [UPSCALE_PREPARED_STORED] = "was stored",
    [UPSCALE_PREPARED_SKIPPED] = "has nothing to paint",
  };

  g_debug ("tile %u: %s", work->tile_index + 1, states[work->prepared]);
}

static void
prepare_in_thread (GTask        *task,
                   gpointer      source_object,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  GError *error = NULL;

  if (prepare (task_data, &error))
    {
      debug_prepared (task_data);
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, error);
}

static void
upscale_tile_pipeline_prepare_async (UpscaleTileProvider *provider,
                                     guint                tile_index,
                                     UpscaleCapabilities *capabilities,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  UpscaleTilePipeline *self = UPSCALE_TILE_PIPELINE (provider);
  TileWork            *work = tile_work_new (self, tile_index, prepare_in_thread);

  work->capabilities = upscale_capabilities_ref (capabilities);
  start_work (work, cancellable, callback, user_data);
}

static gboolean
upscale_tile_pipeline_prepare_finish (UpscaleTileProvider *provider,
                                      GAsyncResult        *result,
                                      UpscalePrepared     *prepared,
                                      UpscaleTileMessage **message,
                                      GError             **error)
{
  TileWork *work = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *prepared = work->prepared;
  *message = g_steal_pointer (&work->message);
  return TRUE;
}

/* A cache that can't be written leads to a warning at the end. The job goes on, since the
 * composer gets the tile all the same. */
static void
insert_into_cache (UpscaleTilePipeline *pipeline, const char *key, GBytes *image)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  if (upscale_tile_cache_insert (pipeline->cache, key, image, &error))
    return;
  locker = g_mutex_locker_new (&pipeline->lock);
  if (!pipeline->warning)
    pipeline->warning = g_strdup (error->message);
}

static void
accept_in_thread (GTask        *task,
                  gpointer      source_object,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  TileWork            *work = task_data;
  UpscaleTilePipeline *pipeline = work->pipeline;
  const UpscaleTile   *tile = &work->message->tile;
  UpscaleTileGeometry  geometry = { .target.width = work->message->target_width_px,
                                    .target.height = work->message->target_height_px,
                                    .inside = work->message->inside };
  g_autoptr (UpscaleGenParams) own = dup_own_params (work);
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscalePixels) painted = decode_answer (geometry, work->image, &error);
  g_autoptr (UpscalePixels) seen =
      painted ? upscale_source_get_seen (pipeline->source, tile->rect) : NULL;

  if (!painted || !upscale_similarity_check (seen, painted, own->strength, &error))
    {
      g_debug ("tile %u: refused: %s", work->tile_index + 1, error->message);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_debug ("tile %u: accepted", work->tile_index + 1);
  insert_into_cache (pipeline, work->message->key, work->image);
  upscale_composer_settle (pipeline->composer, work->tile_index, painted, seen);
  g_task_return_boolean (task, TRUE);
}

static void
upscale_tile_pipeline_accept_async (UpscaleTileProvider *provider,
                                    UpscaleTileMessage  *message,
                                    GBytes              *image,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  UpscaleTilePipeline *self = UPSCALE_TILE_PIPELINE (provider);
  TileWork            *work = tile_work_new (self, message->tile.index, accept_in_thread);

  work->message = upscale_tile_message_ref (message);
  work->image = g_bytes_ref (image);
  start_work (work, cancellable, callback, user_data);
}

static void
give_up_in_thread (GTask        *task,
                   gpointer      source_object,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  TileWork *work = task_data;

  g_debug ("tile %u: given up", work->tile_index + 1);
  upscale_composer_settle (work->pipeline->composer, work->tile_index, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
upscale_tile_pipeline_give_up_async (UpscaleTileProvider *provider,
                                     guint                tile_index,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data)
{
  start_work (tile_work_new (UPSCALE_TILE_PIPELINE (provider), tile_index,
                             give_up_in_thread),
              NULL, callback, user_data);
}

static gboolean
upscale_tile_pipeline_propagate (UpscaleTileProvider *provider,
                                 GAsyncResult        *result,
                                 GError             **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
upscale_tile_pipeline_finalize (GObject *object)
{
  UpscaleTilePipeline *self = UPSCALE_TILE_PIPELINE (object);

  /* A worker may drop the last reference, and can't wait for its own end. */
  g_thread_pool_free (self->workers, FALSE, FALSE);
  upscale_source_unref (self->source);
  upscale_tile_plan_unref (self->plan);
  upscale_composer_unref (self->composer);
  upscale_tile_cache_unref (self->cache);
  upscale_gen_params_unref (self->gen_params);
  g_checksum_free (self->shared_digest);
  g_clear_pointer (&self->settings, g_ptr_array_unref);
  g_ptr_array_unref (self->painters);
  g_mutex_clear (&self->lock);
  g_free (self->warning);
  G_OBJECT_CLASS (upscale_tile_pipeline_parent_class)->finalize (object);
}

static void
upscale_tile_pipeline_provider_init (UpscaleTileProviderInterface *iface)
{
  iface->add_painter = upscale_tile_pipeline_add_painter;
  iface->prepare_async = upscale_tile_pipeline_prepare_async;
  iface->prepare_finish = upscale_tile_pipeline_prepare_finish;
  iface->accept_async = upscale_tile_pipeline_accept_async;
  iface->accept_finish = upscale_tile_pipeline_propagate;
  iface->give_up_async = upscale_tile_pipeline_give_up_async;
  iface->give_up_finish = upscale_tile_pipeline_propagate;
}

static void
upscale_tile_pipeline_class_init (UpscaleTilePipelineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_tile_pipeline_finalize;
}

static void
do_nothing (gpointer data, gpointer user_data)
{
}

/* GTask and GIO queue their work for GLib's shared pool, and GLib never runs it while the
 * pool has no thread and can start none, as it happens near the limit of memory or
 * address space. Start one shared thread early, and keep GLib from ending idle ones. */
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

static void
upscale_tile_pipeline_init (UpscaleTilePipeline *self)
{
  g_autoptr (GError) error = NULL;

  /* One thread a core, since a tile at work takes tens of megabytes and more at once
   * would not be faster. They start now for the same reason as the shared one, and before
   * it, since a new pool takes over idle threads of the shared pool. */
  self->workers =
      g_thread_pool_new (run_work, NULL, (int) g_get_num_processors (), TRUE, &error);
  if (g_thread_pool_get_num_threads (self->workers) == 0)
    g_error ("no thread can be started: %s", error->message);
  keep_shared_thread ();
  g_mutex_init (&self->lock);
  self->painters =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_capabilities_unref);
}

/**
 * upscale_tile_pipeline_new:
 * @source: the layer's pixels
 * @plan: the tiles and cells over the target of @source
 * @composer: composes the settled tiles
 * @cache: stores the painted tiles
 * @gen_params: how tiles are painted
 * @settings: (nullable) (element-type UpscaleTileSettings): the settings of each tile, of
 * which none changes any more; %NULL to paint all tiles alike
 *
 * Makes the pipeline of a job, with a worker thread for each core. To be called on the
 * main thread.
 *
 * Returns: (transfer full): the pipeline
 */
UpscaleTilePipeline *
upscale_tile_pipeline_new (UpscaleSource    *source,
                           UpscaleTilePlan  *plan,
                           UpscaleComposer  *composer,
                           UpscaleTileCache *cache,
                           UpscaleGenParams *gen_params,
                           GPtrArray        *settings)
{
  UpscaleTilePipeline *self;

  g_return_val_if_fail (source != NULL, NULL);
  g_return_val_if_fail (plan != NULL, NULL);
  g_return_val_if_fail (composer != NULL, NULL);
  g_return_val_if_fail (cache != NULL, NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);
  g_return_val_if_fail (!settings ||
                            settings->len == upscale_tile_plan_get_n_tiles (plan),
                        NULL);

  self = g_object_new (UPSCALE_TYPE_TILE_PIPELINE, NULL);
  self->source = upscale_source_ref (source);
  self->plan = upscale_tile_plan_ref (plan);
  self->composer = upscale_composer_ref (composer);
  self->cache = upscale_tile_cache_ref (cache);
  self->gen_params = upscale_gen_params_ref (gen_params);
  self->settings = settings ? g_ptr_array_ref (settings) : NULL;
  self->shared_digest = g_checksum_new (G_CHECKSUM_SHA256);
  upscale_gen_params_digest_shared (gen_params, self->shared_digest);
  return self;
}

/**
 * upscale_tile_pipeline_dup_warning:
 * @pipeline: a pipeline
 *
 * Returns: (transfer full) (nullable): the reason why a painted tile could not be stored
 * for another run, a sentence; %NULL if all are stored
 */
char *
upscale_tile_pipeline_dup_warning (UpscaleTilePipeline *pipeline)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (UPSCALE_IS_TILE_PIPELINE (pipeline), NULL);

  locker = g_mutex_locker_new (&pipeline->lock);
  return g_strdup (pipeline->warning);
}
