/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-where-page.h"

#include <glib/gi18n.h>

#include "upscale-control-effect.h"
#include "upscale-control.h"
#include "upscale-drawable-combo.h"
#include "upscale-form-grid.h"
#include "upscale-limits.h"
#include "upscale-region-rows.h"
#include "upscale-tile-prompts.h"
#include "upscale-tile-settings.h"

#define BORDER_PX 12
#define SPACING_PX 6
#define GROUP_SPACING_PX 18
#define MAP_WIDTH_PX 240
#define MAP_HEIGHT_PX 160
#define MAP "strength-map"
#define REGIONS "regions"
#define SHARE "region-share"
#define TILE_PROMPTS "tile-prompts"
#define PAGE_KEY "where-page"
#define NO_TILE G_MAXUINT

/* The page and the tile whose text it shows. Freed with its widgets. */
typedef struct
{
  const UpscaleDialogRequest *request;
  UpscalePainterChoice       *painter;
  GtkWidget                  *map;
  GtkWidget                  *caption;
  GtkWidget                  *prompt;
  GtkWidget                  *negative_prompt;
  GtkWidget                  *describe;
  UpscaleTilePlan            *plan;
  UpscaleTilePlan            *grid;     /* that the texts name */
  GPtrArray                  *settings; /* of UpscaleTileSettings by tile, or NULL */
  guint                       tile;
  gboolean                    is_busy; /* entry and argument follow one another */
} Page;

static void
page_free (gpointer data)
{
  Page *page = data;

  g_signal_handlers_disconnect_by_data (page->request->config, page);
  if (page->painter)
    g_signal_handlers_disconnect_by_data (page->painter, page);
  g_clear_weak_pointer (&page->painter);
  g_clear_pointer (&page->plan, upscale_tile_plan_unref);
  g_clear_pointer (&page->grid, upscale_tile_plan_unref);
  g_clear_pointer (&page->settings, g_ptr_array_unref);
  g_free (page);
}

static GObject *
get_config (const Page *page)
{
  return G_OBJECT (page->request->config);
}

static GPtrArray *
read_prompts (const Page *page)
{
  g_autofree char *text = NULL;

  g_object_get (get_config (page), TILE_PROMPTS, &text, NULL);
  return upscale_tile_prompts_parse (text ? text : "", NULL);
}

/* Returns the tile that texts name. A repaint has a few tiles of the layer's grid, and
 * texts name them by their place in the whole grid. */
static const UpscaleTile *
find_named (const Page *page, guint tile_index)
{
  const UpscaleTile *tile = upscale_tile_plan_get_tile (page->plan, tile_index);

  return page->grid
             ? upscale_tile_plan_get_tile (page->grid,
                                           upscale_tile_plan_find_nearest (page->grid,
                                                                           tile->rect))
             : tile;
}

/* Shows the text of the chosen tile. A list that can't be read can't be edited here; the
 * forecast says why. */
static void
show_tile (Page *page)
{
  g_autoptr (GPtrArray) prompts = read_prompts (page);
  const UpscaleTile *tile = page->tile == NO_TILE ? NULL : find_named (page, page->tile);
  const UpscaleTilePrompt *prompt =
      tile && prompts ? upscale_tile_prompts_find (prompts, tile->row, tile->col) : NULL;
  g_autofree char *caption =
      tile ? g_strdup_printf (_ ("Tile %u, row %d, column %d"), tile->index + 1,
                              tile->row + 1, tile->col + 1)
           : g_strdup (_ ("Click a tile to give it a text of its own."));

  page->is_busy = TRUE;
  gtk_label_set_text (GTK_LABEL (page->caption), caption);
  gtk_entry_set_text (GTK_ENTRY (page->prompt), prompt ? prompt->prompt : "");
  gtk_entry_set_text (GTK_ENTRY (page->negative_prompt),
                      prompt ? prompt->negative_prompt : "");
  gtk_widget_set_sensitive (page->prompt, tile && prompts);
  gtk_widget_set_sensitive (page->negative_prompt, tile && prompts);
  page->is_busy = FALSE;
}

/* Returns NULL if the list could not be read again: the texts of the other tiles would be
 * lost. */
static char *
join_with (GPtrArray *prompts, const UpscaleTilePrompt *prompt)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) again = NULL;

  upscale_tile_prompts_set (prompts, prompt);
  text = upscale_tile_prompts_join (prompts);
  again = upscale_tile_prompts_parse (text, NULL);
  return again ? g_steal_pointer (&text) : NULL;
}

static void
on_text_typed (GtkEditable *entry, gpointer user_data)
{
  Page *page = user_data;
  g_autoptr (GPtrArray) prompts = NULL;
  g_autofree char   *text = NULL;
  const UpscaleTile *tile;
  UpscaleTilePrompt  prompt;

  if (page->is_busy || page->tile == NO_TILE)
    return;
  prompts = read_prompts (page);
  tile = find_named (page, page->tile);
  prompt = (UpscaleTilePrompt) {
    tile->row, tile->col, (char *) gtk_entry_get_text (GTK_ENTRY (page->prompt)),
    (char *) gtk_entry_get_text (GTK_ENTRY (page->negative_prompt))
  };
  text = prompts ? join_with (prompts, &prompt) : NULL;
  if (!text)
    {
      gtk_widget_error_bell (GTK_WIDGET (entry));
      return;
    }
  page->is_busy = TRUE;
  g_object_set (get_config (page), TILE_PROMPTS, text, NULL);
  page->is_busy = FALSE;
}

static void
on_prompts_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  Page *page = user_data;

  if (!page->is_busy)
    show_tile (page);
}

static void
on_tile_clicked (UpscaleTileMap *map, guint tile_index, gpointer user_data)
{
  Page *page = user_data;

  page->tile = tile_index;
  upscale_tile_map_choose (map, tile_index);
  show_tile (page);
  gtk_widget_grab_focus (page->prompt);
}

/* Lists the tiles that are painted and have no text of the user's own. */
static GArray *
list_undescribed (const Page *page)
{
  GArray *tiles = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GPtrArray) prompts = read_prompts (page);
  guint n_tiles = prompts ? upscale_tile_plan_get_n_tiles (page->plan) : 0;

  for (guint i = 0; i < n_tiles && tiles->len + prompts->len < UPSCALE_MAX_TILE_PROMPTS;
       i++)
    {
      const UpscaleTile         *tile = find_named (page, i);
      const UpscaleTileSettings *settings =
          page->settings ? page->settings->pdata[i] : NULL;

      if (!(settings && settings->keeps_base) &&
          !upscale_tile_prompts_find (prompts, tile->row, tile->col))
        g_array_append_val (tiles, i);
    }
  return tiles;
}

static void
show_describe_row (Page *page)
{
  g_autoptr (GArray) tiles = list_undescribed (page);
  g_autoptr (GPtrArray) describers =
      upscale_painter_choice_list_describers (page->painter);

  upscale_describe_row_set_tiles (UPSCALE_DESCRIBE_ROW (page->describe), tiles,
                                  describers);
}

static void
on_painter_changed (UpscalePainterChoice *painter, gpointer user_data)
{
  Page *page = user_data;

  if (page->plan)
    show_describe_row (page);
}

/* A text that the user has typed meanwhile stays. The entries show the chosen tile, so
 * they follow only where that is the described one. */
static void
on_described (UpscaleDescribeRow *row,
              guint               tile_index,
              const char         *caption,
              gpointer            user_data)
{
  Page *page = user_data;
  g_autoptr (GPtrArray) prompts = read_prompts (page);
  const UpscaleTile *tile = find_named (page, tile_index);
  UpscaleTilePrompt  prompt = { tile->row, tile->col, (char *) caption, (char *) "" };
  g_autofree char   *text = NULL;

  if (!prompts || upscale_tile_prompts_find (prompts, tile->row, tile->col))
    return;
  text = join_with (prompts, &prompt);
  if (!text)
    {
      upscale_describe_row_stop (row, _ ("Stopped: the texts of the tiles are too long "
                                         "together. Shorten some."));
      return;
    }
  page->is_busy = TRUE;
  g_object_set (get_config (page), TILE_PROMPTS, text, NULL);
  page->is_busy = FALSE;
  if (page->tile == tile_index)
    show_tile (page);
}

static UpscaleTileNote
find_notes (const Page *page, GPtrArray *prompts, guint tile_index)
{
  const UpscaleTile         *tile = find_named (page, tile_index);
  const UpscaleTileSettings *settings =
      page->settings ? page->settings->pdata[tile_index] : NULL;
  gboolean has_text =
      (prompts && upscale_tile_prompts_find (prompts, tile->row, tile->col)) ||
      (settings && (*settings->prompt || *settings->negative_prompt));
  UpscaleTileNote notes = has_text ? UPSCALE_TILE_NOTE_TEXT : 0;
  double          strength = 0.0;

  if (!settings)
    return notes;
  g_object_get (get_config (page), "strength", &strength, NULL);
  if (settings->keeps_base)
    return UPSCALE_TILE_NOTE_KEPT;
  if (settings->strength < strength)
    notes |= UPSCALE_TILE_NOTE_WEAKER;
  if (settings->strength > strength)
    notes |= UPSCALE_TILE_NOTE_STRONGER;
  return notes;
}

/* Describes a tile of the map for its tooltip and for screen readers. */
static char *
describe_tile (guint tile_index, gpointer user_data)
{
  const Page        *page = user_data;
  const UpscaleTile *tile = find_named (page, tile_index);
  g_autoptr (GPtrArray) prompts = read_prompts (page);
  g_autofree char *notes =
      upscale_tile_note_describe (find_notes (page, prompts, tile_index));

  return g_strdup_printf (_ ("Tile %u, row %d, column %d: %s"), tile->index + 1,
                          tile->row + 1, tile->col + 1, notes);
}

static void
on_map_chosen (GtkComboBox *combo, gpointer user_data)
{
  g_object_set (user_data, MAP, upscale_drawable_combo_get_drawable (GTK_WIDGET (combo)),
                NULL);
}

static void
on_map_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  g_autoptr (GimpDrawable) drawable = NULL;

  g_object_get (config, MAP, &drawable, NULL);
  if (upscale_drawable_combo_get_drawable (user_data) != drawable)
    upscale_drawable_combo_choose (user_data, drawable);
}

static void
add_strength_map (Page *page, UpscaleFormGrid *rows)
{
  const UpscaleArgument *argument = upscale_argument_table_find (MAP);
  GtkWidget             *combo = upscale_drawable_combo_new (page->request->image,
                                                             _ ("None: full strength everywhere"));

  gtk_widget_set_tooltip_text (combo, _ (argument->blurb));
  upscale_control_name_after (combo, _ (argument->label));
  upscale_form_grid_add_row (rows, _ (argument->label), combo, combo);
  on_map_changed (get_config (page), NULL, combo);
  g_signal_connect_object (get_config (page), "notify::" MAP, G_CALLBACK (on_map_changed),
                           combo, 0);
  g_signal_connect (combo, "changed", G_CALLBACK (on_map_chosen), get_config (page));
}

static void
watch_effect (Page *page, GtkWidget *control, const char *argument)
{
  upscale_control_effect_watch (control, upscale_argument_table_find (argument),
                                page->request, page->painter);
}

static UpscaleFormGrid
start_group (Page *page, GtkWidget *box, const char *title)
{
  UpscaleFormGrid rows = upscale_form_grid_new (get_config (page), 0);
  GtkWidget      *frame = gimp_frame_new (title);

  gtk_container_add (GTK_CONTAINER (frame), GTK_WIDGET (rows.grid));
  gtk_box_pack_start (GTK_BOX (box), frame, FALSE, FALSE, 0);
  return rows;
}

static void
add_regions (Page *page, GtkWidget *box)
{
  UpscaleFormGrid rows = start_group (page, box, _ ("Regions"));
  GtkWidget      *list =
      upscale_region_rows_new (get_config (page), REGIONS, page->request->image);
  GtkWidget *share;

  gtk_grid_attach (rows.grid, list, 0, rows.row++, 2, 1);
  share = upscale_form_grid_add_argument (&rows, upscale_argument_table_find (SHARE));
  gtk_widget_set_hexpand (share, TRUE);
  gtk_widget_set_halign (share, GTK_ALIGN_START);
  watch_effect (page, list, REGIONS);
  watch_effect (page, share, SHARE);
}

static GtkWidget *
add_text (Page *page, UpscaleFormGrid *rows, const char *label)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_widget_set_hexpand (entry, TRUE);
  gtk_entry_set_max_length (GTK_ENTRY (entry), UPSCALE_MAX_TILE_TEXT_CHARS);
  upscale_control_name_after (entry, label);
  upscale_form_grid_add_row (rows, label, entry, entry);
  g_signal_connect (entry, "changed", G_CALLBACK (on_text_typed), page);
  return entry;
}

static void
add_tile_prompts (Page *page, GtkWidget *box)
{
  UpscaleFormGrid group = start_group (page, box, _ ("Texts of single tiles"));
  UpscaleFormGrid rows = upscale_form_grid_new (get_config (page), 0);
  GtkWidget      *frame = gtk_frame_new (NULL);

  page->map = upscale_tile_map_new (page->request->picture);
  page->caption = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (page->caption), 0.0F);
  gtk_label_set_line_wrap (GTK_LABEL (page->caption), TRUE);
  gtk_grid_attach (rows.grid, page->caption, 0, rows.row++, 2, 1);
  page->prompt = add_text (page, &rows, _ ("Prompt o_f the tile"));
  page->negative_prompt = add_text (page, &rows, _ ("Negative prompt of the ti_le"));
  upscale_tile_map_set_describe (UPSCALE_TILE_MAP (page->map), describe_tile, page);
  gtk_widget_set_size_request (page->map, MAP_WIDTH_PX, MAP_HEIGHT_PX);
  gtk_frame_set_shadow_type (GTK_FRAME (frame), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (frame), page->map);
  gtk_grid_attach (group.grid, frame, 0, 0, 1, 1);
  gtk_grid_attach (group.grid, GTK_WIDGET (rows.grid), 1, 0, 1, 1);
  page->describe =
      upscale_describe_row_new (page->request->config, page->request->describers);
  gtk_grid_attach (group.grid, page->describe, 0, 1, 2, 1);
  g_signal_connect (page->describe, "described", G_CALLBACK (on_described), page);
  g_signal_connect (page->painter, "changed", G_CALLBACK (on_painter_changed), page);
  g_signal_connect (page->map, "tile-clicked", G_CALLBACK (on_tile_clicked), page);
  g_signal_connect (get_config (page), "notify::" TILE_PROMPTS,
                    G_CALLBACK (on_prompts_changed), page);
  watch_effect (page, GTK_WIDGET (group.grid), TILE_PROMPTS);
}

/**
 * upscale_where_page_new:
 * @request: the dialog's input; must outlive the page
 * @painter: the choice of who paints
 *
 * Returns: (transfer floating): the page with the strength map, the regions and the texts
 * of tiles
 */
GtkWidget *
upscale_where_page_new (const UpscaleDialogRequest *request,
                        UpscalePainterChoice       *painter)
{
  GtkWidget      *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, GROUP_SPACING_PX);
  Page           *page;
  UpscaleFormGrid rows;

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (UPSCALE_IS_PAINTER_CHOICE (painter), NULL);

  page = g_new0 (Page, 1);
  page->request = request;
  g_set_weak_pointer (&page->painter, painter);
  page->tile = NO_TILE;
  gtk_container_set_border_width (GTK_CONTAINER (box), BORDER_PX);
  rows = start_group (page, box, _ ("Strength"));
  add_strength_map (page, &rows);
  add_regions (page, box);
  add_tile_prompts (page, box);
  g_object_set_data_full (G_OBJECT (box), PAGE_KEY, page, page_free);
  show_tile (page);
  return box;
}

static gboolean
is_same_plan (const UpscaleTilePlan *a, const UpscaleTilePlan *b)
{
  guint n_tiles = upscale_tile_plan_get_n_tiles (a);

  if (n_tiles != upscale_tile_plan_get_n_tiles (b))
    return FALSE;
  for (guint i = 0; i < n_tiles; i++)
    if (!upscale_rect_equal (upscale_tile_plan_get_tile (a, i)->rect,
                             upscale_tile_plan_get_tile (b, i)->rect))
      return FALSE;
  return TRUE;
}

/* The texts that come would name other tiles. */
static void
stop_describing_other_tiles (Page *self, const UpscaleTilePlan *plan)
{
  UpscaleDescribeRow *row = UPSCALE_DESCRIBE_ROW (self->describe);

  if (upscale_describe_row_is_busy (row) && !is_same_plan (self->plan, plan))
    upscale_describe_row_stop (row, _ ("Stopped, since the tiles are others now."));
}

/**
 * upscale_where_page_get_describe_row:
 * @page: the page
 *
 * Returns: (transfer none): the row that has tiles described
 */
UpscaleDescribeRow *
upscale_where_page_get_describe_row (GtkWidget *page)
{
  const Page *self = g_object_get_data (G_OBJECT (page), PAGE_KEY);

  g_return_val_if_fail (self != NULL, NULL);

  return UPSCALE_DESCRIBE_ROW (self->describe);
}

/**
 * upscale_where_page_set_plan:
 * @page: the page
 * @plan: the tiles
 * @grid: (nullable): the tiles that texts name; %NULL if these are those of @plan
 * @settings: (nullable) (element-type UpscaleTileSettings): the settings of each tile
 * that follow from the strength map and the regions
 *
 * Shows another grid. The chosen tile stays chosen as long as the grid has it.
 */
void
upscale_where_page_set_plan (GtkWidget       *page,
                             UpscaleTilePlan *plan,
                             UpscaleTilePlan *grid,
                             GPtrArray       *settings)
{
  Page *self = g_object_get_data (G_OBJECT (page), PAGE_KEY);

  g_return_if_fail (self != NULL);
  g_return_if_fail (plan != NULL);

  stop_describing_other_tiles (self, plan);
  upscale_tile_plan_ref (plan);
  g_clear_pointer (&self->plan, upscale_tile_plan_unref);
  g_clear_pointer (&self->grid, upscale_tile_plan_unref);
  self->plan = plan;
  self->grid = grid ? upscale_tile_plan_ref (grid) : NULL;
  g_clear_pointer (&self->settings, g_ptr_array_unref);
  self->settings = settings ? g_ptr_array_ref (settings) : NULL;
  upscale_tile_map_set_plan (UPSCALE_TILE_MAP (self->map), plan);
  upscale_where_page_add_notes (page, UPSCALE_TILE_MAP (self->map));
  if (self->tile != NO_TILE && self->tile >= upscale_tile_plan_get_n_tiles (plan))
    self->tile = NO_TILE;
  if (self->tile != NO_TILE)
    upscale_tile_map_choose (UPSCALE_TILE_MAP (self->map), self->tile);
  if (!gtk_widget_has_focus (self->prompt) &&
      !gtk_widget_has_focus (self->negative_prompt))
    show_tile (self);
  show_describe_row (self);
}

/**
 * upscale_where_page_add_notes:
 * @page: the page
 * @map: a map that shows the plan of the page
 *
 * Marks the tiles that are painted otherwise than the picture.
 */
void
upscale_where_page_add_notes (GtkWidget *page, UpscaleTileMap *map)
{
  const Page                 *self = g_object_get_data (G_OBJECT (page), PAGE_KEY);
  guint                       n_tiles;
  g_autofree UpscaleTileNote *notes = NULL;
  g_autoptr (GPtrArray) prompts = NULL;

  g_return_if_fail (self != NULL && self->plan != NULL);

  n_tiles = upscale_tile_plan_get_n_tiles (self->plan);
  notes = g_new0 (UpscaleTileNote, n_tiles);
  prompts = read_prompts (self);
  for (guint i = 0; i < n_tiles; i++)
    notes[i] = find_notes (self, prompts, i);
  upscale_tile_map_set_notes (map, notes);
}
