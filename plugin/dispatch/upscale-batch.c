/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-batch.h"

/**
 * upscale_batch_new:
 * @gen_params: the parameters of the picture
 *
 * Returns: (transfer full): an empty batch with a unique id, for its maker to fill
 */
UpscaleBatch *
upscale_batch_new (UpscaleGenParams *gen_params)
{
  UpscaleBatch *batch;

  g_return_val_if_fail (gen_params != NULL, NULL);

  batch = g_atomic_rc_box_new0 (UpscaleBatch);
  batch->id = g_uuid_string_random ();
  batch->gen_params = upscale_gen_params_ref (gen_params);
  batch->tiles =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_tile_message_unref);
  return batch;
}

/**
 * upscale_batch_ref:
 * @batch: a batch
 *
 * Returns: (transfer full): @batch
 */
UpscaleBatch *
upscale_batch_ref (UpscaleBatch *batch)
{
  g_return_val_if_fail (batch != NULL, NULL);

  return g_atomic_rc_box_acquire (batch);
}

static void
free_members (gpointer data)
{
  UpscaleBatch *batch = data;

  g_free (batch->id);
  g_free (batch->remote_id);
  upscale_gen_params_unref (batch->gen_params);
  g_ptr_array_unref (batch->tiles);
  g_clear_pointer (&batch->sent_before, g_hash_table_unref);
}

/**
 * upscale_batch_unref:
 * @batch: (transfer full): a batch
 *
 * Drops a reference. Any thread may call this.
 */
void
upscale_batch_unref (UpscaleBatch *batch)
{
  g_return_if_fail (batch != NULL);

  g_atomic_rc_box_release_full (batch, free_members);
}

/**
 * upscale_batch_count_tiles:
 * @batch: a batch
 *
 * Returns: the number of tiles in the batch as the endpoint has it
 */
guint
upscale_batch_count_tiles (const UpscaleBatch *batch)
{
  g_return_val_if_fail (batch != NULL, 0);

  return MAX (batch->tiles->len,
              batch->sent_before ? g_hash_table_size (batch->sent_before) : 0);
}
