/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-reply.h"

/**
 * upscale_tile_reply_clear:
 * @reply: a reply
 *
 * Frees the members of @reply.
 */
void
upscale_tile_reply_clear (UpscaleTileReply *reply)
{
  g_return_if_fail (reply != NULL);

  g_clear_pointer (&reply->remote_id, g_free);
  g_clear_pointer (&reply->picture, g_bytes_unref);
  g_clear_error (&reply->failure);
}
