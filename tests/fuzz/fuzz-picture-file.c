/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG and WebP answers of servers, and reference pictures of users. */
#include "fuzz.h"
#include "fuzz-png-mutator.h"
#include "upscale-picture-file.h"

#define SIDE_PX 16
#define SMALL_PX 8

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) file = fuzz_copy (data, size);
  g_autoptr (UpscalePixels) sized =
      upscale_picture_file_decode_sized (file, SIDE_PX, SIDE_PX, NULL);
  g_autoptr (UpscalePixels) small =
      sized ? upscale_picture_file_decode_small (file, SMALL_PX, NULL) : NULL;

  if (sized)
    g_assert_true (sized->width_px == SIDE_PX && sized->height_px == SIDE_PX);
  if (small)
    g_assert_true (small->width_px <= SMALL_PX && small->height_px <= SMALL_PX);
  return 0;
}
