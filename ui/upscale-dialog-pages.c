/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-dialog-pages.h"

#include <glib/gi18n.h>

#include "upscale-endpoint-editor.h"
#include "upscale-lora-list.h"
#include "upscale-preset-row.h"
#include "upscale-form-grid.h"

#define MAP_WIDTH_PX 260
#define MAP_HEIGHT_PX 240
#define SPACING_PX 6
/* Brings a caption level with the text in the button beside it. */
#define CAPTION_TOP_PX 8
#define TILE_STEP_PX 64.0
#define OVERLAP_STEP_PX 16.0

static void
show_usual_endpoints (GtkWidget *entry, const UpscaleEndpointFile *file)
{
  g_autofree char *usual = upscale_endpoint_file_dup_default (file);

  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), usual);
}

/* After the list was changed what was typed may mean something else. */
static void
on_edit_clicked (GtkButton *button, gpointer user_data)
{
  const UpscaleDialogRequest *request = user_data;
  GtkWidget                  *entry = g_object_get_data (G_OBJECT (button), "entry");
  g_autoptr (UpscaleGenParams) recipe = request->dup_recipe (request->config);

  upscale_endpoint_editor_run (GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (button))),
                               request->tools, recipe, request->offers);
  show_usual_endpoints (entry, request->tools->file);
  g_object_notify (G_OBJECT (request->config), "endpoints");
}

static void
put_beside (UpscaleFormGrid *rows, GtkWidget *control, GtkWidget *button)
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
add_endpoints (UpscaleFormGrid *rows, const UpscaleDialogRequest *request)
{
  GtkWidget *entry = upscale_form_grid_add_text (rows, "endpoints", _ ("En_dpoints"));
  GtkWidget *edit = gtk_button_new_with_mnemonic (_ ("_Edit..."));

  show_usual_endpoints (entry, request->tools->file);
  gtk_widget_set_tooltip_text (edit, _ ("Add, change and test endpoints"));
  g_object_set_data (G_OBJECT (edit), "entry", entry);
  g_signal_connect (edit, "clicked", G_CALLBACK (on_edit_clicked), (gpointer) request);
  put_beside (rows, entry, edit);
}

static void
add_presets (UpscaleFormGrid *rows, const UpscaleDialogRequest *request)
{
  GtkWidget *combo;
  GtkWidget *row =
      upscale_preset_row_new (request->presets, G_OBJECT (request->config), &combo);
  GtkWidget *caption = gtk_label_new_with_mnemonic (_ ("_Preset"));

  gtk_label_set_xalign (GTK_LABEL (caption), 0.0F);
  gtk_label_set_mnemonic_widget (GTK_LABEL (caption), combo);
  atk_object_set_name (gtk_widget_get_accessible (combo), _ ("Preset"));
  gtk_grid_attach (rows->grid, caption, rows->column, rows->row, 1, 1);
  gtk_grid_attach (rows->grid, row, rows->column + 1, rows->row, 1, 1);
  rows->row++;
}

/* Tiles are painted anew where they were. */
static void
keep_when_repainting (const UpscaleDialogRequest *request, GtkWidget *widget)
{
  if (request->can_repaint)
    g_object_bind_property (request->config, "repaint-selection", widget, "sensitive",
                            G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
}

/**
 * upscale_dialog_make_main_page:
 * @request: what the dialog needs; must outlive the page
 * @map: the picture with the grid
 * @size: says how large the result is
 *
 * Returns: (transfer floating): what is seen first
 */
GtkWidget *
upscale_dialog_make_main_page (const UpscaleDialogRequest *request,
                               GtkWidget                  *map,
                               GtkWidget                  *size)
{
  UpscaleFormGrid rows = upscale_form_grid_new (G_OBJECT (request->config), 1);
  GtkWidget      *left = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget      *frame = gtk_frame_new (NULL);
  GtkWidget      *scale;

  if (request->can_repaint)
    upscale_form_grid_add_switch (&rows, "repaint-selection",
                                  _ ("Repaint _only the tiles under the selection"));
  add_presets (&rows, request);
  upscale_form_grid_add_lines (&rows, "prompt", _ ("Pro_mpt"));
  upscale_form_grid_add_lines (&rows, "negative-prompt", _ ("_Negative prompt"));
  scale = upscale_form_grid_add_number (&rows, "scale", _ ("Sc_ale"), 0.5, 2);
  upscale_form_grid_add_number (&rows, "strength", _ ("Stren_gth"), 0.05, 2);
  upscale_form_grid_add_number (&rows, "steps", _ ("S_teps"), 1.0, 0);
  upscale_form_grid_explain_zero (upscale_form_grid_add_number (&rows, "batch-size",
                                                                _ ("_Batch size"), 1.0,
                                                                0),
                                  _ ("automatic"));
  add_endpoints (&rows, request);
  keep_when_repainting (request, scale);
  gtk_widget_set_size_request (map, MAP_WIDTH_PX, MAP_HEIGHT_PX);
  gtk_widget_set_vexpand (map, TRUE);
  gtk_frame_set_shadow_type (GTK_FRAME (frame), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (frame), map);
  gtk_box_pack_start (GTK_BOX (left), frame, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (left), size, FALSE, FALSE, 0);
  gtk_grid_attach (rows.grid, left, 0, 0, 1, rows.row);
  return GTK_WIDGET (rows.grid);
}

static void
on_dice_clicked (GtkButton *button, gpointer user_data)
{
  g_object_set (user_data, "seed", g_random_int_range (0, G_MAXINT), NULL);
}

static void
add_seed (UpscaleFormGrid *rows)
{
  GtkWidget *spin = upscale_form_grid_add_number (rows, "seed", _ ("See_d"), 1.0, 0);
  GtkWidget *dice = gtk_button_new_with_mnemonic (_ ("Dra_w another"));

  gtk_widget_set_tooltip_text (dice, _ ("Draws a seed at random"));
  gtk_widget_set_halign (dice, GTK_ALIGN_START);
  g_signal_connect_object (dice, "clicked", G_CALLBACK (on_dice_clicked), rows->config,
                           0);
  put_beside (rows, spin, dice);
}

static void
add_loras (UpscaleFormGrid *rows, UpscaleCompletions *offers)
{
  GtkWidget *list = upscale_lora_list_new (rows->config, "loras",
                                           upscale_completions_get_loras (offers));
  GtkWidget *caption = gtk_label_new (_ ("LoRAs"));

  gtk_label_set_xalign (GTK_LABEL (caption), 0.0F);
  gtk_widget_set_valign (caption, GTK_ALIGN_START);
  gtk_widget_set_margin_top (caption, CAPTION_TOP_PX);
  gtk_grid_attach (rows->grid, caption, rows->column, rows->row, 1, 1);
  gtk_grid_attach (rows->grid, list, rows->column + 1, rows->row, 1, 1);
  rows->row++;
}

/* Without its switch, or its picture, a weight says nothing. */
static gboolean
has_picture (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_boolean (to, g_value_get_object (from) != NULL);
  return TRUE;
}

/**
 * upscale_dialog_make_model_page:
 * @request: what the dialog needs
 *
 * Returns: (transfer floating): what the model is told besides the prompts
 */
GtkWidget *
upscale_dialog_make_model_page (const UpscaleDialogRequest *request)
{
  UpscaleFormGrid rows = upscale_form_grid_new (G_OBJECT (request->config), 0);
  GtkWidget      *weight;

  upscale_completions_attach (upscale_completions_get_models (request->offers),
                              upscale_form_grid_add_text (&rows, "model", _ ("_Model")));
  upscale_form_grid_add_number (&rows, "cfg-scale", _ ("C_FG scale"), 0.5, 1);
  add_seed (&rows);
  upscale_form_grid_explain_zero (
      upscale_form_grid_add_number (&rows, "generation-size", _ ("Generation si_ze (px)"),
                                    TILE_STEP_PX, 0),
      _ ("as the tile"));
  upscale_form_grid_add_switch (&rows, "controlnet-enabled",
                                _ ("_Keep to the picture (tile ControlNet)"));
  weight = upscale_form_grid_add_number (&rows, "conditioning-scale",
                                         _ ("Co_ntrolNet weight"), 0.05, 2);
  g_object_bind_property (request->config, "controlnet-enabled", weight, "sensitive",
                          G_BINDING_SYNC_CREATE);
  upscale_form_grid_add_picture (&rows, "ip-adapter-image", _ ("IP-Adapter e_xample"));
  weight = upscale_form_grid_add_number (&rows, "ip-adapter-scale",
                                         _ ("IP-Adapter st_yle weight"), 0.05, 2);
  g_object_bind_property_full (request->config, "ip-adapter-image", weight, "sensitive",
                               G_BINDING_SYNC_CREATE, has_picture, NULL, NULL, NULL);
  add_loras (&rows, request->offers);
  return GTK_WIDGET (rows.grid);
}

/**
 * upscale_dialog_make_tiles_page:
 * @request: what the dialog needs
 *
 * Returns: (transfer floating): how the layer is cut, and how patient the dispatch is
 */
GtkWidget *
upscale_dialog_make_tiles_page (const UpscaleDialogRequest *request)
{
  UpscaleFormGrid rows = upscale_form_grid_new (G_OBJECT (request->config), 0);
  GtkWidget      *size = upscale_form_grid_add_number (&rows, "tile-size",
                                                       _ ("T_ile size (px)"), TILE_STEP_PX, 0);
  GtkWidget      *overlap =
      upscale_form_grid_add_number (&rows, "overlap", _ ("O_verlap (px)"),
                                    OVERLAP_STEP_PX, 0);

  keep_when_repainting (request, size);
  keep_when_repainting (request, overlap);
  upscale_form_grid_add_number (&rows, "color-correction", _ ("Color c_orrection"), 0.1,
                                2);
  upscale_form_grid_add_switch (&rows, "resize-canvas", _ ("_Grow the canvas"));
  upscale_form_grid_add_number (&rows, "sequential-below", _ ("Se_quential below"), 1.0,
                                0);
  upscale_form_grid_add_number (&rows, "batch-timeout", _ ("Batch ti_meout (s)"), 60.0,
                                0);
  upscale_form_grid_add_number (&rows, "retries", _ ("Retri_es"), 1.0, 0);
  return GTK_WIDGET (rows.grid);
}
