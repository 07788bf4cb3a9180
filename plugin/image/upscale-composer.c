/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-composer.h"

#include "upscale-cell-composer.h"
#include "upscale-color.h"
#include "upscale-seam.h"

/* The height of GEGL's own blocks. */
#define STRIP_PX 128

typedef struct
{
  GeglBuffer *painted; /* NULL: settled as the base, or not settled yet */
  gboolean    is_settled;
  guint       n_cells_left; /* cells that still need @painted */
} TileState;

/**
 * UpscaleComposer:
 *
 * Composes the result from painted tiles, see upscale_cell_composer_run(). A cell is
 * composed once, when the last of its tiles is settled, in the order of the tiles, so the
 * order of arrival does not matter. Painted tiles are kept in buffers that GEGL may swap
 * out, until their last cell is written. Pixels that no later cell reads are dropped
 * before: of a tile that waits for a neighbor, little more than the border to this
 * neighbor is kept. May be used from any thread.
 */
struct _UpscaleComposer
{
  UpscaleSource        *source;
  UpscaleTilePlan      *plan;
  double                color_correction;
  GeglBuffer           *result;
  UpscaleBoundaryStore *boundaries;
  UpscaleCoverage      *strength_map; /* or NULL */
  UpscaleCellComposer   cells;

  GMutex     lock; /* guards the members below */
  TileState *tiles;
  guint     *n_tiles_left;  /* by cell */
  gboolean  *is_written;    /* likewise */
  GPtrArray *cells_of_tile; /* of GArray of cell indices */
  guint      n_cells_left;
  GArray    *bad_borders; /* of UpscaleBorder */
};

/* Where the strength map is black, the result shows nothing of the tiles. */
static gboolean
can_show (const UpscaleComposer *composer, const UpscaleCell *cell)
{
  return !composer->strength_map ||
         upscale_coverage_get_level (composer->strength_map, cell->rect) > 0.0;
}

/* Each border has one cell of its two tiles alone. */
static void
note_border (UpscaleComposer *composer, const UpscaleCell *cell, GeglBuffer **painted)
{
  UpscaleBorderScore score = upscale_seam_score (composer->plan, cell, painted);
  UpscaleBorder      border = { cell->tiles[0], cell->tiles[1],
                                upscale_border_score_get (score) };
  g_autoptr (GMutexLocker) locker = NULL;

  if (!upscale_border_score_is_bad (score) || !can_show (composer, cell))
    return;
  g_debug ("border of tiles %u and %u: scores %.3f", border.first + 1, border.second + 1,
           border.score);
  locker = g_mutex_locker_new (&composer->lock);
  g_array_append_val (composer->bad_borders, border);
}

/* All tiles of the cell are settled, so no thread writes their buffers any more, and
 * the buffers are kept until count_off(). */
static void
compose_cell (UpscaleComposer *composer, const UpscaleCell *cell)
{
  GeglBuffer *painted[UPSCALE_CELL_MAX_TILES] = { NULL };

  for (guint i = 0; i < cell->n_tiles; i++)
    painted[i] = composer->tiles[cell->tiles[i]].painted;
  upscale_cell_composer_run (&composer->cells, cell, painted);
  if (cell->n_tiles == 2 && painted[0] && painted[1])
    note_border (composer, cell, painted);
}

static void
index_cells (UpscaleComposer *composer)
{
  guint n_cells = upscale_tile_plan_get_n_cells (composer->plan);

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (composer->plan); i++)
    g_ptr_array_add (composer->cells_of_tile, g_array_new (FALSE, FALSE, sizeof (guint)));
  for (guint i = 0; i < n_cells; i++)
    {
      const UpscaleCell *cell = upscale_tile_plan_get_cell (composer->plan, i);

      composer->n_tiles_left[i] = cell->n_tiles;
      for (guint t = 0; t < cell->n_tiles; t++)
        {
          g_array_append_val (composer->cells_of_tile->pdata[cell->tiles[t]], i);
          composer->tiles[cell->tiles[t]].n_cells_left++;
        }
    }
}

/* Cells outside the selection have no tiles, so compose them at once. */
static void
compose_outside (UpscaleComposer *composer)
{
  guint n_cells = upscale_tile_plan_get_n_cells (composer->plan);

  for (guint i = 0; i < n_cells; i++)
    {
      const UpscaleCell *cell = upscale_tile_plan_get_cell (composer->plan, i);

      if (cell->n_tiles == 0)
        {
          compose_cell (composer, cell);
          composer->n_cells_left--;
        }
    }
}

/**
 * upscale_composer_new:
 * @source: the layer
 * @plan: tiles and cells over its target
 * @color_correction: share of color drift to remove, 0 to 1
 * @strength_map: (nullable): the share of each change that stays; %NULL if all of it
 * stays
 *
 * Returns: (transfer full): the composer
 */
UpscaleComposer *
upscale_composer_new (UpscaleSource   *source,
                      UpscaleTilePlan *plan,
                      double           color_correction,
                      UpscaleCoverage *strength_map)
{
  UpscaleComposer *composer;
  GeglRectangle    extent = { 0 };

  g_return_val_if_fail (source != NULL && plan != NULL, NULL);

  extent.width = upscale_tile_plan_get_width (plan);
  extent.height = upscale_tile_plan_get_height (plan);
  composer = g_atomic_rc_box_new0 (UpscaleComposer);
  composer->source = upscale_source_ref (source);
  composer->plan = upscale_tile_plan_ref (plan);
  composer->color_correction = color_correction;
  composer->result = gegl_buffer_new (&extent, upscale_source_get_format (source));
  composer->boundaries = upscale_boundary_store_new ();
  composer->strength_map = strength_map ? upscale_coverage_ref (strength_map) : NULL;
  composer->cells = upscale_cell_composer_new (source, plan, composer->boundaries,
                                               composer->result, strength_map);
  g_mutex_init (&composer->lock);
  composer->tiles = g_new0 (TileState, upscale_tile_plan_get_n_tiles (plan));
  composer->n_cells_left = upscale_tile_plan_get_n_cells (plan);
  composer->n_tiles_left = g_new0 (guint, composer->n_cells_left);
  composer->is_written = g_new0 (gboolean, composer->n_cells_left);
  composer->cells_of_tile =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  composer->bad_borders = g_array_new (FALSE, FALSE, sizeof (UpscaleBorder));
  index_cells (composer);
  compose_outside (composer);
  return composer;
}

/**
 * upscale_composer_ref:
 * @composer: a composer
 *
 * Returns: (transfer full): @composer
 */
UpscaleComposer *
upscale_composer_ref (UpscaleComposer *composer)
{
  g_return_val_if_fail (composer != NULL, NULL);

  return g_atomic_rc_box_acquire (composer);
}

static void
free_members (gpointer data)
{
  UpscaleComposer *composer = data;

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (composer->plan); i++)
    g_clear_object (&composer->tiles[i].painted);
  g_free (composer->tiles);
  g_free (composer->n_tiles_left);
  g_free (composer->is_written);
  g_ptr_array_unref (composer->cells_of_tile);
  upscale_boundary_store_free (composer->boundaries);
  g_array_unref (composer->bad_borders);
  g_object_unref (composer->result);
  g_clear_pointer (&composer->strength_map, upscale_coverage_unref);
  upscale_tile_plan_unref (composer->plan);
  upscale_source_unref (composer->source);
  g_mutex_clear (&composer->lock);
}

/**
 * upscale_composer_unref:
 * @composer: (transfer full): a composer
 *
 * Drops a reference.
 */
void
upscale_composer_unref (UpscaleComposer *composer)
{
  g_return_if_fail (composer != NULL);

  g_atomic_rc_box_release_full (composer, free_members);
}

/**
 * upscale_composer_leave_out:
 * @composer: a composer that has settled no tile yet
 * @tile_index: a tile that the job does not paint
 *
 * Settles a tile as the base. Cells of which all tiles are left out are never written.
 */
void
upscale_composer_leave_out (UpscaleComposer *composer, guint tile_index)
{
  GArray *cells;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (composer != NULL);
  g_return_if_fail (tile_index < upscale_tile_plan_get_n_tiles (composer->plan));

  locker = g_mutex_locker_new (&composer->lock);
  g_return_if_fail (!composer->tiles[tile_index].is_settled);

  composer->tiles[tile_index].is_settled = TRUE;
  cells = composer->cells_of_tile->pdata[tile_index];
  for (guint i = 0; i < cells->len; i++)
    if (--composer->n_tiles_left[g_array_index (cells, guint, i)] == 0)
      composer->n_cells_left--;
}

/* Corrects in strips, since all words of a tile at once take 6 MB for 1024 px. */
static GeglBuffer *
correct (const UpscaleComposer *composer,
         guint                  tile_index,
         UpscalePixels         *painted,
         UpscalePixels         *seen)
{
  UpscaleRect tile = upscale_tile_plan_get_tile (composer->plan, tile_index)->rect;
  const Babl *format = babl_format (UPSCALE_SEAM_PAINTED_FORMAT);
  GeglBuffer *buffer =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, tile.width, tile.height), format);
  g_autoptr (UpscalePixels) own =
      seen ? upscale_pixels_ref (seen) : upscale_source_get_seen (composer->source, tile);
  g_autoptr (UpscaleColor) color =
      upscale_color_new (painted, own, composer->color_correction);
  g_autofree guint16 *words =
      g_new (guint16, upscale_pixels_get_row_bytes (painted) * STRIP_PX);

  for (int y = 0; y < tile.height; y += STRIP_PX)
    {
      GeglRectangle strip = { 0, y, tile.width, MIN (STRIP_PX, tile.height - y) };

      upscale_color_correct (color, y, strip.height, words);
      gegl_buffer_set (buffer, &strip, 0, format, words, GEGL_AUTO_ROWSTRIDE);
    }
  return buffer;
}

static gboolean
has_size_of_tile (const UpscaleComposer *composer,
                  guint                  tile_index,
                  const UpscalePixels   *painted)
{
  UpscaleRect tile = upscale_tile_plan_get_tile (composer->plan, tile_index)->rect;

  return painted->width_px == tile.width && painted->height_px == tile.height;
}

/* Settles a tile, takes @painted, and returns the cells of which this tile was the
 * last. */
static GArray *
take_ready_cells (UpscaleComposer *composer, guint tile_index, GeglBuffer *painted)
{
  GArray *cells = composer->cells_of_tile->pdata[tile_index];
  GArray *ready = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GeglBuffer) own = painted;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&composer->lock);

  if (composer->tiles[tile_index].is_settled)
    return ready;
  composer->tiles[tile_index].is_settled = TRUE;
  composer->tiles[tile_index].painted = g_steal_pointer (&own);
  for (guint i = 0; i < cells->len; i++)
    {
      guint cell = g_array_index (cells, guint, i);

      if (--composer->n_tiles_left[cell] == 0)
        g_array_append_val (ready, cell);
    }
  return ready;
}

/* Returns %TRUE if a cell that is not written yet reads the part of the tile. */
static gboolean
is_needed (const UpscaleComposer *composer, guint tile_index, UpscaleRect part)
{
  const GArray *cells = composer->cells_of_tile->pdata[tile_index];

  for (guint i = 0; i < cells->len; i++)
    {
      guint cell = g_array_index (cells, guint, i);

      if (!composer->is_written[cell] &&
          upscale_cell_composer_reads (&composer->cells,
                                       upscale_tile_plan_get_cell (composer->plan, cell),
                                       tile_index, part))
        return TRUE;
    }
  return FALSE;
}

/* GEGL frees a block of its own size when all of the block is cleared. */
static void
drop_unneeded (UpscaleComposer *composer, guint tile_index)
{
  UpscaleRect tile = upscale_tile_plan_get_tile (composer->plan, tile_index)->rect;
  GeglBuffer *painted = composer->tiles[tile_index].painted;
  int         width;
  int         height;

  if (!painted)
    return;
  g_object_get (painted, "tile-width", &width, "tile-height", &height, NULL);
  for (int y = 0; y < tile.height; y += height)
    for (int x = 0; x < tile.width; x += width)
      if (!is_needed (composer, tile_index,
                      (UpscaleRect) { tile.x + x, tile.y + y, width, height }))
        gegl_buffer_clear (painted, GEGL_RECTANGLE (x, y, width, height));
}

static void
count_off (UpscaleComposer *composer, guint cell_index)
{
  const UpscaleCell *cell = upscale_tile_plan_get_cell (composer->plan, cell_index);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&composer->lock);

  composer->n_cells_left--;
  composer->is_written[cell_index] = TRUE;
  for (guint i = 0; i < cell->n_tiles; i++)
    {
      TileState *tile = &composer->tiles[cell->tiles[i]];

      if (--tile->n_cells_left > 0)
        drop_unneeded (composer, cell->tiles[i]);
      else
        {
          g_clear_object (&tile->painted);
          upscale_boundary_store_forget (composer->boundaries, cell->tiles[i]);
        }
    }
}

/**
 * upscale_composer_settle:
 * @composer: a composer
 * @tile_index: a tile of the plan
 * @painted: (nullable) (transfer none): the painted tile, of the tile's size; %NULL to
 * leave the base there
 * @seen: (nullable) (transfer none): the tile's upscale_source_get_seen() if the caller
 * has it, which saves the time to render it again
 *
 * Settles a tile, and writes the cells of which it was the last tile. Later calls for the
 * same tile are ignored: two batches may carry the same tile, and the cache may have a
 * tile that another batch has just settled. Computes, so call from a worker thread.
 */
void
upscale_composer_settle (UpscaleComposer *composer,
                         guint            tile_index,
                         UpscalePixels   *painted,
                         UpscalePixels   *seen)
{
  g_autoptr (GArray) ready = NULL;

  g_return_if_fail (composer != NULL);
  g_return_if_fail (tile_index < upscale_tile_plan_get_n_tiles (composer->plan));
  g_return_if_fail (!painted || has_size_of_tile (composer, tile_index, painted));

  ready =
      take_ready_cells (composer, tile_index,
                        painted ? correct (composer, tile_index, painted, seen) : NULL);
  for (guint i = 0; i < ready->len; i++)
    {
      guint cell = g_array_index (ready, guint, i);

      compose_cell (composer, upscale_tile_plan_get_cell (composer->plan, cell));
      count_off (composer, cell);
    }
}

/**
 * upscale_composer_is_complete:
 * @composer: a composer
 *
 * Returns: %TRUE if every cell is written
 */
gboolean
upscale_composer_is_complete (UpscaleComposer *composer)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (composer != NULL, FALSE);

  locker = g_mutex_locker_new (&composer->lock);
  return composer->n_cells_left == 0;
}

/**
 * upscale_composer_get_result:
 * @composer: a composer
 *
 * Returns: (transfer none): the result, in the layer's own format
 */
GeglBuffer *
upscale_composer_get_result (UpscaleComposer *composer)
{
  g_return_val_if_fail (composer != NULL, NULL);

  return composer->result;
}

/* Cells are written in any order. */
static int
compare_borders (gconstpointer a, gconstpointer b)
{
  const UpscaleBorder *first = a;
  const UpscaleBorder *second = b;

  if (first->first != second->first)
    return first->first < second->first ? -1 : 1;
  return (first->second > second->second) - (first->second < second->second);
}

/**
 * upscale_composer_dup_bad_borders:
 * @composer: a composer
 *
 * Returns: (transfer full) (element-type UpscaleBorder): the borders that show in the
 * cells that are written, in the order of their tiles
 */
GArray *
upscale_composer_dup_bad_borders (UpscaleComposer *composer)
{
  GArray *borders;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (composer != NULL, NULL);

  locker = g_mutex_locker_new (&composer->lock);
  borders = g_array_copy (composer->bad_borders);
  g_array_sort (borders, compare_borders);
  return borders;
}
