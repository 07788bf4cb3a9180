/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-pool.h"

#include "upscale-local-painter.h"

/**
 * UpscaleLocalPool:
 *
 * The worker threads. The tiles of all jobs wait in one queue, first in, first out.
 */
struct _UpscaleLocalPool
{
  GThreadPool        *threads;
  UpscaleLocalMemory *memory;
};

/* One tile, handed to a worker and back to the main thread. */
typedef struct
{
  UpscaleLocalJob     *job;
  UpscaleLocalRequest *request;
  guint                tile;
  GBytes              *result;
  UpscaleLocalMemory  *memory;
  gsize                bytes; /* reserved for the tile until its result is there */
} Work;

static void
work_free (Work *work)
{
  g_object_unref (work->job);
  upscale_local_request_unref (work->request);
  g_clear_pointer (&work->result, g_bytes_unref);
  upscale_local_memory_release (work->memory, work->bytes);
  upscale_local_memory_unref (work->memory);
  g_free (work);
}

static gboolean
on_painted (gpointer user_data)
{
  Work *work = user_data;

  if (work->result)
    upscale_local_job_add_result (work->job, work->result, g_get_monotonic_time ());
  work_free (work);
  return G_SOURCE_REMOVE;
}

/* Skipped tiles return to the main thread too, where their job may be freed. */
static void
paint (gpointer data, gpointer user_data)
{
  Work *work = data;

  if (!upscale_local_job_is_cancelled (work->job))
    work->result = upscale_local_painter_paint (work->request, work->tile);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_painted, work, NULL);
}

/**
 * upscale_local_pool_new:
 * @n_workers: the number of threads, at least 1
 * @memory: the account from which tiles are released
 *
 * Returns: (transfer full): the pool
 */
UpscaleLocalPool *
upscale_local_pool_new (guint n_workers, UpscaleLocalMemory *memory)
{
  UpscaleLocalPool *pool = g_new (UpscaleLocalPool, 1);
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (memory != NULL, NULL);

  /* Start the threads now: tiles pushed to a pool that can't start a thread later, for
   * lack of memory, would wait forever. */
  pool->threads = g_thread_pool_new_full (paint, NULL, (GDestroyNotify) work_free,
                                          (int) n_workers, TRUE, &error);
  if (g_thread_pool_get_num_threads (pool->threads) == 0)
    g_error ("no thread can be started: %s", error->message);
  pool->memory = upscale_local_memory_ref (memory);
  return pool;
}

/**
 * upscale_local_pool_free:
 * @pool: (transfer full): a pool
 *
 * Waits for the tiles being painted and for those of jobs that are not cancelled.
 */
void
upscale_local_pool_free (UpscaleLocalPool *pool)
{
  g_return_if_fail (pool != NULL);

  /* Let the threads take all tiles, and skip those of cancelled jobs: a pool that ends at
   * once leaks the tile that a thread was just about to take (GLib 2.84). */
  g_thread_pool_free (pool->threads, FALSE, TRUE);
  upscale_local_memory_unref (pool->memory);
  g_free (pool);
}

/**
 * upscale_local_pool_add:
 * @pool: a pool
 * @job: receives the results on the main thread
 * @request: the tiles, with their engine
 *
 * Paints all tiles of a job that upscale_local_job_table_submit() has accepted, and
 * releases the memory reserved for them.
 */
void
upscale_local_pool_add (UpscaleLocalPool    *pool,
                        UpscaleLocalJob     *job,
                        UpscaleLocalRequest *request)
{
  g_return_if_fail (pool != NULL);
  g_return_if_fail (UPSCALE_LOCAL_IS_JOB (job));
  g_return_if_fail (request != NULL);

  for (guint i = 0; i < request->tiles->len; i++)
    {
      Work *work = g_new0 (Work, 1);

      work->job = g_object_ref (job);
      work->request = upscale_local_request_ref (request);
      work->tile = i;
      work->memory = upscale_local_memory_ref (pool->memory);
      work->bytes = upscale_local_request_get_tile_bytes (request, i);
      g_thread_pool_push (pool->threads, work, NULL);
    }
}
