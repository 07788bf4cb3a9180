/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an earlier run has sent and did not see the end of. Asking for it costs nothing,
 * and what came of it is paid for. */
#include "upscale-scheduler-private.h"

/* The earlier run may have had more tiles than this one. A number that both have may
 * still be another tile, which its key tells once it is prepared. Also what another
 * endpoint has begun with meanwhile is asked for: the first answer counts. */
static GArray *
choose_tiles (UpscaleScheduler *self, const UpscaleOrphanedBatch *orphan)
{
  g_autoptr (GArray) sent = upscale_orphaned_batch_get_tiles (orphan);
  g_autoptr (GArray) tiles = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < sent->len; i++)
    {
      guint tile_index = g_array_index (sent, guint, i);

      if (upscale_tile_queue_has (self->queue, tile_index) &&
          (upscale_tile_queue_take_this (self->queue, tile_index) ||
           upscale_tile_queue_can_be_copied (self->queue, tile_index)))
        g_array_append_val (tiles, tile_index);
    }
  return g_steal_pointer (&tiles);
}

static void
resume (UpscaleScheduler *self, UpscaleEndpoint *endpoint, UpscaleOrphanedBatch *orphan)
{
  g_autoptr (GArray) tiles = choose_tiles (self, orphan);

  if (tiles->len > 0)
    upscale_batch_request_unref (
        upscale_scheduler_launch (self, endpoint, tiles->len, tiles, orphan));
}

/**
 * upscale_scheduler_resume_orphans:
 * @self: a scheduler
 * @endpoint: an endpoint that has just said what it can do
 *
 * Asks it for what an earlier run has sent it. Each is asked for once.
 */
void
upscale_scheduler_resume_orphans (UpscaleScheduler *self, UpscaleEndpoint *endpoint)
{
  guint i = 0;

  if (!upscale_endpoint_get_capabilities (endpoint)->keeps_batches)
    return;
  while (i < self->orphans->len)
    {
      UpscaleOrphanedBatch *orphan = self->orphans->pdata[i];

      if (g_str_equal (orphan->endpoint, upscale_endpoint_get_name (endpoint)))
        {
          upscale_orphaned_batch_ref (orphan);
          g_ptr_array_remove_index (self->orphans, i);
          resume (self, endpoint, orphan);
          upscale_orphaned_batch_unref (orphan);
        }
      else
        i++;
    }
}

/**
 * upscale_scheduler_add_orphan:
 * @scheduler: a scheduler that does not run yet
 * @orphan: what an earlier run has sent; tiles that this run does not have, or that are
 * something else in it, are left alone
 */
void
upscale_scheduler_add_orphan (UpscaleScheduler *scheduler, UpscaleOrphanedBatch *orphan)
{
  g_ptr_array_add (scheduler->orphans, upscale_orphaned_batch_ref (orphan));
}
