/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-low-pass.h"

#include <math.h>

#define REACH UPSCALE_LOW_PASS_REACH_PX
#define SIGMA_PX 4.0
#define CHANNELS 3
/* Taps that are added in one pass over a row, a divisor of REACH. More would not fit in
 * the registers of the processor. */
#define TOGETHER 4

/* Computes half of a Gaussian, of which the whole sums to 1. */
static void
fill_taps (float taps[REACH + 1])
{
  double sum = 1.0;

  for (int i = 1; i <= REACH; i++)
    sum += 2.0 * exp (-0.5 * (i / SIGMA_PX) * (i / SIGMA_PX));
  for (int i = 0; i <= REACH; i++)
    taps[i] = (float) (exp (-0.5 * (i / SIGMA_PX) * (i / SIGMA_PX)) / sum);
}

static const float *
get_row (const float *values, int width_px, int height_px, int y)
{
  return values + (gsize) CLAMP (y, 0, height_px - 1) * (gsize) width_px * CHANNELS;
}

/* Sums a column of rows around @y. Rows beyond an edge equal the row at the edge. */
UPSCALE_VECTORIZED static void
sum_down (const float *values,
          int          width_px,
          int          height_px,
          int          y,
          const float *taps,
          float *restrict row)
{
  const float *middle = get_row (values, width_px, height_px, y);

  for (int i = 0; i < width_px * CHANNELS; i++)
    row[i] = taps[0] * middle[i];
  for (int tap = 1; tap <= REACH; tap += TOGETHER)
    {
      const float *above[TOGETHER];
      const float *below[TOGETHER];

      for (int k = 0; k < TOGETHER; k++)
        {
          above[k] = get_row (values, width_px, height_px, y - tap - k);
          below[k] = get_row (values, width_px, height_px, y + tap + k);
        }
      for (int i = 0; i < width_px * CHANNELS; i++)
        {
          float sum = row[i];

          for (int k = 0; k < TOGETHER; k++)
            sum += taps[tap + k] * (above[k][i] + below[k][i]);
          row[i] = sum;
        }
    }
}

static void
repeat_ends (float *row, int width_px)
{
  float *last = row + (width_px - 1) * CHANNELS;

  for (int i = 1; i <= REACH; i++)
    for (int channel = 0; channel < CHANNELS; channel++)
      {
        row[channel - i * CHANNELS] = row[channel];
        last[channel + i * CHANNELS] = last[channel];
      }
}

UPSCALE_VECTORIZED static void
sum_across (const float *row, int width_px, const float *taps, float *restrict low)
{
  for (int i = 0; i < width_px * CHANNELS; i++)
    low[i] = taps[0] * row[i];
  for (int tap = 1; tap <= REACH; tap += TOGETHER)
    for (int i = 0; i < width_px * CHANNELS; i++)
      {
        float sum = low[i];

        for (int k = tap; k < tap + TOGETHER; k++)
          sum += taps[k] * (row[i - k * CHANNELS] + row[i + k * CHANNELS]);
        low[i] = sum;
      }
}

/**
 * upscale_low_pass_apply:
 * @values: (array): R, G, B of a picture, rows without gaps
 * @width_px: width of the picture
 * @height_px: height of the picture
 * @wanted: the part of the picture to compute
 * @low: (array) (out caller-allocates): the low frequencies of that part
 *
 * Computes the low frequencies of a part of a picture with a Gaussian of 4 px. Pixels
 * beyond an edge of the picture equal the pixel at the edge. A pixel comes out the same
 * in every part, if the picture holds %UPSCALE_LOW_PASS_REACH_PX around the part.
 */
void
upscale_low_pass_apply (const float *values,
                        int          width_px,
                        int          height_px,
                        UpscaleRect  wanted,
                        float       *low)
{
  UpscaleRect       picture = { 0, 0, width_px, height_px };
  gsize             padded = (gsize) (width_px + 2 * REACH) * CHANNELS;
  float             taps[REACH + 1];
  g_autofree float *memory = NULL;

  g_return_if_fail (values != NULL && low != NULL);
  g_return_if_fail (upscale_rect_contains (picture, wanted));

  memory = g_new (float, padded);
  fill_taps (taps);
  for (int y = 0; y < wanted.height; y++)
    {
      float *row = memory + REACH * CHANNELS;

      sum_down (values, width_px, height_px, wanted.y + y, taps, row);
      repeat_ends (row, width_px);
      sum_across (row + wanted.x * CHANNELS, wanted.width, taps,
                  low + (gsize) y * (gsize) wanted.width * CHANNELS);
    }
}
