/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-alpha-bleed.h"

#include <math.h>

static gboolean
is_opaque_everywhere (const float *rgba, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!(rgba[4 * i + 3] > 0.0F))
      return FALSE;
  return TRUE;
}

/* Adds one pixel to its parent, weighted by alpha, so that transparent pixels don't
 * count. */
static void
pull_pixel (const float *from, float *to)
{
  float alpha = from[3] > 0.0F ? from[3] : 0.0F;

  if (alpha == 0.0F)
    return;
  for (int channel = 0; channel < 3; channel++)
    to[channel] += from[channel] * alpha;
  to[3] += alpha;
}

static float *
pull (const float *rgba, int width_px, int height_px)
{
  int    half_width = (width_px + 1) / 2;
  int    half_height = (height_px + 1) / 2;
  float *half = g_new0 (float, (gsize) half_width *(gsize) half_height * 4);

  for (int y = 0; y < height_px; y++)
    for (int x = 0; x < width_px; x++)
      pull_pixel (rgba + 4 * ((gsize) y * (gsize) width_px + (gsize) x),
                  half + 4 * ((gsize) (y / 2) * (gsize) half_width + (gsize) (x / 2)));
  for (gsize i = 0; i < (gsize) half_width * (gsize) half_height; i++)
    for (int channel = 0; channel < 3 && half[4 * i + 3] > 0.0F; channel++)
      half[4 * i + channel] /= half[4 * i + 3];
  return half;
}

static void
push (const float *half, float *rgba, int width_px, int height_px)
{
  int half_width = (width_px + 1) / 2;

  for (int y = 0; y < height_px; y++)
    for (int x = 0; x < width_px; x++)
      {
        float       *to = rgba + 4 * ((gsize) y * (gsize) width_px + (gsize) x);
        const float *from =
            half + 4 * ((gsize) (y / 2) * (gsize) half_width + (gsize) (x / 2));

        for (int channel = 0; channel < 3 && !(to[3] > 0.0F); channel++)
          to[channel] = from[channel];
      }
}

/**
 * upscale_alpha_bleed:
 * @rgba: (array) (inout): pixels, alpha not premultiplied
 * @width_px: width
 * @height_px: height
 *
 * Gives fully transparent pixels the color of their surroundings, so that a model without
 * alpha sees no dark edge there. Pull-push (Gortler et al., "The Lumigraph", 1996):
 * averages on ever coarser grids, then fills the finer ones from those.
 */
void
upscale_alpha_bleed (float *rgba, int width_px, int height_px)
{
  g_autofree float *half = NULL;

  g_return_if_fail (rgba != NULL);

  if (is_opaque_everywhere (rgba, (gsize) width_px * (gsize) height_px) ||
      (width_px == 1 && height_px == 1))
    return;
  half = pull (rgba, width_px, height_px);
  upscale_alpha_bleed (half, (width_px + 1) / 2, (height_px + 1) / 2);
  push (half, rgba, width_px, height_px);
}
