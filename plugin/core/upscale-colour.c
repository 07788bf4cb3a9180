/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-colour.h"

#include <math.h>

/* Side of the box over which colours are compared: large enough to leave texture alone,
 * small enough to follow a gradient. */
#define BOX_PX 8
#define CHANNELS UPSCALE_PIXELS_CHANNELS
#define TAPS 4

/* Mean of seen - painted in each box, 0..1 units. */
typedef struct
{
  int    columns;
  int    rows;
  float *means;
} Drift;

static int
count_boxes (int length_px)
{
  return (length_px + BOX_PX - 1) / BOX_PX;
}

static void
add_row_to_drift (Drift               *drift,
                  const UpscalePixels *painted,
                  const UpscalePixels *seen,
                  int                  y)
{
  gsize         offset = (gsize) y * upscale_pixels_get_row_bytes (painted);
  const guint8 *p = painted->data + offset;
  const guint8 *s = seen->data + offset;
  float *row = drift->means + (gsize) (y / BOX_PX) * (gsize) drift->columns * CHANNELS;

  for (int x = 0; x < painted->width_px; x++)
    for (int channel = 0; channel < CHANNELS; channel++)
      row[x / BOX_PX * CHANNELS + channel] +=
          (float) (s[x * CHANNELS + channel] - p[x * CHANNELS + channel]);
}

/* Boxes at the right and lower edge may hold fewer pixels. */
static void
divide_by_area (Drift *drift, const UpscalePixels *pixels)
{
  for (int row = 0; row < drift->rows; row++)
    for (int column = 0; column < drift->columns; column++)
      {
        int width = MIN (BOX_PX, pixels->width_px - column * BOX_PX);
        int height = MIN (BOX_PX, pixels->height_px - row * BOX_PX);

        for (int channel = 0; channel < CHANNELS; channel++)
          drift->means[(row * drift->columns + column) * CHANNELS + channel] /=
              255.0F * (float) (width * height);
      }
}

static Drift
measure_drift (const UpscalePixels *painted, const UpscalePixels *seen)
{
  Drift drift = { count_boxes (painted->width_px), count_boxes (painted->height_px),
                  NULL };

  drift.means = g_new0 (float, (gsize) drift.columns *(gsize) drift.rows *CHANNELS);
  for (int y = 0; y < painted->height_px; y++)
    add_row_to_drift (&drift, painted, seen, y);
  divide_by_area (&drift, painted);
  return drift;
}

/* Catmull-Rom weights of the four boxes around a pixel (Catmull and Rom 1974); @first is
 * the leftmost box. */
static int
cubic_taps (int position_px, float weights[TAPS])
{
  double at = (position_px + 0.5) / BOX_PX - 0.5;
  double floor_at = floor (at);
  double t = at - floor_at;

  weights[0] = (float) (((-0.5 * t + 1.0) * t - 0.5) * t);
  weights[1] = (float) ((1.5 * t - 2.5) * t * t + 1.0);
  weights[2] = (float) (((-1.5 * t + 2.0) * t + 0.5) * t);
  weights[3] = (float) ((0.5 * t - 0.5) * t * t);
  return (int) floor_at - 1;
}

/* The drift at one row of pixels, still in boxes across. */
static void
interpolate_down (const Drift *drift, int y, float *line)
{
  float weights[TAPS];
  int   first = cubic_taps (y, weights);
  int   n = drift->columns * CHANNELS;

  for (int i = 0; i < n; i++)
    line[i] = 0.0F;
  for (int tap = 0; tap < TAPS; tap++)
    {
      const float *row = drift->means + CLAMP (first + tap, 0, drift->rows - 1) * n;

      for (int i = 0; i < n; i++)
        line[i] += weights[tap] * row[i];
    }
}

static float
interpolate_across (const Drift *drift,
                    const float *line,
                    int          first,
                    const float  weights[TAPS],
                    int          channel)
{
  float sum = 0.0F;

  for (int tap = 0; tap < TAPS; tap++)
    sum += weights[tap] *
           line[CLAMP (first + tap, 0, drift->columns - 1) * CHANNELS + channel];
  return sum;
}

static void
correct_row (const Drift  *drift,
             const float  *line,
             const guint8 *painted,
             int           width_px,
             float         amount,
             guint16      *corrected)
{
  for (int x = 0; x < width_px; x++)
    {
      float weights[TAPS];
      int   first = cubic_taps (x, weights);

      for (int channel = 0; channel < CHANNELS; channel++)
        {
          float change =
              amount * interpolate_across (drift, line, first, weights, channel);
          float value = (float) painted[x * CHANNELS + channel] / 255.0F + change;

          corrected[x * CHANNELS + channel] =
              (guint16) (CLAMP (value, 0.0F, 1.0F) * 65535.0F + 0.5F);
        }
    }
}

/**
 * upscale_colour_correct:
 * @painted: what the endpoint answered
 * @seen: what it was asked to paint, same size
 * @amount: 0 to leave it, 1 to hold it to the source wholly
 *
 * Takes out the drift of large areas that tiles would show as patches: P + k * up (down
 * (seen) - down (P)), with a box of 8 px down and a cubic up. Sixteen bits, as a change
 * this smooth would band in eight.
 *
 * Returns: (transfer full) (array): R, G, B of each pixel, 65535 for 1.0; just 257 times
 * @painted where nothing drifted
 */
guint16 *
upscale_colour_correct (const UpscalePixels *painted,
                        const UpscalePixels *seen,
                        double               amount)
{
  Drift               drift = measure_drift (painted, seen);
  g_autofree float   *means = drift.means;
  g_autofree float   *line = g_new (float, (gsize) drift.columns *CHANNELS);
  gsize               row_values = upscale_pixels_get_row_bytes (painted);
  g_autofree guint16 *corrected =
      g_new (guint16, row_values * (gsize) painted->height_px);

  for (int y = 0; y < painted->height_px; y++)
    {
      interpolate_down (&drift, y, line);
      correct_row (&drift, line, painted->data + (gsize) y * row_values,
                   painted->width_px, (float) amount, corrected + (gsize) y * row_values);
    }
  return g_steal_pointer (&corrected);
}
