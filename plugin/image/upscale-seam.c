/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-seam.h"

#include "upscale-boundary.h"
#include "upscale-grid-axis.h"

#define CHANNELS 3
/* Borders are read in parts of this length, which bounds the memory. */
#define PART_PX 128

/* The tiles of a corner. */
enum
{
  UPPER_LEFT,
  UPPER_RIGHT,
  LOWER_LEFT,
  LOWER_RIGHT
};

/**
 * UpscaleSeam:
 *
 * The boundaries along which the high frequencies of a cell change from tile to tile. The
 * boundary of two tiles depends on these two alone, over the whole length of their
 * border, so that all cells that share the border see the same boundary, in whatever
 * order tiles arrive. Where one of the two tiles is not painted, their shares cross-fade
 * instead.
 */
struct _UpscaleSeam
{
  UpscaleRect rect;
  gboolean    is_across; /* the cell has tiles side by side */
  gboolean    is_down;   /* the cell has tiles above each other */

  /* %NULL: cross-fade. In px of the cell: the boundary in each row, between the upper and
   * between the lower tiles, and the boundary in each column, on the left and on the
   * right of the cell. */
  int *across[2];
  int *down[2];
};

/* A border with the places of its pixels along it and across it. */
typedef struct
{
  UpscaleRect rect;
  gboolean    is_upright;
} Border;

static int
get_length (Border border)
{
  return border.is_upright ? border.rect.height : border.rect.width;
}

static int
get_width (Border border)
{
  return border.is_upright ? border.rect.width : border.rect.height;
}

static Border
get_part (Border border, int start_px, int length_px)
{
  if (border.is_upright)
    {
      border.rect.y += start_px;
      border.rect.height = length_px;
    }
  else
    {
      border.rect.x += start_px;
      border.rect.width = length_px;
    }
  return border;
}

static guint16 *
read_words (const UpscaleTilePlan *plan,
            guint                  tile,
            GeglBuffer            *painted,
            UpscaleRect            rect)
{
  UpscaleRect   from = upscale_tile_plan_get_tile (plan, tile)->rect;
  GeglRectangle roi = { rect.x - from.x, rect.y - from.y, rect.width, rect.height };
  guint16 *words = g_new (guint16, (gsize) rect.width * (gsize) rect.height * CHANNELS);

  gegl_buffer_get (painted, &roi, 1.0, babl_format (UPSCALE_SEAM_PAINTED_FORMAT), words,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return words;
}

static float
get_error (const guint16 *a, const guint16 *b)
{
  float sum = 0.0F;

  for (int channel = 0; channel < CHANNELS; channel++)
    {
      float difference = (float) (a[channel] - b[channel]);

      sum += difference * difference;
    }
  return sum;
}

/* Endpoints received the same pixels for both tiles, so the difference of the painted
 * pixels is that of the changes. */
static void
fill_errors (Border border, const guint16 *a, const guint16 *b, float *errors)
{
  for (int y = 0; y < border.rect.height; y++)
    for (int x = 0; x < border.rect.width; x++)
      {
        gsize pixel = (gsize) y * (gsize) border.rect.width + (gsize) x;
        gsize place = border.is_upright
                          ? pixel
                          : (gsize) x * (gsize) border.rect.height + (gsize) y;

        errors[place] = get_error (a + CHANNELS * pixel, b + CHANNELS * pixel);
      }
}

static float *
measure_errors (const UpscaleTilePlan *plan,
                Border                 border,
                const guint           *tiles,
                GeglBuffer           **painted)
{
  int    length = get_length (border);
  int    width = get_width (border);
  float *errors = g_new (float, (gsize) length *(gsize) width);

  for (int start = 0; start < length; start += PART_PX)
    {
      Border              part = get_part (border, start, MIN (PART_PX, length - start));
      g_autofree guint16 *a = read_words (plan, tiles[0], painted[0], part.rect);
      g_autofree guint16 *b = read_words (plan, tiles[1], painted[1], part.rect);

      fill_errors (part, a, b, errors + (gsize) start * (gsize) width);
    }
  return errors;
}

/* Returns the boundary of two of the cell's tiles over the length of their border, or
 * %NULL if they cross-fade. */
static int *
find_boundary (const UpscaleTilePlan *plan,
               UpscaleBoundaryStore  *store,
               const UpscaleCell     *cell,
               GeglBuffer           **painted,
               guint                  first,
               guint                  second)
{
  guint       tiles[] = { cell->tiles[first], cell->tiles[second] };
  GeglBuffer *both[] = { painted[first], painted[second] };
  Border border = { .rect = upscale_tile_plan_get_border (plan, tiles[0], tiles[1]) };
  g_autofree float *errors = NULL;
  int              *boundary = upscale_boundary_store_dup (store, tiles[0], tiles[1]);

  if (boundary)
    return boundary;
  border.is_upright = upscale_tile_plan_get_tile (plan, tiles[0])->row ==
                      upscale_tile_plan_get_tile (plan, tiles[1])->row;
  if (!both[0] || !both[1] || upscale_rect_is_empty (border.rect) ||
      get_width (border) < UPSCALE_BOUNDARY_MIN_WIDTH_PX)
    return NULL;
  errors = measure_errors (plan, border, tiles, both);
  upscale_boundary_prefer_middle (errors, get_length (border), get_width (border));
  boundary = upscale_boundary_find (
      (UpscaleBoundaryCase) { errors, get_length (border), get_width (border),
                              UPSCALE_BOUNDARY_FREE, UPSCALE_BOUNDARY_FREE });
  return upscale_boundary_store_add (store, tiles[0], tiles[1], boundary,
                                     get_length (border));
}

/* Returns the boundary of two tiles side by side in the rows of the cell. */
static int *
find_across (const UpscaleTilePlan *plan,
             UpscaleBoundaryStore  *store,
             const UpscaleCell     *cell,
             GeglBuffer           **painted,
             guint                  first,
             guint                  second)
{
  g_autofree int *whole = find_boundary (plan, store, cell, painted, first, second);
  UpscaleRect     border =
      upscale_tile_plan_get_border (plan, cell->tiles[first], cell->tiles[second]);

  if (!whole)
    return NULL;
  return g_memdup2 (whole + (cell->rect.y - border.y),
                    (gsize) cell->rect.height * sizeof (int));
}

/* Continues the boundary of two tiles above each other from its end at a corner straight
 * through the corner. */
static int *
find_down_in_corner (const UpscaleTilePlan *plan,
                     UpscaleBoundaryStore  *store,
                     const UpscaleCell     *cell,
                     GeglBuffer           **painted,
                     guint                  upper)
{
  g_autofree int *whole = find_boundary (plan, store, cell, painted, upper, upper + 2);
  UpscaleRect     border =
      upscale_tile_plan_get_border (plan, cell->tiles[upper], cell->tiles[upper + 2]);
  int *boundary;

  if (!whole)
    return NULL;
  boundary = g_new (int, cell->rect.width);
  for (int x = 0; x < cell->rect.width; x++)
    boundary[x] = upper == UPPER_LEFT ? whole[border.width - 1] : whole[0];
  return boundary;
}

/* Takes the right tile from the boundary on. */
static void
join_across (const int *boundary, UpscaleRect rect, guint16 *left, const guint16 *right)
{
  for (int y = 0; y < rect.height; y++)
    for (int x = 0; x < rect.width; x++)
      {
        gsize first = ((gsize) y * (gsize) rect.width + (gsize) x) * CHANNELS;

        if (x >= boundary[y])
          for (gsize i = first; i < first + CHANNELS; i++)
            left[i] = right[i];
      }
}

/* Returns the painted pixels of the upper or lower two tiles of a corner. */
static guint16 *
read_pair (const UpscaleSeam     *seam,
           const UpscaleTilePlan *plan,
           const UpscaleCell     *cell,
           GeglBuffer           **painted,
           guint                  left)
{
  guint16 *words = read_words (plan, cell->tiles[left], painted[left], cell->rect);
  g_autofree guint16 *right =
      read_words (plan, cell->tiles[left + 1], painted[left + 1], cell->rect);

  join_across (seam->across[left / 2], cell->rect, words, right);
  return words;
}

/* Joins the boundaries on the left and on the right of a corner by a third boundary,
 * between the upper two tiles and the lower two. */
static void
join_down (UpscaleSeam           *seam,
           const UpscaleTilePlan *plan,
           const UpscaleCell     *cell,
           GeglBuffer           **painted)
{
  Border              border = { .rect = cell->rect };
  int                 first = seam->down[0][0];
  int                 last = seam->down[1][cell->rect.width - 1];
  g_autofree guint16 *upper = read_pair (seam, plan, cell, painted, UPPER_LEFT);
  g_autofree guint16 *lower = read_pair (seam, plan, cell, painted, LOWER_LEFT);
  g_autofree float   *errors =
      g_new (float, (gsize) cell->rect.width *(gsize) cell->rect.height);

  fill_errors (border, upper, lower, errors);
  upscale_boundary_prefer_middle (errors, cell->rect.width, cell->rect.height);
  for (int side = 0; side < 2; side++)
    {
      g_free (seam->down[side]);
      seam->down[side] = upscale_boundary_find ((UpscaleBoundaryCase) {
          errors, cell->rect.width, cell->rect.height, first, last });
    }
}

static void
find_corner (UpscaleSeam           *seam,
             const UpscaleTilePlan *plan,
             UpscaleBoundaryStore  *store,
             const UpscaleCell     *cell,
             GeglBuffer           **painted)
{
  seam->across[0] = find_across (plan, store, cell, painted, UPPER_LEFT, UPPER_RIGHT);
  seam->across[1] = find_across (plan, store, cell, painted, LOWER_LEFT, LOWER_RIGHT);
  seam->down[0] = find_down_in_corner (plan, store, cell, painted, UPPER_LEFT);
  seam->down[1] = find_down_in_corner (plan, store, cell, painted, UPPER_RIGHT);
  if (seam->across[0] && seam->across[1] && seam->down[0] && seam->down[1])
    join_down (seam, plan, cell, painted);
}

/**
 * upscale_seam_new:
 * @plan: the plan
 * @store: the boundaries that other cells have found, which gets those that this cell
 * finds
 * @cell: a cell whose tiles are all settled
 * @painted: (array): for each tile of the cell, its pixels in
 * %UPSCALE_SEAM_PAINTED_FORMAT, or %NULL if it shows the base
 *
 * Returns: (transfer full) (nullable): the boundaries in the cell; %NULL if there is
 * none, and both bands have the plan's weights
 */
UpscaleSeam *
upscale_seam_new (const UpscaleTilePlan *plan,
                  UpscaleBoundaryStore  *store,
                  const UpscaleCell     *cell,
                  GeglBuffer           **painted)
{
  g_autoptr (UpscaleSeam) seam = NULL;

  g_return_val_if_fail (plan != NULL && store != NULL, NULL);
  g_return_val_if_fail (cell != NULL && painted != NULL, NULL);

  if (cell->n_tiles < 2)
    return NULL;
  seam = g_new0 (UpscaleSeam, 1);
  seam->rect = cell->rect;
  seam->is_across = upscale_tile_plan_get_tile (plan, cell->tiles[0])->row ==
                    upscale_tile_plan_get_tile (plan, cell->tiles[1])->row;
  seam->is_down = cell->n_tiles == UPSCALE_CELL_MAX_TILES || !seam->is_across;
  if (cell->n_tiles == UPSCALE_CELL_MAX_TILES)
    find_corner (seam, plan, store, cell, painted);
  else if (seam->is_across)
    seam->across[0] = find_across (plan, store, cell, painted, 0, 1);
  else
    seam->down[0] = find_boundary (plan, store, cell, painted, 0, 1);
  if (!seam->across[0] && !seam->across[1] && !seam->down[0] && !seam->down[1])
    return NULL;
  return g_steal_pointer (&seam);
}

/**
 * upscale_seam_free:
 * @seam: (transfer full): a seam
 *
 * Frees the seam.
 */
void
upscale_seam_free (UpscaleSeam *seam)
{
  g_return_if_fail (seam != NULL);

  for (int side = 0; side < 2; side++)
    {
      g_free (seam->across[side]);
      g_free (seam->down[side]);
    }
  g_free (seam);
}

static float
get_fade (int position_px, int length_px)
{
  return (float) upscale_grid_axis_smootherstep ((position_px + 0.5) / length_px);
}

static float
get_share_of_right (const UpscaleSeam *seam, int side, int x, int y)
{
  if (seam->across[side])
    return upscale_boundary_get_weight (seam->across[side][y], x);
  return get_fade (x, seam->rect.width);
}

static float
get_share_of_lower (const UpscaleSeam *seam, int side, int x, int y)
{
  if (seam->down[side])
    return upscale_boundary_get_weight (seam->down[side][x], y);
  return get_fade (y, seam->rect.height);
}

/* In a corner the boundaries on the left and on the right may differ, if a tile is not
 * painted; so the share fades from one to the other. */
static float
get_share_below (const UpscaleSeam *seam, int x, int y)
{
  float left;
  float right;

  if (!seam->is_down)
    return 0.0F;
  left = get_share_of_lower (seam, 0, x, y);
  if (!seam->is_across)
    return left;
  right = get_share_of_lower (seam, 1, x, y);
  return left + get_fade (x, seam->rect.width) * (right - left);
}

static float
get_share (const UpscaleSeam *seam, guint slot, int x, int y)
{
  gboolean is_lower = seam->is_across ? slot >= LOWER_LEFT : slot == 1;
  gboolean is_right = seam->is_across && slot % 2 == 1;
  float    below = get_share_below (seam, x, y);
  float    share = is_lower ? below : 1.0F - below;
  float    right;

  if (!seam->is_across)
    return share;
  right = get_share_of_right (seam, is_lower, x, y);
  return share * (is_right ? right : 1.0F - right);
}

/**
 * upscale_seam_get_shares:
 * @seam: a seam
 * @slot: index of a tile in the cell's list of tiles
 * @rect: a part of the cell, in target px
 * @shares: (array) (out caller-allocates): the share of the tile in each pixel of @rect,
 * 0 to 1
 *
 * Computes the share of a tile in the high frequencies. The shares of all tiles of the
 * cell sum to 1.
 */
void
upscale_seam_get_shares (const UpscaleSeam *seam,
                         guint              slot,
                         UpscaleRect        rect,
                         float             *shares)
{
  g_return_if_fail (seam != NULL && shares != NULL);
  g_return_if_fail (upscale_rect_contains (seam->rect, rect));

  for (int y = 0; y < rect.height; y++)
    for (int x = 0; x < rect.width; x++)
      shares[(gsize) y * (gsize) rect.width + (gsize) x] =
          get_share (seam, slot, rect.x - seam->rect.x + x, rect.y - seam->rect.y + y);
}

/**
 * upscale_seam_score:
 * @plan: the plan
 * @cell: a cell of two tiles
 * @painted: (array): the pixels of both tiles in %UPSCALE_SEAM_PAINTED_FORMAT
 *
 * Measures how much the two tiles disagree on their border, after the correction of
 * colors. Computes, so call from a worker thread.
 *
 * Returns: the score of the border
 */
UpscaleBorderScore
upscale_seam_score (const UpscaleTilePlan *plan,
                    const UpscaleCell     *cell,
                    GeglBuffer           **painted)
{
  UpscaleBorderScore score = { 0 };
  Border             border;

  g_return_val_if_fail (plan != NULL && cell != NULL && painted != NULL, score);
  g_return_val_if_fail (cell->n_tiles == 2 && painted[0] && painted[1], score);

  border = (Border) {
    .rect = upscale_tile_plan_get_border (plan, cell->tiles[0], cell->tiles[1]),
    .is_upright = upscale_tile_plan_is_upright (plan, cell->tiles[0], cell->tiles[1]),
  };
  for (int start = 0; start < get_length (border); start += PART_PX)
    {
      Border part = get_part (border, start, MIN (PART_PX, get_length (border) - start));
      g_autofree guint16 *a = read_words (plan, cell->tiles[0], painted[0], part.rect);
      g_autofree guint16 *b = read_words (plan, cell->tiles[1], painted[1], part.rect);

      upscale_border_score_add (&score, a, b, part.rect.width, part.rect.height);
    }
  return score;
}
