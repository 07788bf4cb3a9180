/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stop-points.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "upscale-backend.h"
#include "upscale-job-log.h"
#include "upscale-png.h"
#include "upscale-source.h"
#include "upscale-tile-batch-decode.h"
#include "upscale-tile-cache.h"

/* A moment in a job, and how many times the process passes it until it stops. */
typedef struct
{
  char *name;
  int   n_left;
} StopPoint;

static StopPoint *
get_stop_point (void)
{
  static StopPoint point;

  return &point;
}

/**
 * stop_points_set:
 * @text: (nullable): a moment and its number, such as `keep:3`; %NULL to stop nowhere
 *
 * Makes the process stop itself with SIGSTOP when it reaches a moment for the n-th time,
 * so that a test can kill the process or its local endpoint there. To be called once,
 * before the process starts a thread. The linker's --wrap puts the functions below in
 * place of those of the plug-in.
 */
void
stop_points_set (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text ? text : "", ":", 2);

  if (!text)
    return;
  *get_stop_point () = (StopPoint) { g_strdup (parts[0]), atoi (parts[1]) };
}

static void
pass (const char *name)
{
  StopPoint *point = get_stop_point ();

  if (g_strcmp0 (point->name, name) == 0 && g_atomic_int_dec_and_test (&point->n_left))
    raise (SIGSTOP);
}

typeof (upscale_png_encode)              __real_upscale_png_encode;
typeof (upscale_backend_process_async)   __real_upscale_backend_process_async;
typeof (upscale_tile_batch_decode_async) __real_upscale_tile_batch_decode_async;
typeof (upscale_tile_cache_insert)       __real_upscale_tile_cache_insert;
typeof (upscale_source_write)            __real_upscale_source_write;
typeof (upscale_source_write_bytes)      __real_upscale_source_write_bytes;
typeof (upscale_job_log_end)             __real_upscale_job_log_end;
typeof (upscale_png_encode)              __wrap_upscale_png_encode;
typeof (upscale_backend_process_async)   __wrap_upscale_backend_process_async;
typeof (upscale_tile_batch_decode_async) __wrap_upscale_tile_batch_decode_async;
typeof (upscale_tile_cache_insert)       __wrap_upscale_tile_cache_insert;
typeof (upscale_source_write)            __wrap_upscale_source_write;
typeof (upscale_source_write_bytes)      __wrap_upscale_source_write_bytes;
typeof (upscale_job_log_end)             __wrap_upscale_job_log_end;

/* `encode`: a tile is about to be encoded. */
GBytes *
__wrap_upscale_png_encode (const UpscalePixels *pixels, int compression, GError **error)
{
  pass ("encode");
  return __real_upscale_png_encode (pixels, compression, error);
}

/* `send`: a batch is in the log, and not sent yet. */
void
__wrap_upscale_backend_process_async (UpscaleBackend          *backend,
                                      UpscaleBatch            *batch,
                                      const UpscaleBatchFuncs *funcs,
                                      gpointer                 funcs_data,
                                      GCancellable            *cancellable,
                                      GAsyncReadyCallback      callback,
                                      gpointer                 user_data)
{
  pass ("send");
  __real_upscale_backend_process_async (backend, batch, funcs, funcs_data, cancellable,
                                        callback, user_data);
}

/* `read`: an answer has arrived, and is not decoded yet. */
void
__wrap_upscale_tile_batch_decode_async (GBytes             *body,
                                        UpscaleBatch       *batch,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data)
{
  pass ("read");
  __real_upscale_tile_batch_decode_async (body, batch, callback, user_data);
}

/* `keep` and `kept`: a tile is about to be stored, or has been. */
gboolean
__wrap_upscale_tile_cache_insert (UpscaleTileCache *cache,
                                  const char       *key,
                                  GBytes           *tile,
                                  GError          **error)
{
  gboolean is_kept;

  pass ("keep");
  is_kept = __real_upscale_tile_cache_insert (cache, key, tile, error);
  pass ("kept");
  return is_kept;
}

/* `compose`: a part of the result is about to be written. */
void
__wrap_upscale_source_write (UpscaleSource *source,
                             GeglBuffer    *result,
                             UpscaleRect    target,
                             float         *rgba)
{
  pass ("compose");
  __real_upscale_source_write (source, result, target, rgba);
}

void
__wrap_upscale_source_write_bytes (UpscaleSource *source,
                                   GeglBuffer    *result,
                                   UpscaleRect    target,
                                   const guint8  *rgb)
{
  pass ("compose");
  __real_upscale_source_write_bytes (source, result, target, rgb);
}

/* `end`: the job has ended, and its log has not. */
void
__wrap_upscale_job_log_end (UpscaleJobLog *log, const char *how)
{
  pass ("end");
  __real_upscale_job_log_end (log, how);
}
