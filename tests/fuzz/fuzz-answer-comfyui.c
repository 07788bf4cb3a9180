/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"
#include "fuzz-tile-server.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  fuzz_tile_server ("comfyui", data, size);
  return 0;
}
