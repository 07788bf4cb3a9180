/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-image.h"

#include <gegl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Blocks from this size on are given back to the system when they are freed. glibc would
 * raise the limit by itself, and keep what a few large blocks have left behind. */
#define LARGE_BLOCK_BYTES (1 << 20)

#define TILE_CACHE_BYTES (G_GUINT64_CONSTANT (64) << 20)
/* What waits to be written to the swap comes on top of the cache. */
#define SWAP_QUEUE_BYTES (16 << 20)

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
  g_object_set (gegl_config (), "tile-cache-size", TILE_CACHE_BYTES, "queue-size",
                SWAP_QUEUE_BYTES, "threads", 1, NULL);
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
#endif
}

/**
 * upscale_image_forbid_tables:
 *
 * babl speeds up 8-bit pixels with tables of 256 MiB and more, each as large as all else
 * that is needed. Call once, before anything else: babl asks for this when it starts, and
 * libgimp starts it early.
 */
void
upscale_image_forbid_tables (void)
{
  g_setenv ("BABL_LUT", "0", FALSE);
}
