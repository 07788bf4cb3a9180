/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-border-score.h"

#include <math.h>

#define CHANNELS 3
/* Pixels are averaged in boxes first, which makes the low pass cheap. */
#define BOX_PX 4
#define PX_PER_BOX (BOX_PX * BOX_PX)
/* Steps of the sum of three channels of 16 bits in one tone of 255. */
#define UNITS_PER_TONE (CHANNELS * 257.0F)
#define REACH 2

/* Texture hides differences. Without any, a difference of 0.9 tones is still hidden. */
#define LEAST_TEXTURE 8.0

/* Measured on the pictures and disturbances of tests/bench/seams.py, behind the color
 * correction, with overlaps of 32, 64 and 128 px. Undisturbed tiles and those with
 * another color, gradient or sharpness score up to 0.011, and those with grain up to
 * 0.025. Content that two tiles moved apart by up to 4 px scores up to 0.112 in foliage
 * and edges, and up to 0.153 in text and a checkerboard, where a move of 3 px is a ghost.
 * Other content in one tile scores 0.119 to 0.28, but less where it can't be told from
 * the right one: in a sky, in grain, and in a pattern that repeats. */
#define WORST_SCORE 0.115

/* A tile with other texture than its neighbor shows, even if averages of 14 px agree.
 * Tiles sharpened and blurred by 30 % differ by 0.3 of the weaker texture, which is
 * 0.06 here. */
#define TEXTURE_WEIGHT 0.2

/* The boxes of one tile. */
typedef struct
{
  int    columns;
  int    rows;
  float *means;   /* of gray, in tones */
  float *squares; /* means of squared gray */
} Boxes;

static void
boxes_clear (Boxes *boxes)
{
  g_free (boxes->means);
  g_free (boxes->squares);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Boxes, boxes_clear)

/* Pixels beyond the last whole box are left out. */
static Boxes
boxes_new (int width_px, int height_px)
{
  Boxes boxes = { .columns = width_px / BOX_PX, .rows = height_px / BOX_PX };
  gsize n = (gsize) boxes.columns * (gsize) boxes.rows;

  boxes.means = g_new (float, n);
  boxes.squares = g_new (float, n);
  return boxes;
}

/* Sums up the pixels of a box. */
static void
fill_box (Boxes *boxes, int box, const guint16 *words, int width_px)
{
  float mean = 0.0F;
  float squares = 0.0F;

  for (int y = 0; y < BOX_PX; y++, words += width_px * CHANNELS)
    for (int i = 0; i < BOX_PX * CHANNELS; i += CHANNELS)
      {
        float gray = (float) (words[i] + words[i + 1] + words[i + 2]) / UNITS_PER_TONE;

        mean += gray / PX_PER_BOX;
        squares += gray * gray / PX_PER_BOX;
      }
  boxes->means[box] = mean;
  boxes->squares[box] = squares;
}

static void
fill_boxes (Boxes *boxes, const guint16 *words, int width_px)
{
  gsize box_row = (gsize) width_px * BOX_PX * CHANNELS;

  for (int row = 0; row < boxes->rows; row++)
    for (int column = 0; column < boxes->columns; column++)
      fill_box (boxes, row * boxes->columns + column,
                words + (gsize) row * box_row + (gsize) column * BOX_PX * CHANNELS,
                width_px);
}

/* Low-passes the boxes with the binomial weights of a Gaussian of one box. Boxes beyond
 * an edge equal the box at the edge. */
static float
get_low (const Boxes *boxes, int column, int row)
{
  static const float taps[2 * REACH + 1] = { 0.0625F, 0.25F, 0.375F, 0.25F, 0.0625F };
  float              low = 0.0F;

  for (int down = -REACH; down <= REACH; down++)
    for (int across = -REACH; across <= REACH; across++)
      {
        int x = CLAMP (column + across, 0, boxes->columns - 1);
        int y = CLAMP (row + down, 0, boxes->rows - 1);

        low += taps[down + REACH] * taps[across + REACH] *
               boxes->means[y * boxes->columns + x];
      }
  return low;
}

/* Returns the mean of the squared distances of a box's pixels from @low. In flat boxes
 * rounding makes the sum slightly negative, and its root would be no number. */
static float
get_texture (const Boxes *boxes, int box, float low)
{
  return MAX (boxes->squares[box] - 2.0F * low * boxes->means[box] + low * low, 0.0F);
}

/**
 * upscale_border_score_add:
 * @score: (inout): the sums
 * @first: (array): R, G, B of the first tile in a part of the border, 65535 for 1.0
 * @second: (array): likewise of the second tile
 * @width_px: width of the part
 * @height_px: height of the part
 *
 * Adds a part of the border. A border may be added in parts of any size, which bounds the
 * memory; parts lower than 4 px add nothing.
 */
void
upscale_border_score_add (UpscaleBorderScore *score,
                          const guint16      *first,
                          const guint16      *second,
                          int                 width_px,
                          int                 height_px)
{
  g_auto (Boxes) a = boxes_new (width_px, height_px);
  g_auto (Boxes) b = boxes_new (width_px, height_px);

  g_return_if_fail (score != NULL && first != NULL && second != NULL);

  fill_boxes (&a, first, width_px);
  fill_boxes (&b, second, width_px);
  for (int row = 0; row < a.rows; row++)
    for (int column = 0; column < a.columns; column++)
      {
        int   box = row * a.columns + column;
        float low_a = get_low (&a, column, row);
        float low_b = get_low (&b, column, row);

        score->difference += (double) ((low_a - low_b) * (low_a - low_b));
        score->textures[0] += (double) get_texture (&a, box, low_a);
        score->textures[1] += (double) get_texture (&b, box, low_b);
        score->n_boxes++;
      }
}

/**
 * upscale_border_score_get:
 * @score: the sums
 *
 * Computes the worse one of two measures. First, the low-passed difference of the two
 * tiles over their texture, both as root mean squares over the border: low frequencies
 * cross-fade over the border, so their difference remains as a step or a ghost, and
 * texture is what hides these. Second, the difference of their textures over the weaker
 * one. The error of the boundary that the high frequencies follow has no say, since it
 * doesn't tell grain, which nobody sees, from other content.
 *
 * Returns: the score, 0 for equal tiles
 */
double
upscale_border_score_get (UpscaleBorderScore score)
{
  double n = MAX ((double) score.n_boxes, 1.0);
  double first = score.textures[0] / n;
  double second = score.textures[1] / n;
  double step = sqrt (score.difference / n /
                      ((first + second) / 2.0 + LEAST_TEXTURE * LEAST_TEXTURE));
  double other =
      fabs (sqrt (first) - sqrt (second)) / (sqrt (MIN (first, second)) + LEAST_TEXTURE);

  return MAX (step, TEXTURE_WEIGHT * other);
}

/**
 * upscale_border_score_is_bad:
 * @score: the sums
 *
 * Returns: %TRUE if the border most likely shows in the result
 */
gboolean
upscale_border_score_is_bad (UpscaleBorderScore score)
{
  return upscale_border_score_get (score) > WORST_SCORE;
}
