/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-image.h"

#include <gegl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Pictures of tiles are blocks of megabytes. A block that returns to the system when it
 * is freed costs a page fault every 4 KiB when it is allocated again: 12,000 for each
 * tile of 1024 px. So glibc keeps blocks up to its highest threshold, and up to
 * KEPT_BYTES of free memory at the end of its heap. All threads share one heap: each heap
 * of its own would keep free blocks that the other threads need. */
#define LARGE_BLOCK_BYTES (32 << 20)
#define KEPT_BYTES (64 << 20)

#define TILE_CACHE_BYTES (G_GUINT64_CONSTANT (64) << 20)
/* Memory for data waiting to be written to the swap, on top of the cache. */
#define SWAP_QUEUE_BYTES (16 << 20)

/**
 * upscale_image_limit_memory:
 *
 * Limits the cache of GEGL, and the memory that glibc keeps. A plug-in inherits GIMP's
 * limit, half of the memory. The plug-in reads and writes pixels about once, so a small
 * cache is as fast, with the rest in GEGL's swap. The swap is not compressed: GEGL's fast
 * compression only counts repeated bytes, of which photographs have few, and took 8 ms of
 * CPU time for each tile of 1024 px. Call once, after gegl_init() and before worker
 * threads start.
 */
void
upscale_image_limit_memory (void)
{
  g_object_set (gegl_config (), "tile-cache-size", TILE_CACHE_BYTES, "queue-size",
                SWAP_QUEUE_BYTES, "swap-compression", "none", "threads", 1, NULL);
#ifdef __GLIBC__
  mallopt (M_ARENA_MAX, 1);
  mallopt (M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
  mallopt (M_TRIM_THRESHOLD, KEPT_BYTES);
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
