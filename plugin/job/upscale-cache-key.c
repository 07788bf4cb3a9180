/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-cache-key.h"

/* Raised when tiles are painted or stored in a new way, so that entries of older versions
 * are never found. */
#define KEY_VERSION 7

/**
 * upscale_cache_key_compute:
 * @input: the tile as it is sent, and how it is painted
 * @identity: the painter, see upscale_capabilities_dup_painter()
 *
 * Names an answer by everything that it depends on: the digest of the source pixels, the
 * sizes, the place in the result, the seed, the gen_params and the painter. Resuming,
 * retrying failed tiles and repainting an edited region then all mean the same: look up
 * the key. The name is a SHA-256 digest, since a server chooses its identity and must not
 * be able to choose one whose tiles pass for those of another server.
 *
 * Returns: (transfer full): the key, 64 hexadecimal digits
 */
char *
upscale_cache_key_compute (const UpscaleCacheKeyInput *input, const char *identity)
{
  g_autoptr (GChecksum) checksum = NULL;
  g_autofree char *head = NULL;

  g_return_val_if_fail (input != NULL, NULL);
  g_return_val_if_fail (identity != NULL, NULL);

  head =
      g_strdup_printf ("tile %d %s %dx%d %dx%d+%d+%d %dx%d+%d+%d %" G_GINT64_FORMAT " %s",
                       KEY_VERSION, input->pixels_digest, input->sent_width_px,
                       input->sent_height_px, input->target_width_px,
                       input->target_height_px, input->offset_x_px, input->offset_y_px,
                       input->picture_width_px, input->picture_height_px, input->x_px,
                       input->y_px, input->seed, identity);
  checksum = g_checksum_copy (input->gen_params);
  g_checksum_update (checksum, (const guchar *) head, (gssize) strlen (head));
  return g_strdup (g_checksum_get_string (checksum));
}
