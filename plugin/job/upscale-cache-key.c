/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-cache-key.h"

/* Raised when the same input would be painted or kept differently, so that old entries
 * are never met. */
#define KEY_VERSION 4

/**
 * upscale_cache_key:
 * @input: what is sent, and how it is to be painted
 * @identity: who paints, see upscale_capabilities_dup_painter()
 *
 * Names an answer by all that it depends on: SHA-256 of what the pixels sent are made of,
 * the size wanted, the seed, the gen_params and the painter. Resuming, retrying failed
 * tiles and painting only what was edited are then the same thing: a name that is known.
 *
 * Returns: (transfer full): 64 hexadecimal digits
 */
char *
upscale_cache_key (const UpscaleCacheKeyInput *input, const char *identity)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head =
      g_strdup_printf ("tile %d %s %dx%d %dx%d+%d+%d %" G_GINT64_FORMAT " %s",
                       KEY_VERSION, input->pixels_digest, input->sent_width_px,
                       input->sent_height_px, input->target_width_px,
                       input->target_height_px, input->offset_x_px, input->offset_y_px,
                       input->seed, identity);

  /* The closing NUL goes in too, so that an identity can't run into the gen_params. */
  g_checksum_update (checksum, (const guchar *) head, (gssize) strlen (head) + 1);
  upscale_gen_params_digest (input->gen_params, checksum);
  return g_strdup (g_checksum_get_string (checksum));
}
