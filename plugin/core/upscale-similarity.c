/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-similarity.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"

#include <math.h>
#include <string.h>

/* Pictures are compared as this many blocks per side, as a model may change detail but
 * not large forms. */
#define GRID 12

/* Standard deviations of luma, 0..255. A picture above LIVELY_DEVIATION has content; a
 * picture below FLAT_DEVIATION has none. */
#define LIVELY_DEVIATION 8.0
#define FLAT_DEVIATION 1.5

/* With less deviation between the blocks, noise dominates the correlation. */
#define FORM_DEVIATION 6.0

/* Blur, noise, sharpening and a color cast keep the correlation of the blocks above
 * 0.9; unrelated pictures are near 0. Up to half strength a model keeps the forms.
 * Towards full strength it may change them freely. */
#define LEAST_CORRELATION 0.4
#define FREE_STRENGTH 0.5

/* Steps of the integer luma in one of 0..255. */
#define LUMA_UNIT 256.0

typedef struct
{
  double deviation;       /* of all pixels */
  double block_deviation; /* of the blocks' means */
  int    n_blocks;
  double blocks[GRID * GRID];
} Form;

static double
deviation (double sum, double sum_of_squares, double n)
{
  double variance = sum_of_squares / n - sum / n * (sum / n);

  return variance > 0.0 ? sqrt (variance) : 0.0;
}

static void
finish_blocks (Form *form, const int *counts)
{
  double sum = 0.0;
  double squares = 0.0;

  for (int i = 0; i < form->n_blocks; i++)
    {
      form->blocks[i] /= counts[i];
      sum += form->blocks[i];
      squares += form->blocks[i] * form->blocks[i];
    }
  form->block_deviation = deviation (sum, squares, form->n_blocks);
}

/* Computes the luma of each pixel in 256ths, with the weights of BT.601. */
UPSCALE_VECTORIZED static void
compute_luma (const guint8 *restrict pixels, guint16 *restrict luma, int n)
{
  for (int i = 0; i < n; i++)
    luma[i] =
        (guint16) (77 * pixels[3 * i] + 150 * pixels[3 * i + 1] + 29 * pixels[3 * i + 2]);
}

/* Sums integers, whose order does not matter, so that the compiler may vectorize. Returns
 * the sum of squares in the second place. */
UPSCALE_VECTORIZED static void
sum_luma (const guint16 *luma, int n, guint64 sums[2])
{
  guint32 sum = 0;
  guint64 squares = 0;

  for (int i = 0; i < n; i++)
    sum += luma[i];
  for (int i = 0; i < n; i++)
    squares += (guint32) luma[i] * luma[i];
  sums[0] = sum;
  sums[1] = squares;
}

/* Adds one row of a block. */
static void
add_run (Form *form, const guint16 *luma, int n, int block, double sums[2])
{
  guint64 run[2];

  sum_luma (luma, n, run);
  form->blocks[block] += (double) run[0] / LUMA_UNIT;
  sums[0] += (double) run[0] / LUMA_UNIT;
  sums[1] += (double) run[1] / (LUMA_UNIT * LUMA_UNIT);
}

/* Returns the first position of a block. */
static int
block_start (int index, int n_blocks, int length_px)
{
  return (index * length_px + n_blocks - 1) / n_blocks;
}

static Form
measure (const UpscalePixels *pixels)
{
  Form                form = { 0 };
  int                 columns = MIN (GRID, pixels->width_px);
  int                 rows = MIN (GRID, pixels->height_px);
  int                 counts[GRID * GRID] = { 0 };
  double              sums[2] = { 0.0, 0.0 };
  g_autofree guint16 *luma = g_new (guint16, pixels->width_px);

  for (int y = 0; y < pixels->height_px; y++)
    {
      int row = (int) ((gint64) y * rows / pixels->height_px);

      compute_luma (pixels->data + (gsize) y * upscale_pixels_get_row_bytes (pixels),
                    luma, pixels->width_px);
      for (int column = 0; column < columns; column++)
        {
          int start = block_start (column, columns, pixels->width_px);
          int n = block_start (column + 1, columns, pixels->width_px) - start;

          add_run (&form, luma + start, n, row * columns + column, sums);
          counts[row * columns + column] += n;
        }
    }
  form.n_blocks = columns * rows;
  form.deviation =
      deviation (sums[0], sums[1], (double) pixels->width_px * pixels->height_px);
  finish_blocks (&form, counts);
  return form;
}

/* Computes Pearson's correlation of the blocks' means. */
static double
correlate (const Form *a, const Form *b)
{
  double mean_a = 0.0;
  double mean_b = 0.0;
  double covariance = 0.0;

  for (int i = 0; i < a->n_blocks; i++)
    {
      mean_a += a->blocks[i] / a->n_blocks;
      mean_b += b->blocks[i] / b->n_blocks;
    }
  for (int i = 0; i < a->n_blocks; i++)
    covariance += (a->blocks[i] - mean_a) * (b->blocks[i] - mean_b) / a->n_blocks;
  return covariance / MAX (a->block_deviation * b->block_deviation, 1e-9);
}

static double
least_correlation (double strength)
{
  if (strength <= FREE_STRENGTH)
    return LEAST_CORRELATION;
  return LEAST_CORRELATION * (1.0 - strength) / (1.0 - FREE_STRENGTH);
}

/**
 * upscale_similarity_check:
 * @seen: the tile that was sent
 * @painted: the answer of the endpoint, of the same size
 * @strength: the denoising strength, 0 to 1
 * @error: return location for an error
 *
 * Refuses pictures that can't be the source repainted, and accepts all others. Servers
 * have been seen to answer with black, gray or unrelated pictures and a status of 200.
 *
 * Returns: %TRUE, or %FALSE with %UPSCALE_ERROR_BAD_PICTURE
 */
gboolean
upscale_similarity_check (const UpscalePixels *seen,
                          const UpscalePixels *painted,
                          double               strength,
                          GError             **error)
{
  Form before;
  Form after;

  g_return_val_if_fail (upscale_pixels_is_same_size (seen, painted), FALSE);

  before = measure (seen);
  after = measure (painted);
  if (before.deviation > LIVELY_DEVIATION && after.deviation < FLAT_DEVIATION)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                   _ ("the picture is a single color, but the source is not"));
      return FALSE;
    }
  if (before.block_deviation > FORM_DEVIATION && strength < 1.0 &&
      correlate (&before, &after) < least_correlation (strength))
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                   _ ("the picture does not resemble the source"));
      return FALSE;
    }
  return TRUE;
}

/**
 * upscale_similarity_is_single_colored:
 * @pixels: a picture
 *
 * Returns: %TRUE if all pixels are equal, so that there is nothing to paint
 */
gboolean
upscale_similarity_is_single_colored (const UpscalePixels *pixels)
{
  gsize n;

  g_return_val_if_fail (pixels != NULL, FALSE);

  n = upscale_pixels_get_row_bytes (pixels) * (gsize) pixels->height_px;
  return n <= UPSCALE_PIXELS_CHANNELS ||
         memcmp (pixels->data, pixels->data + UPSCALE_PIXELS_CHANNELS,
                 n - UPSCALE_PIXELS_CHANNELS) == 0;
}
