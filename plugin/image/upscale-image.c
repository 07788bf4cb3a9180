/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-image.h"

#include <gegl.h>

#define TILE_CACHE_BYTES (G_GUINT64_CONSTANT (64) << 20)

/**
 * upscale_image_limit_memory:
 *
 * A plug-in inherits GIMP's cache limit, half of the memory. Everything here is read or
 * written about once, so a small cache is as fast; the rest lies in GEGL's swap. Call
 * once, after gegl_init().
 */
void
upscale_image_limit_memory (void)
{
  g_object_set (gegl_config (), "tile-cache-size", TILE_CACHE_BYTES, NULL);
}
