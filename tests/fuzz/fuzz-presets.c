/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A preset file of a stranger. */
#include "fuzz.h"
#include "stand-in-config.h"
#include "upscale-presets.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_write ("input.preset", data, size);
  g_autoptr (GFile) folder = g_file_new_for_path (fuzz_get_folder ());
  g_autoptr (GFile) none = g_file_get_child (folder, "none");
  g_autoptr (UpscalePresets) presets = upscale_presets_new (none, folder);
  g_autoptr (GPtrArray) list = upscale_presets_list (presets);
  g_autoptr (GObject) config = stand_in_config_new ();

  for (guint i = 0; i < list->len; i++)
    upscale_presets_apply (list->pdata[i], config, NULL);
  return 0;
}
