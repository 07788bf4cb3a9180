/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-color.h"

#include <math.h>

/* Side of the box over which colors are compared: large enough to leave texture alone,
 * small enough to follow a gradient. */
#define BOX_PX 8
#define CHANNELS UPSCALE_PIXELS_CHANNELS
#define TAPS 4
/* Boxes beyond an edge that affect a pixel at the edge. */
#define MARGIN 2
/* Steps of 16 bits in one step of 8 bits. */
#define UNITS_PER_LEVEL 257

/* The correction of each box, in units of the result. */
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

/* Sums integers box by box for speed, as this runs over every byte of every tile. */
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

  for (int column = 0; column < drift->columns; column++)
    {
      int end = MIN ((column + 1) * BOX_PX, painted->width_px) * CHANNELS;
      int sums[CHANNELS] = { 0 };

      for (int i = column * BOX_PX * CHANNELS; i < end; i += CHANNELS)
        for (int channel = 0; channel < CHANNELS; channel++)
          sums[channel] += s[i + channel] - p[i + channel];
      for (int channel = 0; channel < CHANNELS; channel++)
        row[column * CHANNELS + channel] += (float) sums[channel];
    }
}

/* Turns sums into means, in units of the result. Boxes at the right and lower edge may
 * hold fewer pixels. */
static void
scale_drift (Drift *drift, const UpscalePixels *pixels, float amount)
{
  for (int row = 0; row < drift->rows; row++)
    for (int column = 0; column < drift->columns; column++)
      {
        int width = MIN (BOX_PX, pixels->width_px - column * BOX_PX);
        int height = MIN (BOX_PX, pixels->height_px - row * BOX_PX);

        for (int channel = 0; channel < CHANNELS; channel++)
          drift->means[(row * drift->columns + column) * CHANNELS + channel] *=
              amount * UNITS_PER_LEVEL / (float) (width * height);
      }
}

static Drift
measure_drift (const UpscalePixels *painted, const UpscalePixels *seen, float amount)
{
  Drift drift = { count_boxes (painted->width_px), count_boxes (painted->height_px),
                  NULL };

  drift.means = g_new0 (float, (gsize) drift.columns *(gsize) drift.rows *CHANNELS);
  for (int y = 0; y < painted->height_px; y++)
    add_row_to_drift (&drift, painted, seen, y);
  scale_drift (&drift, painted, amount);
  return drift;
}

/* Computes the Catmull-Rom weights of the four boxes around a pixel (Catmull and Rom
 * 1974), and returns the leftmost box. */
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

/* One row of boxes with its ends repeated, so that every pixel has all its boxes. */
typedef struct
{
  float *boxes;
  float  weights[BOX_PX][TAPS]; /* by the place of a pixel in its box */
} Line;

static Line
line_new (const Drift *drift)
{
  Line line = { g_new (float, (gsize) (drift->columns + 2 * MARGIN) * CHANNELS),
                { { 0 } } };

  for (int place = 0; place < BOX_PX; place++)
    cubic_taps (place, line.weights[place]);
  return line;
}

static void
repeat_ends (const Drift *drift, Line *line)
{
  float *first = line->boxes + MARGIN * CHANNELS;
  float *last = first + (drift->columns - 1) * CHANNELS;

  for (int i = 1; i <= MARGIN; i++)
    for (int channel = 0; channel < CHANNELS; channel++)
      {
        first[channel - i * CHANNELS] = first[channel];
        last[channel + i * CHANNELS] = last[channel];
      }
}

/* Interpolates the drift at one row of pixels. The row keeps one value per box. */
static void
interpolate_down (const Drift *drift, int y, Line *line)
{
  float  weights[TAPS];
  int    first = cubic_taps (y, weights);
  int    n = drift->columns * CHANNELS;
  float *boxes = line->boxes + MARGIN * CHANNELS;

  for (int i = 0; i < n; i++)
    boxes[i] = 0.0F;
  for (int tap = 0; tap < TAPS; tap++)
    {
      const float *row = drift->means + CLAMP (first + tap, 0, drift->rows - 1) * n;

      for (int i = 0; i < n; i++)
        boxes[i] += weights[tap] * row[i];
    }
  repeat_ends (drift, line);
}

/* Writes a row in units of the result, which @line has too. */
static void
correct_row (const Line *line, const guint8 *painted, int width_px, guint16 *corrected)
{
  for (int x = 0; x < width_px; x++)
    {
      const float *weights = line->weights[x % BOX_PX];
      /* In the first half of a box, the four taps begin one box earlier. */
      const float *boxes =
          line->boxes + ((x + BOX_PX / 2) / BOX_PX + MARGIN - TAPS / 2) * CHANNELS;

      for (int channel = 0; channel < CHANNELS; channel++)
        {
          const float *box = boxes + channel;
          float value = (float) (painted[x * CHANNELS + channel] * UNITS_PER_LEVEL) +
                        weights[0] * box[0] + weights[1] * box[CHANNELS] +
                        weights[2] * box[2 * CHANNELS] + weights[3] * box[3 * CHANNELS];

          corrected[x * CHANNELS + channel] =
              (guint16) (CLAMP (value, 0.0F, (float) G_MAXUINT16) + 0.5F);
        }
    }
}

/**
 * upscale_color_correct:
 * @painted: the answer of the endpoint
 * @seen: the tile that was sent, of the same size
 * @amount: 0 for no correction, 1 for full correction
 *
 * Removes the color drift of large areas, which would show tiles as patches: P + k * up
 * (down (seen) - down (P)), with a box of 8 px down and a cubic up. The result has 16
 * bits, as so smooth a change would band in 8.
 *
 * Returns: (transfer full) (array): R, G, B of each pixel, 65535 for 1.0; exactly 257
 * times @painted where nothing drifted
 */
guint16 *
upscale_color_correct (const UpscalePixels *painted,
                       const UpscalePixels *seen,
                       double               amount)
{
  Drift               drift;
  Line                line;
  g_autofree float   *means = NULL;
  g_autofree float   *boxes = NULL;
  gsize               row_values = upscale_pixels_get_row_bytes (painted);
  g_autofree guint16 *corrected = NULL;

  g_return_val_if_fail (upscale_pixels_is_same_size (painted, seen), NULL);

  drift = measure_drift (painted, seen, (float) amount);
  means = drift.means;
  line = line_new (&drift);
  boxes = line.boxes;
  corrected = g_new (guint16, row_values * (gsize) painted->height_px);
  for (int y = 0; y < painted->height_px; y++)
    {
      interpolate_down (&drift, y, &line);
      correct_row (&line, painted->data + (gsize) y * row_values, painted->width_px,
                   corrected + (gsize) y * row_values);
    }
  return g_steal_pointer (&corrected);
}
