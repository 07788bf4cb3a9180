/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-dialog-pages.h"

#include <glib/gi18n.h>

#include "upscale-argument-table.h"
#include "upscale-control-effect.h"
#include "upscale-form-grid.h"
#include "upscale-lora-list.h"
#include "upscale-preset-row.h"

#define MAP_WIDTH_PX 260
#define MAP_HEIGHT_PX 240
#define SPACING_PX 6
#define SCALE_WIDTH_CHARS 8
#define GROUP_SPACING_PX 18
#define BORDER_PX 12
/* Aligns the label with the text of the button beside it. */
#define CAPTION_TOP_PX 8

/* A page or a group of a page while it is being filled. Lives on the stack of its maker.
 */
typedef struct
{
  UpscaleFormGrid             rows;
  const UpscaleDialogRequest *request;
  const UpscaleDialogParts   *parts;
} Page;

/* Moves the control of the last row into a box, with the button on its right. */
static void
add_button (UpscaleFormGrid *rows, GtkWidget *control, GtkWidget *button)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  g_object_ref (control);
  gtk_container_remove (GTK_CONTAINER (rows->grid), control);
  gtk_box_pack_start (GTK_BOX (box), control, gtk_widget_get_hexpand (control), TRUE, 0);
  g_object_unref (control);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  gtk_grid_attach (rows->grid, box, rows->column + 1, rows->row - 1, 1, 1);
}

static void
on_dice_clicked (GtkButton *button, gpointer user_data)
{
  g_object_set (user_data, "seed", g_random_int_range (0, G_MAXINT), NULL);
}

static void
add_dice_button (Page *page, GtkWidget *spin)
{
  GtkWidget *dice = gtk_button_new_with_mnemonic (_ ("Dra_w another"));

  gtk_widget_set_tooltip_text (dice, _ ("Draws a seed at random"));
  gtk_widget_set_halign (dice, GTK_ALIGN_START);
  g_signal_connect_object (dice, "clicked", G_CALLBACK (on_dice_clicked),
                           page->rows.config, 0);
  g_object_bind_property (spin, "sensitive", dice, "sensitive", G_BINDING_SYNC_CREATE);
  add_button (&page->rows, spin, dice);
}

static void
list_names (Page *page, GtkWidget *entry, UpscaleCompletionsKind kind)
{
  GtkTreeModel *names = upscale_completions_get (page->request->completions, kind);
  GtkWidget    *combo = gtk_widget_get_ancestor (entry, GTK_TYPE_COMBO_BOX);

  gtk_combo_box_set_model (GTK_COMBO_BOX (combo), names);
  gtk_combo_box_set_entry_text_column (GTK_COMBO_BOX (combo), 0);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("the service's own"));
  upscale_completions_attach (names, entry);
}

static void
list_models (Page *page, GtkWidget *entry)
{
  list_names (page, entry, UPSCALE_COMPLETIONS_MODELS);
}

static void
list_samplers (Page *page, GtkWidget *entry)
{
  list_names (page, entry, UPSCALE_COMPLETIONS_SAMPLERS);
}

static void
list_schedulers (Page *page, GtkWidget *entry)
{
  list_names (page, entry, UPSCALE_COMPLETIONS_SCHEDULERS);
}

/* The words stand under the strengths at which they are true. */
static void
add_slider (Page *page, GtkWidget *spin)
{
  static const struct
  {
    double      strength;
    const char *word;
  } words[] = {
    { 0.1, N_ ("restores") },
    { 0.4, N_ ("adds detail") },
    { 0.8, N_ ("invents") },
  };
  GtkAdjustment *adjustment = gtk_spin_button_get_adjustment (GTK_SPIN_BUTTON (spin));
  GtkWidget     *slider = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, adjustment);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    gtk_scale_add_mark (GTK_SCALE (slider), words[i].strength, GTK_POS_BOTTOM,
                        _ (words[i].word));
  gtk_scale_set_draw_value (GTK_SCALE (slider), FALSE);
  gtk_range_set_round_digits (GTK_RANGE (slider), 2);
  gtk_widget_set_hexpand (slider, TRUE);
  atk_object_set_name (gtk_widget_get_accessible (slider),
                       atk_object_get_name (gtk_widget_get_accessible (spin)));
  g_object_bind_property (spin, "sensitive", slider, "sensitive", G_BINDING_SYNC_CREATE);
  g_object_bind_property (spin, "tooltip-text", slider, "tooltip-text",
                          G_BINDING_SYNC_CREATE);
  gtk_widget_set_valign (spin, GTK_ALIGN_START);
  add_button (&page->rows, spin, slider);
  gtk_box_set_child_packing (GTK_BOX (gtk_widget_get_parent (slider)), slider, TRUE, TRUE,
                             0, GTK_PACK_START);
}

static void
add_size (Page *page, GtkWidget *spin)
{
  GtkWidget *entry;

  /* A size in pixels makes scales such as 1.084167. */
  gtk_entry_set_width_chars (GTK_ENTRY (spin), SCALE_WIDTH_CHARS);
  entry = upscale_size_row_add (&page->rows, page->request->size,
                                page->request->repainted_size);

  upscale_control_effect_watch (entry, upscale_argument_table_find ("scale"),
                                page->request,
                                UPSCALE_PAINTER_CHOICE (page->parts->painter));
}

/* Rows with more than the control that the argument's type has. */
static const struct
{
  const char *name;
  void (*extend) (Page *page, GtkWidget *control);
} extensions[] = {
  { "seed", add_dice_button },  { "model", list_models },
  { "sampler", list_samplers }, { "scheduler", list_schedulers },
  { "scale", add_size },        { "strength", add_slider },
};

static GtkWidget *
add_loras (Page *page, const UpscaleArgument *argument)
{
  GtkWidget *list =
      upscale_lora_list_new (page->rows.config, argument->name,
                             upscale_completions_get (page->request->completions,
                                                      UPSCALE_COMPLETIONS_LORAS));
  GtkWidget *caption =
      upscale_form_grid_add_row (&page->rows, _ (argument->label), list, list);

  gtk_widget_set_valign (caption, GTK_ALIGN_START);
  gtk_widget_set_margin_top (caption, CAPTION_TOP_PX);
  return list;
}

static void
add_argument (Page *page, const UpscaleArgument *argument)
{
  GtkWidget *control = argument->type == UPSCALE_ARGUMENT_LORAS
                           ? add_loras (page, argument)
                           : upscale_form_grid_add_argument (&page->rows, argument);

  for (gsize i = 0; i < G_N_ELEMENTS (extensions); i++)
    if (g_str_equal (extensions[i].name, argument->name))
      extensions[i].extend (page, control);
  upscale_control_effect_watch (control, argument, page->request,
                                UPSCALE_PAINTER_CHOICE (page->parts->painter));
}

static gboolean
is_possible (const UpscaleDialogRequest *request, const UpscaleArgument *argument)
{
  if (g_str_equal (argument->name, "repaint-selection"))
    return request->can_repaint;
  return !g_str_equal (argument->name, "ignore-selection") || request->has_selection;
}

static void
add_section (Page *page, UpscaleArgumentSection section)
{
  const UpscaleArgument *argument = NULL;

  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    if (argument->section == section && is_possible (page->request, argument))
      add_argument (page, argument);
}

static void
add_presets (Page *page)
{
  const UpscaleDialogRequest *request = page->request;
  GtkWidget                  *combo;
  GtkWidget                  *row =
      upscale_preset_row_new (request->presets, G_OBJECT (request->config), &combo);

  atk_object_set_name (gtk_widget_get_accessible (combo), _ ("Preset"));
  upscale_form_grid_add_row (&page->rows, _ ("_Preset"), combo, row);
}

static void
add_painter (Page *page)
{
  GtkWidget *caption = upscale_form_grid_add_row (&page->rows, _ ("Paint with"), NULL,
                                                  page->parts->painter);

  gtk_widget_set_valign (caption, GTK_ALIGN_START);
  gtk_widget_set_margin_top (caption, CAPTION_TOP_PX);
}

/* The picture with the grid fills the page's first column, left of all rows, and grows
 * with the window. */
static void
add_map (Page *page)
{
  const UpscaleDialogParts *parts = page->parts;
  GtkWidget                *left = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget                *frame = gtk_frame_new (NULL);

  gtk_widget_set_size_request (parts->map, MAP_WIDTH_PX, MAP_HEIGHT_PX);
  gtk_widget_set_vexpand (parts->map, TRUE);
  gtk_widget_set_hexpand (left, TRUE);
  gtk_frame_set_shadow_type (GTK_FRAME (frame), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (frame), parts->map);
  gtk_box_pack_start (GTK_BOX (left), frame, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (left), parts->size, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (left),
                      upscale_trial_pane_get_button (UPSCALE_TRIAL_PANE (parts->trials)),
                      FALSE, FALSE, 0);
  gtk_grid_attach (page->rows.grid, left, 0, 0, 1, page->rows.row);
}

static Page
start_page (const UpscaleDialogRequest *request,
            const UpscaleDialogParts   *parts,
            int                         column)
{
  return (Page) { upscale_form_grid_new (G_OBJECT (request->config), column), request,
                  parts };
}

/**
 * upscale_dialog_pages_make_picture:
 * @request: the dialog's input; must outlive the page
 * @parts: widgets that the page takes
 *
 * Returns: (transfer floating): the first page: presets, who paints, scale, strength and
 * prompts
 */
GtkWidget *
upscale_dialog_pages_make_picture (const UpscaleDialogRequest *request,
                                   const UpscaleDialogParts   *parts)
{
  Page page;

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (parts != NULL, NULL);

  page = start_page (request, parts, 1);
  gtk_container_set_border_width (GTK_CONTAINER (page.rows.grid), BORDER_PX);
  add_section (&page, UPSCALE_ARGUMENT_SECTION_REPAINT);
  add_presets (&page);
  add_painter (&page);
  add_section (&page, UPSCALE_ARGUMENT_SECTION_SIZE);
  add_section (&page, UPSCALE_ARGUMENT_SECTION_PICTURE);
  add_map (&page);
  return GTK_WIDGET (page.rows.grid);
}

/* All number entries of the page are equally wide. */
static Page
start_group (Page *before, GtkWidget *column, const char *title)
{
  Page       page = start_page (before->request, before->parts, 0);
  GtkWidget *frame = gimp_frame_new (title);

  page.rows.numbers = before->rows.numbers;

  gtk_container_add (GTK_CONTAINER (frame), GTK_WIDGET (page.rows.grid));
  gtk_box_pack_start (GTK_BOX (column), frame, FALSE, FALSE, 0);
  return page;
}

/**
 * upscale_dialog_pages_make_advanced:
 * @request: the dialog's input; must outlive the page
 * @parts: widgets of the first page, which this page follows
 *
 * Returns: (transfer floating): the page with groups for the model, the tiles and the
 * dispatch
 */
GtkWidget *
upscale_dialog_pages_make_advanced (const UpscaleDialogRequest *request,
                                    const UpscaleDialogParts   *parts)
{
  GtkWidget *columns;
  GtkWidget *left;
  GtkWidget *right;
  Page       page;
  Page       group;
  g_autoptr (GtkSizeGroup) captions = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (parts != NULL, NULL);

  left = gtk_box_new (GTK_ORIENTATION_VERTICAL, GROUP_SPACING_PX);
  right = gtk_box_new (GTK_ORIENTATION_VERTICAL, GROUP_SPACING_PX);
  page = start_page (request, parts, 0);
  columns = GTK_WIDGET (page.rows.grid);
  group = start_group (&page, left, _ ("Model"));
  add_section (&group, UPSCALE_ARGUMENT_SECTION_MODEL);
  add_section (&group, UPSCALE_ARGUMENT_SECTION_SAMPLING);
  group = start_group (&page, right, _ ("Tiles"));
  group.rows.captions = captions;
  add_section (&group, UPSCALE_ARGUMENT_SECTION_TILES);
  group = start_group (&page, right, _ ("Dispatch"));
  group.rows.captions = captions;
  add_section (&group, UPSCALE_ARGUMENT_SECTION_DISPATCH);
  gtk_container_set_border_width (GTK_CONTAINER (columns), BORDER_PX);
  gtk_grid_set_column_spacing (page.rows.grid, GROUP_SPACING_PX);
  gtk_grid_attach (page.rows.grid, left, 0, 0, 1, 1);
  gtk_grid_attach (page.rows.grid, right, 1, 0, 1, 1);
  gtk_widget_set_hexpand (left, TRUE);
  gtk_widget_set_hexpand (right, FALSE);
  return columns;
}
