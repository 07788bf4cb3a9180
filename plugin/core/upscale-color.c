/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-color.h"

#include <math.h>
#include <string.h>

/* Side of the box over which colors are compared: large enough to leave texture alone,
 * small enough to follow a gradient. */
#define BOX_PX 8
#define CHANNELS UPSCALE_PIXELS_CHANNELS
#define TAPS 4
/* Steps of 16 bits in one step of 8 bits. */
#define UNITS_PER_LEVEL 257

/* The correction of each box, in units of the result. */
typedef struct
{
  int    columns;
  int    rows;
  float *means;
} Drift;

/* Rows of boxes, interpolated across, of which a row of pixels needs TAPS. */
typedef struct
{
  float *values[TAPS]; /* one for each value of a row of pixels */
  int    rows[TAPS];   /* the row of boxes, or -1 */
} Lines;

/**
 * UpscaleColor:
 *
 * The correction of the colors of one painted tile. Used by one thread at a time.
 */
struct _UpscaleColor
{
  UpscalePixels *painted;
  Drift          drift;
  Lines          lines;
};

static int
count_boxes (int length_px)
{
  return (length_px + BOX_PX - 1) / BOX_PX;
}

/* Adds the differences of one row, in values from -255 to 255. */
UPSCALE_VECTORIZED static void
add_differences (gint16 *restrict differences,
                 const guint8 *restrict painted,
                 const guint8 *restrict seen,
                 int n)
{
  for (int i = 0; i < n; i++)
    differences[i] = (gint16) (differences[i] + seen[i] - painted[i]);
}

/* Sums the differences of one row of boxes, which are those of BOX_PX rows of pixels. */
static void
sum_boxes (const Drift *drift, const gint16 *differences, int width_px, float *boxes)
{
  for (int column = 0; column < drift->columns; column++)
    {
      int end = MIN ((column + 1) * BOX_PX, width_px) * CHANNELS;
      int sums[CHANNELS] = { 0 };

      for (int i = column * BOX_PX * CHANNELS; i < end; i += CHANNELS)
        for (int channel = 0; channel < CHANNELS; channel++)
          sums[channel] += differences[i + channel];
      for (int channel = 0; channel < CHANNELS; channel++)
        boxes[column * CHANNELS + channel] = (float) sums[channel];
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
  gsize n = upscale_pixels_get_row_bytes (painted);
  g_autofree gint16 *differences = g_new (gint16, n);

  drift.means = g_new (float, (gsize) drift.columns *(gsize) drift.rows *CHANNELS);
  for (int row = 0; row < drift.rows; row++)
    {
      memset (differences, 0, n * sizeof *differences);
      for (int y = row * BOX_PX; y < MIN ((row + 1) * BOX_PX, painted->height_px); y++)
        add_differences (differences, painted->data + (gsize) y * n,
                         seen->data + (gsize) y * n, (int) n);
      sum_boxes (&drift, differences, painted->width_px,
                 drift.means + (gsize) row * (gsize) drift.columns * CHANNELS);
    }
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

/* Interpolates the pixels around the border of two boxes, which have the same four boxes
 * around them: the second half of a box and the first half of the next one. */
static void
interpolate_pixels (const float *const boxes[TAPS],
                    float              weights[BOX_PX][TAPS],
                    int                first_px,
                    int                end_px,
                    float             *values)
{
  for (int x = first_px; x < end_px; x++)
    for (int channel = 0; channel < CHANNELS; channel++)
      {
        float value = 0.0F;

        for (int tap = 0; tap < TAPS; tap++)
          value += weights[x % BOX_PX][tap] * boxes[tap][channel];
        values[x * CHANNELS + channel] = value;
      }
}

/* Interpolates a row of boxes across, to one value for each value of a row of pixels. */
static void
interpolate_across (const Drift *drift, int row, int width_px, float *values)
{
  const float *means = drift->means + (gsize) row * (gsize) drift->columns * CHANNELS;
  float        weights[BOX_PX][TAPS];

  for (int place = 0; place < BOX_PX; place++)
    cubic_taps (place, weights[place]);
  for (int first = -TAPS / 2; first * BOX_PX < width_px; first++)
    {
      int          start = (first + TAPS / 2) * BOX_PX - BOX_PX / 2;
      const float *boxes[TAPS];

      for (int tap = 0; tap < TAPS; tap++)
        boxes[tap] = means + CLAMP (first + tap, 0, drift->columns - 1) * CHANNELS;
      interpolate_pixels (boxes, weights, MAX (start, 0), MIN (start + BOX_PX, width_px),
                          values);
    }
}

/* Finds the four rows of boxes around a row of pixels. A row of boxes keeps its place
 * among the lines while the pixels need it. */
static void
find_lines (const Drift *drift,
            int          first,
            int          width_px,
            Lines       *lines,
            const float *around[TAPS])
{
  for (int tap = 0; tap < TAPS; tap++)
    {
      int row = CLAMP (first + tap, 0, drift->rows - 1);
      int place = row % TAPS;

      if (lines->rows[place] != row)
        interpolate_across (drift, row, width_px, lines->values[place]);
      lines->rows[place] = row;
      around[tap] = lines->values[place];
    }
}

/* Writes a row in units of the result, which the lines have too. */
UPSCALE_VECTORIZED static void
correct_row (const float *const around[TAPS],
             const float        weights[TAPS],
             const guint8 *restrict painted,
             int n,
             guint16 *restrict corrected)
{
  const float *restrict a = around[0];
  const float *restrict b = around[1];
  const float *restrict c = around[2];
  const float *restrict d = around[3];

  for (int i = 0; i < n; i++)
    {
      float drift =
          weights[0] * a[i] + weights[1] * b[i] + weights[2] * c[i] + weights[3] * d[i];
      /* Clamps integers, since a comparison of floats may trap and isn't vectorized. */
      int value = (int) ((float) (painted[i] * UNITS_PER_LEVEL) + drift + 0.5F);

      corrected[i] = (guint16) CLAMP (value, 0, G_MAXUINT16);
    }
}

/**
 * upscale_color_new:
 * @painted: the answer of the endpoint
 * @seen: the tile that was sent, of the same size
 * @amount: 0 for no correction, 1 for full correction
 *
 * Measures the color drift of large areas, which would show tiles as patches.
 *
 * Returns: (transfer full): the correction of @painted
 */
UpscaleColor *
upscale_color_new (UpscalePixels *painted, const UpscalePixels *seen, double amount)
{
  UpscaleColor *color;
  gsize         n;

  g_return_val_if_fail (upscale_pixels_is_same_size (painted, seen), NULL);

  n = upscale_pixels_get_row_bytes (painted);
  color = g_new0 (UpscaleColor, 1);
  color->painted = upscale_pixels_ref (painted);
  color->drift = measure_drift (painted, seen, (float) amount);
  for (int tap = 0; tap < TAPS; tap++)
    {
      color->lines.values[tap] = g_new (float, n);
      color->lines.rows[tap] = -1;
    }
  return color;
}

/**
 * upscale_color_free:
 * @color: (transfer full): a correction
 *
 * Frees the correction.
 */
void
upscale_color_free (UpscaleColor *color)
{
  g_return_if_fail (color != NULL);

  for (int tap = 0; tap < TAPS; tap++)
    g_free (color->lines.values[tap]);
  g_free (color->drift.means);
  upscale_pixels_unref (color->painted);
  g_free (color);
}

/**
 * upscale_color_correct:
 * @color: a correction
 * @first: the first row
 * @n_rows: the number of rows
 * @corrected: (array) (out caller-allocates): R, G, B of each pixel, 65535 for 1.0;
 * exactly 257 times the painted value where nothing drifted
 *
 * Removes the color drift from some rows of the painted tile: P + k * up (down (seen) -
 * down (P)), with a box of 8 px down and a cubic up. The result has 16 bits, as so smooth
 * a change would band in 8.
 */
void
upscale_color_correct (UpscaleColor *color, int first, int n_rows, guint16 *corrected)
{
  gsize n;

  g_return_if_fail (color != NULL && corrected != NULL);
  g_return_if_fail (first >= 0 && first + n_rows <= color->painted->height_px);

  n = upscale_pixels_get_row_bytes (color->painted);
  for (int y = first; y < first + n_rows; y++)
    {
      const float *around[TAPS];
      float        weights[TAPS];
      int          first_box = cubic_taps (y, weights);

      find_lines (&color->drift, first_box, color->painted->width_px, &color->lines,
                  around);
      correct_row (around, weights, color->painted->data + (gsize) y * n, (int) n,
                   corrected + (gsize) (y - first) * n);
    }
}
