/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both readers of PNG files, with an expected size and with any size. */
#include <string.h>
#include <zlib.h>

#include "fuzz.h"
#include "fuzz-png-mutator.h"
#include "upscale-local-png.h"
#include "upscale-png.h"

#define SIDE_PX 16
#define MAX_PIXELS (1 << 16)

static void
check_crop (UpscalePixels *pixels)
{
  UpscaleRect rect = { SIDE_PX / 4, SIDE_PX / 4, SIDE_PX / 2, SIDE_PX / 2 };
  g_autoptr (UpscalePixels) part = upscale_pixels_crop (pixels, rect);

  g_assert_cmpint (part->width_px, ==, rect.width);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) file = fuzz_copy (data, size);
  g_autoptr (UpscalePixels) sized =
      upscale_png_decode_sized (file, SIDE_PX, SIDE_PX, NULL);
  g_autoptr (UpscalePixels) any = upscale_png_decode (file, MAX_PIXELS, NULL);
  g_autoptr (UpscaleLocalPicture) local =
      upscale_local_png_decode (file, SIDE_PX, SIDE_PX, NULL);

  g_assert_true ((sized != NULL) == (local != NULL));
  if (sized)
    check_crop (sized);
  if (sized)
    g_assert_true (any && upscale_pixels_is_same_size (sized, any));
  return 0;
}
