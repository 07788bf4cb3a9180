/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-order.h"

/* Rectangles of tiles are in columns and rows here. */

/* The place of a tile in the order. */
typedef struct
{
  guint    index;
  gboolean is_around; /* the tile lies around the focus, not under it */
  int      ring;      /* the distance from the block that the rings surround, in tiles */
  int      step;      /* on the walk around the ring */
} Place;

static UpscaleRect
get_block (const UpscaleTilePlan *plan, guint index)
{
  const UpscaleTile *tile = upscale_tile_plan_get_tile (plan, index);

  return (UpscaleRect) { tile->col, tile->row, 1, 1 };
}

static UpscaleRect
find_tiles_under (const UpscaleTilePlan *plan, UpscaleRect part)
{
  UpscaleRect under = { 0 };

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    if (!upscale_rect_is_empty (
            upscale_rect_intersect (upscale_tile_plan_get_share (plan, i), part)))
      under = upscale_rect_union (under, get_block (plan, i));
  return under;
}

static int
get_distance (UpscaleRect block, UpscaleRect tile)
{
  int x = MAX (block.x - tile.x, tile.x - (block.x + block.width - 1));
  int y = MAX (block.y - tile.y, tile.y - (block.y + block.height - 1));

  return MAX (0, MAX (x, y));
}

/* Counts the steps clockwise from the upper left corner of @ring to a tile of its border.
 */
static int
count_steps (UpscaleRect ring, UpscaleRect tile)
{
  int right = ring.width - 1;
  int bottom = ring.height - 1;
  int x = tile.x - ring.x;
  int y = tile.y - ring.y;

  if (y == 0 && x < right)
    return x;
  if (x == right && y < bottom)
    return right + y;
  if (y == bottom && x > 0)
    return right + bottom + (right - x);
  return 2 * right + bottom + (bottom - y);
}

/* Returns the step at which the walk begins: behind a side that lies outside @within, so
 * that the walk does not jump from one side to another in the middle. */
static int
find_first_step (UpscaleRect ring, UpscaleRect within)
{
  int      right = ring.width - 1;
  int      bottom = ring.height - 1;
  int      starts[] = { 0, right, right + bottom, 2 * right + bottom };
  gboolean is_outside[] = { ring.y < within.y, ring.x + right >= within.x + within.width,
                            ring.y + bottom >= within.y + within.height,
                            ring.x < within.x };

  for (int side = 0; side < 4; side++)
    if (is_outside[(side + 3) % 4] && !is_outside[side])
      return starts[side];
  return 0;
}

static Place
find_place (guint index, UpscaleRect tile, UpscaleRect core, UpscaleRect within)
{
  int         n = get_distance (core, tile);
  UpscaleRect ring = { core.x - n, core.y - n, core.width + 2 * n, core.height + 2 * n };
  int         n_steps = MAX (1, 2 * (ring.width - 1) + 2 * (ring.height - 1));
  int         step = count_steps (ring, tile) - find_first_step (ring, within);

  return (Place) { .index = index, .ring = n, .step = (step + n_steps) % n_steps };
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *first = a;
  const Place *second = b;

  if (first->is_around != second->is_around)
    return first->is_around - second->is_around;
  if (first->ring != second->ring)
    return first->ring - second->ring;
  return first->step - second->step;
}

/**
 * upscale_tile_order_new:
 * @plan: a plan
 * @focus: the part that matters most, in target px
 *
 * Orders tiles by importance. First come the tiles under @focus, from the middle one
 * outwards, then the others, from @focus outwards, ring by ring. A walk around each ring
 * keeps the tiles of a batch beside each other. The tiles that are painted form a block
 * at any time, so that only tiles along the border of the block wait for neighbors: at
 * most two for each column and row of the grid.
 *
 * Returns: (transfer full) (element-type guint): the indices of all tiles, the most
 * important first. If @focus lies outside the region, the middle of the region comes
 * first
 */
GArray *
upscale_tile_order_new (const UpscaleTilePlan *plan, UpscaleRect focus)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  GArray     *order = g_array_new (FALSE, FALSE, sizeof (guint));
  UpscaleRect region;
  UpscaleRect grid;
  UpscaleRect under;
  UpscaleRect core;

  g_return_val_if_fail (plan != NULL, order);

  region = upscale_tile_plan_get_region (plan);
  focus = upscale_rect_intersect (focus, region);
  if (upscale_rect_is_empty (focus))
    focus = region;
  grid = find_tiles_under (plan, region);
  under = find_tiles_under (plan, focus);
  core =
      find_tiles_under (plan, (UpscaleRect) { focus.x + (focus.width - 1) / 2,
                                              focus.y + (focus.height - 1) / 2, 1, 1 });
  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    {
      UpscaleRect tile = get_block (plan, i);
      gboolean    is_around = !upscale_rect_contains (under, tile);
      Place       place = is_around ? find_place (i, tile, under, grid)
                                    : find_place (i, tile, core, under);

      place.is_around = is_around;
      g_array_append_val (places, place);
    }
  g_array_sort (places, compare_places);
  for (guint i = 0; i < places->len; i++)
    g_array_append_val (order, g_array_index (places, Place, i).index);
  return order;
}
