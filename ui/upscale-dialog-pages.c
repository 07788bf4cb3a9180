/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-dialog-pages.h"

#include <glib/gi18n.h>

#include "upscale-argument-table.h"
#include "upscale-endpoint-editor.h"
#include "upscale-form-grid.h"
#include "upscale-lora-list.h"
#include "upscale-preset-row.h"

#define MAP_WIDTH_PX 260
#define MAP_HEIGHT_PX 240
#define SPACING_PX 6
/* Aligns the label with the text of the button beside it. */
#define CAPTION_TOP_PX 8

static void
show_default_endpoints (GtkWidget *entry, const UpscaleEndpointFile *file)
{
  g_autofree char *names = upscale_endpoint_file_dup_default (file);

  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), names);
}

/* The names in the entry may mean other endpoints after the list was edited, so the
 * dialog makes its forecast anew. */
static void
on_edit_clicked (GtkButton *button, gpointer user_data)
{
  const UpscaleDialogRequest *request = user_data;
  GtkWidget                  *entry = g_object_get_data (G_OBJECT (button), "entry");
  g_autoptr (UpscaleGenParams) gen_params = request->dup_gen_params (request->config);

  upscale_endpoint_editor_run (GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (button))),
                               request->tools, gen_params, request->completions,
                               request->note_test, request->forecast_data);
  show_default_endpoints (entry, request->tools->file);
  g_object_notify (G_OBJECT (request->config), "endpoints");
}

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
add_edit_button (UpscaleFormGrid            *rows,
                 const UpscaleDialogRequest *request,
                 GtkWidget                  *entry)
{
  GtkWidget *edit = gtk_button_new_with_mnemonic (_ ("_Edit..."));

  show_default_endpoints (entry, request->tools->file);
  gtk_widget_set_tooltip_text (edit, _ ("Add, change and test endpoints"));
  g_object_set_data (G_OBJECT (edit), "entry", entry);
  g_signal_connect (edit, "clicked", G_CALLBACK (on_edit_clicked), (gpointer) request);
  add_button (rows, entry, edit);
}

static void
on_dice_clicked (GtkButton *button, gpointer user_data)
{
  g_object_set (user_data, "seed", g_random_int_range (0, G_MAXINT), NULL);
}

static void
add_dice_button (UpscaleFormGrid            *rows,
                 const UpscaleDialogRequest *request,
                 GtkWidget                  *spin)
{
  GtkWidget *dice = gtk_button_new_with_mnemonic (_ ("Dra_w another"));

  gtk_widget_set_tooltip_text (dice, _ ("Draws a seed at random"));
  gtk_widget_set_halign (dice, GTK_ALIGN_START);
  g_signal_connect_object (dice, "clicked", G_CALLBACK (on_dice_clicked), rows->config,
                           0);
  add_button (rows, spin, dice);
}

static void
complete_models (UpscaleFormGrid            *rows,
                 const UpscaleDialogRequest *request,
                 GtkWidget                  *entry)
{
  upscale_completions_attach (upscale_completions_get_models (request->completions),
                              entry);
}

/* Rows with more than the control that the argument's type has. */
static const struct
{
  const char *name;
  void (*extend) (UpscaleFormGrid            *rows,
                  const UpscaleDialogRequest *request,
                  GtkWidget                  *control);
} extensions[] = {
  { "endpoints", add_edit_button },
  { "seed", add_dice_button },
  { "model", complete_models },
};

static GtkWidget *
add_loras (UpscaleFormGrid            *rows,
           const UpscaleDialogRequest *request,
           const UpscaleArgument      *argument)
{
  GtkWidget *list =
      upscale_lora_list_new (rows->config, argument->name,
                             upscale_completions_get_loras (request->completions));
  GtkWidget *caption = upscale_form_grid_add_row (rows, _ (argument->label), NULL, list);

  gtk_widget_set_valign (caption, GTK_ALIGN_START);
  gtk_widget_set_margin_top (caption, CAPTION_TOP_PX);
  return list;
}

static gboolean
is_set (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_boolean (to, G_VALUE_HOLDS_BOOLEAN (from)
                               ? g_value_get_boolean (from)
                               : g_value_get_object (from) != NULL);
  return TRUE;
}

/* Repainting takes the selection and the layer's own grid. */
static gboolean
is_fixed_by_repainting (const UpscaleArgument *argument)
{
  return argument->flags & UPSCALE_ARGUMENT_FIXED_BY_LAYER ||
         g_str_equal (argument->name, "ignore-selection");
}

static void
bind_sensitivity (const UpscaleDialogRequest *request,
                  const UpscaleArgument      *argument,
                  GtkWidget                  *control)
{
  if (argument->needs)
    g_object_bind_property_full (request->config, argument->needs, control, "sensitive",
                                 G_BINDING_SYNC_CREATE, is_set, NULL, NULL, NULL);
  if (request->can_repaint && is_fixed_by_repainting (argument))
    g_object_bind_property (request->config, "repaint-selection", control, "sensitive",
                            G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
}

static void
add_argument (UpscaleFormGrid            *rows,
              const UpscaleDialogRequest *request,
              const UpscaleArgument      *argument)
{
  GtkWidget *control = argument->type == UPSCALE_ARGUMENT_LORAS
                           ? add_loras (rows, request, argument)
                           : upscale_form_grid_add_argument (rows, argument);

  for (gsize i = 0; i < G_N_ELEMENTS (extensions); i++)
    if (g_str_equal (extensions[i].name, argument->name))
      extensions[i].extend (rows, request, control);
  bind_sensitivity (request, argument, control);
}

static gboolean
is_possible (const UpscaleDialogRequest *request, const UpscaleArgument *argument)
{
  if (g_str_equal (argument->name, "repaint-selection"))
    return request->can_repaint;
  return !g_str_equal (argument->name, "ignore-selection") || request->has_selection;
}

static void
add_section (UpscaleFormGrid            *rows,
             const UpscaleDialogRequest *request,
             UpscaleArgumentSection      section)
{
  const UpscaleArgument *argument = NULL;

  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    if (argument->section == section && is_possible (request, argument))
      add_argument (rows, request, argument);
}

static void
add_presets (UpscaleFormGrid *rows, const UpscaleDialogRequest *request)
{
  GtkWidget *combo;
  GtkWidget *row =
      upscale_preset_row_new (request->presets, G_OBJECT (request->config), &combo);

  atk_object_set_name (gtk_widget_get_accessible (combo), _ ("Preset"));
  upscale_form_grid_add_row (rows, _ ("_Preset"), combo, row);
}

/* The picture with the grid fills the page's first column, left of all rows. */
static void
add_map (UpscaleFormGrid *rows, const UpscaleDialogParts *parts)
{
  GtkWidget *left = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *frame = gtk_frame_new (NULL);

  gtk_widget_set_size_request (parts->map, MAP_WIDTH_PX, MAP_HEIGHT_PX);
  gtk_widget_set_vexpand (parts->map, TRUE);
  gtk_frame_set_shadow_type (GTK_FRAME (frame), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (frame), parts->map);
  gtk_box_pack_start (GTK_BOX (left), frame, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (left), parts->size, FALSE, FALSE, 0);
  gtk_grid_attach (rows->grid, left, 0, 0, 1, rows->row);
}

/* The light stands right of the entry and its button. */
static void
add_light (UpscaleFormGrid *rows, const UpscaleDialogParts *parts)
{
  GtkWidget *box = gtk_grid_get_child_at (rows->grid, rows->column + 1, rows->row - 1);

  gtk_box_pack_start (GTK_BOX (box), parts->light, FALSE, FALSE, 0);
}

/**
 * upscale_dialog_pages_make_picture:
 * @request: the dialog's input; must outlive the page
 * @parts: widgets of the page; must outlive the page's making
 *
 * Returns: (transfer floating): the first page: presets, prompts, scale and endpoints
 */
GtkWidget *
upscale_dialog_pages_make_picture (const UpscaleDialogRequest *request,
                                   const UpscaleDialogParts   *parts)
{
  UpscaleFormGrid rows;

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (parts != NULL, NULL);

  rows = upscale_form_grid_new (G_OBJECT (request->config), 1);
  add_section (&rows, request, UPSCALE_ARGUMENT_SECTION_REPAINT);
  add_presets (&rows, request);
  add_section (&rows, request, UPSCALE_ARGUMENT_SECTION_PICTURE);
  add_light (&rows, parts);
  add_map (&rows, parts);
  return GTK_WIDGET (rows.grid);
}

/**
 * upscale_dialog_pages_make_model:
 * @request: the dialog's input; must outlive the page
 *
 * Returns: (transfer floating): the page with the model and its parameters
 */
GtkWidget *
upscale_dialog_pages_make_model (const UpscaleDialogRequest *request)
{
  UpscaleFormGrid rows;

  g_return_val_if_fail (request != NULL, NULL);

  rows = upscale_form_grid_new (G_OBJECT (request->config), 0);
  add_section (&rows, request, UPSCALE_ARGUMENT_SECTION_MODEL);
  add_section (&rows, request, UPSCALE_ARGUMENT_SECTION_SAMPLING);
  return GTK_WIDGET (rows.grid);
}

/**
 * upscale_dialog_pages_make_tiles:
 * @request: the dialog's input; must outlive the page
 *
 * Returns: (transfer floating): the page with the grid of tiles and the dispatch
 */
GtkWidget *
upscale_dialog_pages_make_tiles (const UpscaleDialogRequest *request)
{
  UpscaleFormGrid rows;

  g_return_val_if_fail (request != NULL, NULL);

  rows = upscale_form_grid_new (G_OBJECT (request->config), 0);
  add_section (&rows, request, UPSCALE_ARGUMENT_SECTION_TILES);
  add_section (&rows, request, UPSCALE_ARGUMENT_SECTION_DISPATCH);
  return GTK_WIDGET (rows.grid);
}
