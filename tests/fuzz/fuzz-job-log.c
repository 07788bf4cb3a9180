/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of a killed job, damaged in any way. */
#include "fuzz.h"
#include "upscale-batch-recovery.h"
#include "upscale-orphaned-batch.h"

#define N_TILES 9

static void
look (gpointer orphan, gpointer user_data)
{
  g_autoptr (GArray) tiles = upscale_orphaned_batch_get_tiles (orphan);

  for (guint i = 0; i < N_TILES; i++)
    (void) upscale_orphaned_batch_has (orphan, i, "key");
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_write ("20260101T000000-00000000.jsonl", data, size);
  g_autoptr (GFile) folder = g_file_new_for_path (fuzz_get_folder ());
  g_autoptr (GPtrArray) orphans = upscale_batch_recovery_find (folder);

  g_ptr_array_foreach (orphans, look, NULL);
  return 0;
}
