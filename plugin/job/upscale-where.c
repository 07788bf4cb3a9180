/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-where.h"

#include "upscale-tile-prompts.h"

#include <math.h>

/* A tile between the tiles that have texts gets the text of each that covers this share
 * of it. A tile on the border of two takes half of each, and a sliver of their neighbors.
 */
#define PROMPT_SHARE 0.25
#define STRENGTHS_PER_UNIT 1e6

static void
add_regions (GArray *influences, const UpscaleWhere *where, const UpscaleTile *tile)
{
  for (guint i = 0; where->regions && i < where->regions->len; i++)
    {
      const UpscaleRegion *region = where->regions->pdata[i];
      UpscaleTileInfluence influence = {
        .prompt = region->prompt,
        .negative_prompt = region->negative_prompt,
        .strength = region->strength,
        .share = upscale_coverage_get_share (region->coverage, tile->rect),
      };

      g_array_append_val (influences, influence);
    }
}

static double
get_area (UpscaleRect rect)
{
  return (double) rect.width * rect.height;
}

static guint
count_columns (const UpscaleTilePlan *grid)
{
  guint last = upscale_tile_plan_get_n_tiles (grid) - 1;

  return (guint) upscale_tile_plan_get_tile (grid, last)->col + 1;
}

/* Returns %TRUE if the text is that of the tile. The tiles of a repaint have other rows
 * and columns than those that the texts were written for. */
static gboolean
is_of_tile (const UpscaleWhere      *where,
            const UpscaleTilePlan   *grid,
            const UpscaleTile       *tile,
            const UpscaleTilePrompt *prompt)
{
  guint       index = (guint) prompt->row * count_columns (grid) + (guint) prompt->col;
  UpscaleRect common;

  if ((guint) prompt->col >= count_columns (grid) ||
      index >= upscale_tile_plan_get_n_tiles (grid))
    return FALSE;
  if (!where->is_between)
    return index == upscale_tile_plan_find_nearest (grid, tile->rect);
  common = upscale_rect_intersect (upscale_tile_plan_get_share (grid, index), tile->rect);
  return get_area (common) > PROMPT_SHARE * get_area (tile->rect);
}

static void
add_prompts (GArray                *influences,
             const UpscaleWhere    *where,
             const UpscaleTilePlan *plan,
             const UpscaleTile     *tile)
{
  for (guint i = 0; where->tile_prompts && i < where->tile_prompts->len; i++)
    {
      const UpscaleTilePrompt *prompt = where->tile_prompts->pdata[i];
      UpscaleTileInfluence     influence = {
            .prompt = prompt->prompt,
            .negative_prompt = prompt->negative_prompt,
            .strength = UPSCALE_TILE_SETTINGS_NO_STRENGTH,
            .share = HUGE_VAL,
      };

      if (is_of_tile (where, where->grid ? where->grid : plan, tile, prompt))
        g_array_append_val (influences, influence);
    }
}

static UpscaleTileSettings *
make_settings (const UpscaleWhere     *where,
               const UpscaleTilePlan  *plan,
               const UpscaleTile      *tile,
               const UpscaleGenParams *gen_params)
{
  g_autoptr (GArray) influences =
      g_array_new (FALSE, FALSE, sizeof (UpscaleTileInfluence));
  double level = where->strength_map
                     ? upscale_coverage_get_level (where->strength_map, tile->rect)
                     : 1.0;

  add_regions (influences, where, tile);
  add_prompts (influences, where, plan, tile);
  return upscale_tile_settings_new (gen_params,
                                    (const UpscaleTileInfluence *) influences->data,
                                    influences->len, where->least_share, level);
}

/**
 * upscale_where_make_settings:
 * @where: the ways in which parts are painted
 * @plan: the tiles
 * @gen_params: the parameters of the picture
 *
 * Derives the parameters of each tile. Reads each pixel of the strength map and the
 * regions about once.
 *
 * Returns: (transfer full) (nullable) (element-type UpscaleTileSettings): the settings of
 * each tile; %NULL if all tiles are painted alike
 */
GPtrArray *
upscale_where_make_settings (const UpscaleWhere     *where,
                             const UpscaleTilePlan  *plan,
                             const UpscaleGenParams *gen_params)
{
  GPtrArray *settings;

  g_return_val_if_fail (where != NULL && plan != NULL, NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);

  if (!where->strength_map && (!where->regions || where->regions->len == 0) &&
      (!where->tile_prompts || where->tile_prompts->len == 0))
    return NULL;
  settings =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_tile_settings_unref);
  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    g_ptr_array_add (settings,
                     make_settings (where, plan, upscale_tile_plan_get_tile (plan, i),
                                    gen_params));
  return settings;
}

/**
 * upscale_where_group:
 * @settings: (element-type UpscaleTileSettings): the settings of each tile
 *
 * Returns: (transfer full) (element-type guint): a group for each tile: the same for
 * tiles of the same strength, as a batch has one strength
 */
GArray *
upscale_where_group (GPtrArray *settings)
{
  GArray *groups;

  g_return_val_if_fail (settings != NULL, NULL);

  groups = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < settings->len; i++)
    {
      const UpscaleTileSettings *own = settings->pdata[i];
      guint group = (guint) lround (own->strength * STRENGTHS_PER_UNIT);

      g_array_append_val (groups, group);
    }
  return groups;
}
