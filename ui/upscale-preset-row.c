/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-preset-row.h"

#include <glib/gi18n.h>

#include "upscale-control.h"

#define SPACING_PX 6
#define NAME_WIDTH_CHARS 30
#define NONE_ID "none"

/* A combo box of presets with its buttons. Freed with its widgets. */
typedef struct
{
  UpscalePresets *presets;
  GPtrArray      *list;
  GObject        *config;
  GtkWidget      *combo;
  GtkWidget      *delete_button;
} PresetRow;

static void
preset_row_free (gpointer data)
{
  PresetRow *self = data;

  g_ptr_array_unref (self->list);
  g_object_unref (self->config);
  g_free (self);
}

static const UpscalePreset *
get_chosen (PresetRow *self)
{
  int index = gtk_combo_box_get_active (GTK_COMBO_BOX (self->combo)) - 1;

  return index >= 0 && index < (int) self->list->len ? self->list->pdata[index] : NULL;
}

static GtkWindow *
get_window (PresetRow *self)
{
  return GTK_WINDOW (gtk_widget_get_toplevel (self->combo));
}

static gboolean
confirm (PresetRow *self, const char *question, const char *button)
{
  GtkWidget *dialog =
      gtk_message_dialog_new (get_window (self), GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                              GTK_BUTTONS_NONE, "%s", question);
  gboolean is_confirmed;

  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _ ("_Cancel"), GTK_RESPONSE_CANCEL, button,
                          GTK_RESPONSE_OK, NULL);
  is_confirmed = gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_OK;
  gtk_widget_destroy (dialog);
  return is_confirmed;
}

static void
complain (PresetRow *self, const GError *error)
{
  GtkWidget *dialog =
      gtk_message_dialog_new (get_window (self), GTK_DIALOG_MODAL, GTK_MESSAGE_ERROR,
                              GTK_BUTTONS_CLOSE, "%s", error->message);

  gtk_dialog_run (GTK_DIALOG (dialog));
  gtk_widget_destroy (dialog);
}

static void
on_preset_chosen (GtkComboBox *combo, gpointer user_data)
{
  PresetRow           *self = user_data;
  const UpscalePreset *preset = get_chosen (self);
  g_autoptr (GError) error = NULL;

  gtk_widget_set_sensitive (self->delete_button, preset && preset->is_own);
  if (!preset || upscale_presets_apply (preset, self->config, &error))
    return;
  g_prefix_error (&error, _ ("Not all of the preset '%s' could be used: "), preset->name);
  complain (self, error);
}

/* Lists the presets anew and selects @name, without changing any argument. */
static void
refill (PresetRow *self, const char *name)
{
  GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT (self->combo);
  int              active = 0;

  g_signal_handlers_block_by_func (combo, on_preset_chosen, self);
  g_clear_pointer (&self->list, g_ptr_array_unref);
  self->list = upscale_presets_list (self->presets);
  gtk_combo_box_text_remove_all (combo);
  gtk_combo_box_text_append (combo, NONE_ID, _ ("(none)"));
  for (guint i = 0; i < self->list->len; i++)
    {
      const UpscalePreset *preset = self->list->pdata[i];

      gtk_combo_box_text_append_text (combo, preset->name);
      if (name && preset->is_own && g_str_equal (preset->name, name))
        active = (int) i + 1;
    }
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), active);
  gtk_widget_set_sensitive (self->delete_button, active > 0);
  g_signal_handlers_unblock_by_func (combo, on_preset_chosen, self);
}

static char *
ask_name (PresetRow *self)
{
  GtkWidget *dialog =
      gtk_dialog_new_with_buttons (_ ("Save Preset"), get_window (self), GTK_DIALOG_MODAL,
                                   _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Save"),
                                   GTK_RESPONSE_OK, NULL);
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("_Name of the preset:"));
  GtkWidget *entry = gtk_entry_new ();
  char      *name = NULL;

  gtk_container_set_border_width (GTK_CONTAINER (dialog), 2 * SPACING_PX);
  gtk_box_set_spacing (GTK_BOX (content), SPACING_PX);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0F);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), NAME_WIDTH_CHARS);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  gtk_box_pack_start (GTK_BOX (content), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), entry, FALSE, FALSE, 0);
  gtk_widget_show_all (dialog);
  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_OK)
    name = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (entry))));
  gtk_widget_destroy (dialog);
  return name;
}

static void
on_save_clicked (GtkButton *button, gpointer user_data)
{
  PresetRow       *self = user_data;
  g_autofree char *name = ask_name (self);
  g_autofree char *question = NULL;
  g_autoptr (GError) error = NULL;

  if (!name || *name == '\0')
    return;
  question = g_strdup_printf (_ ("There is a preset '%s' already. Replace it?"), name);
  if (upscale_presets_has (self->presets, name) &&
      !confirm (self, question, _ ("_Replace")))
    return;
  if (!upscale_presets_save (self->presets, name, self->config, &error))
    complain (self, error);
  refill (self, name);
}

static void
on_delete_clicked (GtkButton *button, gpointer user_data)
{
  PresetRow           *self = user_data;
  const UpscalePreset *preset = get_chosen (self);
  g_autofree char     *question = NULL;
  g_autoptr (GError) error = NULL;

  if (!preset)
    return;
  question = g_strdup_printf (_ ("Delete the preset '%s'?"), preset->name);
  if (!confirm (self, question, _ ("_Delete")))
    return;
  if (!upscale_presets_delete (preset, &error))
    complain (self, error);
  refill (self, NULL);
}

/**
 * upscale_preset_row_new:
 * @presets: the presets; must outlive the row
 * @config: an object with the arguments of the table as properties, changed by a preset
 * @combo: (out) (transfer none): the combo box, for the mnemonic of the row's label
 *
 * Returns: (transfer floating): a combo box of presets with buttons to save and delete
 * one
 */
GtkWidget *
upscale_preset_row_new (UpscalePresets *presets, GObject *config, GtkWidget **combo)
{
  PresetRow *self;
  GtkWidget *box;
  GtkWidget *save;

  g_return_val_if_fail (presets != NULL, NULL);
  g_return_val_if_fail (G_IS_OBJECT (config), NULL);
  g_return_val_if_fail (combo != NULL, NULL);

  self = g_new0 (PresetRow, 1);
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  save = upscale_control_new_icon_button ("document-save-as", _ ("Save as a preset"),
                                          G_CALLBACK (on_save_clicked), self);
  self->presets = presets;
  self->config = g_object_ref (config);
  self->combo = gtk_combo_box_text_new ();
  self->delete_button =
      upscale_control_new_icon_button ("edit-delete", _ ("Delete this preset"),
                                       G_CALLBACK (on_delete_clicked), self);
  gtk_box_pack_start (GTK_BOX (box), self->combo, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), save, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->delete_button, FALSE, FALSE, 0);
  g_signal_connect (self->combo, "changed", G_CALLBACK (on_preset_chosen), self);
  g_object_set_data_full (G_OBJECT (box), "preset-row", self, preset_row_free);
  refill (self, NULL);
  *combo = self->combo;
  return box;
}
