/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-image.h"

#include <gegl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Blocks from this size on return to the system when freed. glibc would otherwise
 * raise this threshold by itself and keep freed blocks. */
#define LARGE_BLOCK_BYTES (1 << 20)

#define TILE_CACHE_BYTES (G_GUINT64_CONSTANT (64) << 20)
/* Memory for data waiting to be written to the swap, on top of the cache. */
#define SWAP_QUEUE_BYTES (16 << 20)

/**
 * upscale_image_limit_memory:
 *
 * Limits the cache of GEGL. A plug-in inherits GIMP's limit, half of the memory. The
 * plug-in reads and writes pixels about once, so a small cache is as fast, with the rest
 * in GEGL's swap. Call once, after gegl_init().
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
 * Disables babl's lookup tables for 8-bit pixels, which take 256 MiB and more each, as
 * much as all other data together. Call before anything else: babl reads the setting when
 * it starts, and libgimp starts babl early.
 */
void
upscale_image_forbid_tables (void)
{
  g_setenv ("BABL_LUT", "0", FALSE);
}
