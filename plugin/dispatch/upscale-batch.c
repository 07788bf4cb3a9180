/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-batch.h"

/**
 * upscale_tile_message_new:
 * @tile: the tile
 *
 * Returns: (transfer full): a message for its maker to fill
 */
UpscaleTileMessage *
upscale_tile_message_new (const UpscaleTile *tile)
{
  UpscaleTileMessage *message;

  g_return_val_if_fail (tile != NULL, NULL);

  message = g_atomic_rc_box_new0 (UpscaleTileMessage);
  message->tile = *tile;
  return message;
}

/**
 * upscale_tile_message_ref:
 * @message: a message
 *
 * Returns: (transfer full): @message
 */
UpscaleTileMessage *
upscale_tile_message_ref (UpscaleTileMessage *message)
{
  return g_atomic_rc_box_acquire (message);
}

static void
free_message (gpointer data)
{
  UpscaleTileMessage *message = data;

  g_clear_pointer (&message->image, g_bytes_unref);
  g_free (message->key);
}

/**
 * upscale_tile_message_unref:
 * @message: (transfer full): a message
 *
 * Drops a reference.
 */
void
upscale_tile_message_unref (UpscaleTileMessage *message)
{
  g_atomic_rc_box_release_full (message, free_message);
}

/**
 * upscale_batch_new:
 * @gen_params: how to paint
 *
 * Returns: (transfer full): an empty batch with an id that nobody else has, for its maker
 * to fill
 */
UpscaleBatch *
upscale_batch_new (UpscaleGenParams *gen_params)
{
  UpscaleBatch *batch = g_atomic_rc_box_new0 (UpscaleBatch);

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
  return g_atomic_rc_box_acquire (batch);
}

static void
free_batch (gpointer data)
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
 * Drops a reference.
 */
void
upscale_batch_unref (UpscaleBatch *batch)
{
  g_atomic_rc_box_release_full (batch, free_batch);
}

/**
 * upscale_batch_count_tiles:
 * @batch: a batch
 *
 * Returns: how many tiles the endpoint knows of it
 */
guint
upscale_batch_count_tiles (const UpscaleBatch *batch)
{
  return MAX (batch->tiles->len,
              batch->sent_before ? g_hash_table_size (batch->sent_before) : 0);
}
