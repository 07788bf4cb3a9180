/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-message.h"

/**
 * upscale_tile_message_new:
 * @tile: a tile
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
  g_return_val_if_fail (message != NULL, NULL);

  return g_atomic_rc_box_acquire (message);
}

static void
free_members (gpointer data)
{
  UpscaleTileMessage *message = data;

  g_clear_pointer (&message->image, g_bytes_unref);
  g_clear_pointer (&message->settings, upscale_tile_settings_unref);
  g_free (message->key);
}

/**
 * upscale_tile_message_unref:
 * @message: (transfer full): a message
 *
 * Drops a reference. Any thread may call this.
 */
void
upscale_tile_message_unref (UpscaleTileMessage *message)
{
  g_return_if_fail (message != NULL);

  g_atomic_rc_box_release_full (message, free_members);
}
