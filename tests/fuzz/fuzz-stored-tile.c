/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of the tile cache, which a crash or another program may have damaged. An
 * input that begins with a zero gets its correct checksum. */
#include <string.h>

#include "fuzz.h"
#include "upscale-picture-file.h"
#include "upscale-tile-cache.h"

#define SIDE_PX 16
#define KEY "tile"
#define FILE_NAME KEY ".tile"
#define MAX_BYTES (1 << 20)

static UpscaleTileCache *
open_store (void)
{
  g_autoptr (GFile) folder = g_file_new_for_path (fuzz_get_folder ());

  return upscale_tile_cache_new (folder, MAX_BYTES);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (UpscaleTileCache) store = open_store ();
  g_autoptr (GBytes) tile = NULL;
  g_autoptr (GBytes) found = NULL;
  g_autoptr (UpscalePixels) pixels = NULL;

  if (size > 0 && data[0] == 0)
    {
      tile = fuzz_copy (data + 1, size - 1);
      g_assert_true (upscale_tile_cache_insert (store, KEY, tile, NULL));
    }
  else
    g_free (fuzz_write (FILE_NAME, data, size));
  found = upscale_tile_cache_lookup (store, KEY);
  if (found)
    pixels = upscale_picture_file_decode_sized (found, SIDE_PX, SIDE_PX, NULL);
  return 0;
}
