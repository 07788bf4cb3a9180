/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-plan.h"

#include <glib/gi18n-lib.h>

#include "upscale-grid-axis.h"
#include "upscale-error.h"
#include "upscale-limits.h"

struct _UpscaleTilePlan
{
  UpscaleTilePlanCase what;
  UpscaleLatticeStep  step;
  UpscaleGridAxis     x_axis;
  UpscaleGridAxis     y_axis;
  GArray             *tiles; /* of UpscaleTile */
  GArray             *cells; /* of UpscaleCell */
};

static gboolean
check_geometry (UpscaleTilePlanCase what, GError **error)
{
  UpscaleRect target = { 0, 0, what.width_px, what.height_px };

  if (upscale_rect_is_empty (what.region) || !upscale_rect_contains (target, what.region))
    {
      g_set_error (
          error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
          _ ("There is nothing to upscale: the selection does not touch the layer. "
             "Ignore the selection to upscale the whole layer, or move it and start "
             "again."));
      return FALSE;
    }
  if (what.tile_px < 1 || what.overlap_px < 0 || what.overlap_px > what.tile_px / 2)
    {
      g_set_error (
          error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
          _ ("An overlap of %d px does not fit tiles of %d px: choose 0 to %d px."),
          what.overlap_px, what.tile_px, what.tile_px / 2);
      return FALSE;
    }
  return TRUE;
}

/* Check before making tiles: a grid of millions would take hours and all memory. */
static gboolean
check_count (UpscaleGridAxis x_axis, UpscaleGridAxis y_axis, GError **error)
{
  gint64 n_tiles = (gint64) x_axis.n * y_axis.n;

  if (n_tiles <= UPSCALE_MAX_TILES)
    return TRUE;
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
               _ ("These settings make %u tiles, and a job may have %d: choose larger "
                  "tiles, a smaller overlap or a smaller scale, or select a part of the "
                  "layer."),
               (guint) MIN (n_tiles, G_MAXUINT), UPSCALE_MAX_TILES);
  return FALSE;
}

static void
append_tiles (UpscaleTilePlan *plan)
{
  for (int row = 0; row < plan->y_axis.n; row++)
    for (int col = 0; col < plan->x_axis.n; col++)
      {
        UpscaleTile tile = { .index = plan->tiles->len, .row = row, .col = col };

        tile.rect.x = upscale_grid_axis_get_tile_start (plan->x_axis, col);
        tile.rect.y = upscale_grid_axis_get_tile_start (plan->y_axis, row);
        tile.rect.width = plan->x_axis.tile_px;
        tile.rect.height = plan->y_axis.tile_px;
        g_array_append_val (plan->tiles, tile);
      }
}

static void
append_cell (UpscaleTilePlan       *plan,
             UpscaleGridAxisSegment across,
             UpscaleGridAxisSegment down)
{
  UpscaleCell cell = {
    .rect = { across.start_px, down.start_px, across.length_px, down.length_px },
  };

  for (int row = down.first; row < down.first + down.n; row++)
    for (int col = across.first; col < across.first + across.n; col++)
      cell.tiles[cell.n_tiles++] = (guint) (row * plan->x_axis.n + col);
  g_array_append_val (plan->cells, cell);
}

static void
append_cells (UpscaleTilePlan *plan)
{
  g_autoptr (GArray) columns = upscale_grid_axis_get_segments (plan->x_axis);
  g_autoptr (GArray) rows = upscale_grid_axis_get_segments (plan->y_axis);

  for (guint row = 0; row < rows->len; row++)
    for (guint col = 0; col < columns->len; col++)
      append_cell (plan, g_array_index (columns, UpscaleGridAxisSegment, col),
                   g_array_index (rows, UpscaleGridAxisSegment, row));
}

/* Adds cells without tiles for the outside of the region: above, below, left and
 * right. */
static void
append_outside (UpscaleTilePlan *plan)
{
  UpscaleRect region = plan->what.region;
  int         width = plan->what.width_px;
  int         right = region.x + region.width;
  int         bottom = region.y + region.height;
  UpscaleRect outside[] = {
    { 0, 0, width, region.y },
    { 0, bottom, width, plan->what.height_px - bottom },
    { 0, region.y, region.x, region.height },
    { right, region.y, width - right, region.height },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    {
      UpscaleCell cell = { .rect = outside[i] };

      if (!upscale_rect_is_empty (outside[i]))
        g_array_append_val (plan->cells, cell);
    }
}

static UpscaleGridAxis
make_axis (UpscaleTilePlanCase what,
           UpscaleLatticeStep  step,
           int                 start_px,
           int                 length_px,
           int                 total_px)
{
  return upscale_grid_axis_new ((UpscaleGridAxisCase) {
      .start_px = start_px,
      .length_px = length_px,
      .total_px = total_px,
      .tile_px = what.tile_px,
      .overlap_px = what.overlap_px,
      .step = step,
  });
}

static UpscaleTilePlan *
make_plan (UpscaleTilePlanCase what,
           UpscaleLatticeStep  step,
           UpscaleGridAxis     x_axis,
           UpscaleGridAxis     y_axis)
{
  UpscaleTilePlan *plan = g_atomic_rc_box_new0 (UpscaleTilePlan);

  plan->what = what;
  plan->step = step;
  plan->x_axis = x_axis;
  plan->y_axis = y_axis;
  plan->tiles = g_array_new (FALSE, FALSE, sizeof (UpscaleTile));
  plan->cells = g_array_new (FALSE, FALSE, sizeof (UpscaleCell));
  append_tiles (plan);
  append_cells (plan);
  append_outside (plan);
  return plan;
}

/**
 * upscale_tile_plan_new:
 * @what: the target and the wanted tiles
 * @error: return location for an error
 *
 * Cuts the target into tiles and cells. The plan never changes afterwards, so any thread
 * may read it. The plan does not depend on endpoints, so a job that is run again has the
 * same tiles.
 *
 * Returns: (transfer full): the plan, or %NULL with %UPSCALE_ERROR_ARGUMENT if the
 * geometry is impossible or needs more than %UPSCALE_MAX_TILES tiles
 */
UpscaleTilePlan *
upscale_tile_plan_new (UpscaleTilePlanCase what, GError **error)
{
  UpscaleRect        region = what.region;
  UpscaleLatticeStep step;
  UpscaleGridAxis    x_axis;
  UpscaleGridAxis    y_axis;

  if (!check_geometry (what, error))
    return NULL;
  step = upscale_lattice_find_step (what.scale);
  x_axis = make_axis (what, step, region.x, region.width, what.width_px);
  y_axis = make_axis (what, step, region.y, region.height, what.height_px);
  if (!check_count (x_axis, y_axis, error))
    return NULL;
  return make_plan (what, step, x_axis, y_axis);
}

/**
 * upscale_tile_plan_new_on_borders:
 * @plan: a plan
 * @is_upright: %TRUE for the borders of tiles side by side, %FALSE for those of tiles
 * above each other
 *
 * Lays a tile on each border of @plan that has this direction, centered on it. The tiles
 * have the size of those of @plan, and fade at the edges of their region.
 *
 * Returns: (transfer full) (nullable): the plan; %NULL if @plan has no such border
 */
UpscaleTilePlan *
upscale_tile_plan_new_on_borders (const UpscaleTilePlan *plan, gboolean is_upright)
{
  UpscaleTilePlanCase what;
  UpscaleGridAxis     x_axis;
  UpscaleGridAxis     y_axis;

  g_return_val_if_fail (plan != NULL, NULL);

  what = plan->what;
  x_axis = plan->x_axis;
  y_axis = plan->y_axis;
  if ((is_upright ? x_axis.n : y_axis.n) < 2)
    return NULL;
  if (is_upright)
    x_axis = upscale_grid_axis_new_between (x_axis, plan->step);
  else
    y_axis = upscale_grid_axis_new_between (y_axis, plan->step);
  what.region = (UpscaleRect) { x_axis.start_px, y_axis.start_px, x_axis.length_px,
                                y_axis.length_px };
  return make_plan (what, plan->step, x_axis, y_axis);
}

/**
 * upscale_tile_plan_ref:
 * @plan: a plan
 *
 * Returns: (transfer full): @plan
 */
UpscaleTilePlan *
upscale_tile_plan_ref (UpscaleTilePlan *plan)
{
  g_return_val_if_fail (plan != NULL, NULL);

  return g_atomic_rc_box_acquire (plan);
}

static void
free_arrays (gpointer data)
{
  UpscaleTilePlan *plan = data;

  g_array_unref (plan->tiles);
  g_array_unref (plan->cells);
}

/**
 * upscale_tile_plan_unref:
 * @plan: (transfer full): a plan
 *
 * Drops a reference.
 */
void
upscale_tile_plan_unref (UpscaleTilePlan *plan)
{
  g_return_if_fail (plan != NULL);

  g_atomic_rc_box_release_full (plan, free_arrays);
}

/**
 * upscale_tile_plan_get_width:
 * @plan: a plan
 *
 * Returns: the width of the target, px
 */
int
upscale_tile_plan_get_width (const UpscaleTilePlan *plan)
{
  g_return_val_if_fail (plan != NULL, 0);

  return plan->what.width_px;
}

/**
 * upscale_tile_plan_get_height:
 * @plan: a plan
 *
 * Returns: the height of the target, px
 */
int
upscale_tile_plan_get_height (const UpscaleTilePlan *plan)
{
  g_return_val_if_fail (plan != NULL, 0);

  return plan->what.height_px;
}

/**
 * upscale_tile_plan_get_region:
 * @plan: a plan
 *
 * Returns: the region to paint, in target px
 */
UpscaleRect
upscale_tile_plan_get_region (const UpscaleTilePlan *plan)
{
  g_return_val_if_fail (plan != NULL, (UpscaleRect) { 0 });

  return plan->what.region;
}

/**
 * upscale_tile_plan_get_grid:
 * @plan: a plan
 *
 * Returns: the properties that all tiles share
 */
UpscaleTilePlanGrid
upscale_tile_plan_get_grid (const UpscaleTilePlan *plan)
{
  g_return_val_if_fail (plan != NULL, (UpscaleTilePlanGrid) { 0 });

  return (UpscaleTilePlanGrid) {
    .step = plan->step,
    .tile_width_px = plan->x_axis.tile_px,
    .tile_height_px = plan->y_axis.tile_px,
    .slack_x_px = plan->x_axis.slack_px,
    .slack_y_px = plan->y_axis.slack_px,
  };
}

/**
 * upscale_tile_plan_get_n_tiles:
 * @plan: a plan
 *
 * Returns: the number of tiles, at least 1
 */
guint
upscale_tile_plan_get_n_tiles (const UpscaleTilePlan *plan)
{
  g_return_val_if_fail (plan != NULL, 0);

  return plan->tiles->len;
}

/**
 * upscale_tile_plan_get_tile:
 * @plan: a plan
 * @index: the index of a tile
 *
 * Returns: (transfer none): the tile
 */
const UpscaleTile *
upscale_tile_plan_get_tile (const UpscaleTilePlan *plan, guint index)
{
  g_return_val_if_fail (plan != NULL, NULL);
  g_return_val_if_fail (index < plan->tiles->len, NULL);

  return &g_array_index (plan->tiles, UpscaleTile, index);
}

/* Returns the border between tile @index and the tile before it. */
static int
seam_before (UpscaleGridAxis axis, int index)
{
  int start_px = upscale_grid_axis_get_tile_start (axis, index);

  if (index == 0)
    return axis.start_px;
  return (upscale_grid_axis_get_tile_start (axis, index - 1) + axis.tile_px + start_px) /
         2;
}

static int
seam_after (UpscaleGridAxis axis, int index)
{
  return index + 1 < axis.n ? seam_before (axis, index + 1)
                            : axis.start_px + axis.length_px;
}

/**
 * upscale_tile_plan_get_share:
 * @plan: a plan
 * @index: the index of a tile
 *
 * Returns: the part that belongs to the tile in a drawing of the grid: up to the middle
 * of its overlaps, in target px. All shares together are the region, without overlap
 */
UpscaleRect
upscale_tile_plan_get_share (const UpscaleTilePlan *plan, guint index)
{
  const UpscaleTile *tile;
  int                left;
  int                top;

  g_return_val_if_fail (plan != NULL, (UpscaleRect) { 0 });

  tile = upscale_tile_plan_get_tile (plan, index);
  if (!tile)
    return (UpscaleRect) { 0 };
  left = seam_before (plan->x_axis, tile->col);
  top = seam_before (plan->y_axis, tile->row);
  return (UpscaleRect) { left, top, seam_after (plan->x_axis, tile->col) - left,
                         seam_after (plan->y_axis, tile->row) - top };
}

static int
find_nearest (UpscaleGridAxis axis, int start_px)
{
  int nearest = 0;

  for (int i = 1; i < axis.n; i++)
    if (ABS (upscale_grid_axis_get_tile_start (axis, i) - start_px) <
        ABS (upscale_grid_axis_get_tile_start (axis, nearest) - start_px))
      nearest = i;
  return nearest;
}

/**
 * upscale_tile_plan_find_nearest:
 * @plan: a plan
 * @rect: in target px
 *
 * Returns: the index of the tile whose upper left corner is nearest to that of @rect
 */
guint
upscale_tile_plan_find_nearest (const UpscaleTilePlan *plan, UpscaleRect rect)
{
  g_return_val_if_fail (plan != NULL, 0);

  return (guint) (find_nearest (plan->y_axis, rect.y) * plan->x_axis.n +
                  find_nearest (plan->x_axis, rect.x));
}

/**
 * upscale_tile_plan_cover:
 * @plan: a plan
 * @rect: in target px
 *
 * Returns: the smallest rectangle of whole tiles whose shares touch @rect, clipped to the
 * region; empty if no share does
 */
UpscaleRect
upscale_tile_plan_cover (const UpscaleTilePlan *plan, UpscaleRect rect)
{
  UpscaleRect cover = { 0 };

  g_return_val_if_fail (plan != NULL, (UpscaleRect) { 0 });

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    if (!upscale_rect_is_empty (
            upscale_rect_intersect (upscale_tile_plan_get_share (plan, i), rect)))
      cover = upscale_rect_union (cover, upscale_tile_plan_get_tile (plan, i)->rect);
  return upscale_rect_intersect (cover, plan->what.region);
}

/* Extends the part that belongs to one tile by the feathers at both of its ends. */
static UpscaleGridAxisSegment
get_reach (UpscaleGridAxis axis, int index)
{
  UpscaleGridAxisSegment reach = upscale_grid_axis_get_own (axis, index);
  int                    feather_px = axis.overlap_px / 2;

  if (index > 0)
    {
      reach.start_px -= feather_px;
      reach.length_px += feather_px;
    }
  if (index + 1 < axis.n)
    reach.length_px += feather_px;
  return reach;
}

/**
 * upscale_tile_plan_get_border:
 * @plan: a plan
 * @first: the left or upper one of two neighbors
 * @second: the other one
 *
 * Borders of tiles side by side include the corners, where four tiles meet. Borders of
 * tiles above each other end at the corners.
 *
 * Returns: the part in which the two tiles take turns; empty for other pairs of tiles
 */
UpscaleRect
upscale_tile_plan_get_border (const UpscaleTilePlan *plan, guint first, guint second)
{
  const UpscaleTile     *a;
  const UpscaleTile     *b;
  UpscaleGridAxisSegment across;
  UpscaleGridAxisSegment down;

  g_return_val_if_fail (plan != NULL, (UpscaleRect) { 0 });

  a = upscale_tile_plan_get_tile (plan, first);
  b = upscale_tile_plan_get_tile (plan, second);
  if (!a || !b)
    return (UpscaleRect) { 0 };
  if (a->row == b->row && a->col + 1 == b->col)
    {
      across = upscale_grid_axis_get_feather (plan->x_axis, a->col);
      down = get_reach (plan->y_axis, a->row);
    }
  else if (a->col == b->col && a->row + 1 == b->row)
    {
      across = upscale_grid_axis_get_own (plan->x_axis, a->col);
      down = upscale_grid_axis_get_feather (plan->y_axis, a->row);
    }
  else
    return (UpscaleRect) { 0 };
  return (UpscaleRect) { across.start_px, down.start_px, across.length_px,
                         down.length_px };
}

/**
 * upscale_tile_plan_is_upright:
 * @plan: a plan
 * @first: a tile
 * @second: a neighbor
 *
 * Returns: %TRUE if the tiles lie side by side, so that their border is upright
 */
gboolean
upscale_tile_plan_is_upright (const UpscaleTilePlan *plan, guint first, guint second)
{
  const UpscaleTile *a = upscale_tile_plan_get_tile (plan, first);
  const UpscaleTile *b = upscale_tile_plan_get_tile (plan, second);

  return a && b && a->row == b->row;
}

/**
 * upscale_tile_plan_find_on_border:
 * @plan: a plan
 * @on_borders: tiles from upscale_tile_plan_new_on_borders()
 * @first: the left or upper tile of a border of @plan, of the direction of @on_borders
 *
 * Returns: the index in @on_borders of the tile on that border
 */
guint
upscale_tile_plan_find_on_border (const UpscaleTilePlan *plan,
                                  const UpscaleTilePlan *on_borders,
                                  guint                  first)
{
  const UpscaleTile *tile = upscale_tile_plan_get_tile (plan, first);
  guint              index;

  g_return_val_if_fail (tile != NULL && on_borders != NULL, 0);

  index = (guint) (tile->row * on_borders->x_axis.n + tile->col);
  g_return_val_if_fail (index < on_borders->tiles->len, 0);
  return index;
}

/**
 * upscale_tile_plan_get_n_cells:
 * @plan: a plan
 *
 * Returns: the number of cells
 */
guint
upscale_tile_plan_get_n_cells (const UpscaleTilePlan *plan)
{
  g_return_val_if_fail (plan != NULL, 0);

  return plan->cells->len;
}

/**
 * upscale_tile_plan_get_cell:
 * @plan: a plan
 * @index: the index of a cell
 *
 * Returns: (transfer none): the cell
 */
const UpscaleCell *
upscale_tile_plan_get_cell (const UpscaleTilePlan *plan, guint index)
{
  g_return_val_if_fail (plan != NULL, NULL);
  g_return_val_if_fail (index < plan->cells->len, NULL);

  return &g_array_index (plan->cells, UpscaleCell, index);
}

/**
 * upscale_tile_plan_get_x_weights:
 * @plan: a plan
 * @tile_index: a tile
 * @x: first target px, inside the region
 * @n: the number of px
 * @weights: (array length=n) (out caller-allocates): the tile's horizontal weights, 0 to
 * 1
 *
 * Fills in horizontal weights. The weight of a tile at a pixel is the product of its
 * horizontal and vertical weights.
 */
void
upscale_tile_plan_get_x_weights (const UpscaleTilePlan *plan,
                                 guint                  tile_index,
                                 int                    x,
                                 int                    n,
                                 float                 *weights)
{
  const UpscaleTile *tile = upscale_tile_plan_get_tile (plan, tile_index);

  g_return_if_fail (weights != NULL);

  if (tile)
    upscale_grid_axis_get_weights (plan->x_axis, tile->col, x, n, weights);
}

/**
 * upscale_tile_plan_get_y_weights:
 * @plan: a plan
 * @tile_index: a tile
 * @y: first target px, inside the region
 * @n: the number of px
 * @weights: (array length=n) (out caller-allocates): the tile's vertical weights, 0 to 1
 *
 * Fills in vertical weights, see upscale_tile_plan_get_x_weights().
 */
void
upscale_tile_plan_get_y_weights (const UpscaleTilePlan *plan,
                                 guint                  tile_index,
                                 int                    y,
                                 int                    n,
                                 float                 *weights)
{
  const UpscaleTile *tile = upscale_tile_plan_get_tile (plan, tile_index);

  g_return_if_fail (weights != NULL);

  if (tile)
    upscale_grid_axis_get_weights (plan->y_axis, tile->row, y, n, weights);
}
