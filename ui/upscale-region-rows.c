/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-region-rows.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-drawable-combo.h"
#include "upscale-number.h"
#include "upscale-region-list.h"
#include "upscale-tile-settings.h"

#define SPACING_PX 6
#define TEXT_WIDTH_CHARS 18
#define STRENGTH_WIDTH_CHARS 6

/* The children of a row. */
enum
{
  DRAWABLE,
  PROMPT,
  NEGATIVE_PROMPT,
  STRENGTH,
};

/* Rows that show and change one argument, the list of regions. Freed with its widgets. */
typedef struct
{
  GObject   *config;
  char      *property;
  GimpImage *image;
  GtkWidget *rows;
  gboolean   is_writing;
} RegionRows;

static void
region_rows_free (gpointer data)
{
  RegionRows *self = data;

  g_signal_handlers_disconnect_by_data (self->config, self);
  g_object_unref (self->config);
  g_object_unref (self->image);
  g_free (self->property);
  g_free (self);
}

static GtkWidget *
get_child (GtkWidget *row, guint index)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (row));

  return g_list_nth_data (children, index);
}

static const char *
get_text (GtkWidget *row, guint index)
{
  return gtk_entry_get_text (GTK_ENTRY (get_child (row, index)));
}

/* A text that is no number keeps the strength of the picture, and the entry says so. */
static double
read_strength (GtkWidget *row)
{
  GtkEntry   *entry = GTK_ENTRY (get_child (row, STRENGTH));
  const char *text = gtk_entry_get_text (entry);
  double      strength = UPSCALE_TILE_SETTINGS_NO_STRENGTH;
  gboolean    is_good = *text == '\0' || (upscale_number_parse (text, FALSE, &strength) &&
                                       strength >= 0.0 && strength <= 1.0);

  gtk_entry_set_icon_from_icon_name (entry, GTK_ENTRY_ICON_SECONDARY,
                                     is_good ? NULL : "dialog-warning");
  gtk_entry_set_icon_tooltip_text (entry, GTK_ENTRY_ICON_SECONDARY,
                                   is_good ? NULL : _ ("Write a number from 0 to 1"));
  return is_good && *text != '\0' ? strength : UPSCALE_TILE_SETTINGS_NO_STRENGTH;
}

/* A row without a drawable is one that the user is still filling in, so it is not
 * written. */
static void
write_rows (RegionRows *self)
{
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (self->rows));
  g_autoptr (GPtrArray) entries = upscale_region_list_new ();
  g_autofree char *text = NULL;

  for (GList *row = rows; row; row = row->next)
    {
      g_autofree char *name =
          upscale_drawable_combo_dup_name (get_child (row->data, DRAWABLE));
      UpscaleRegionEntry entry = { name, (char *) get_text (row->data, PROMPT),
                                   (char *) get_text (row->data, NEGATIVE_PROMPT),
                                   read_strength (row->data) };

      if (*name != '\0')
        upscale_region_list_add (entries, &entry);
    }
  text = upscale_region_list_join (entries);
  self->is_writing = TRUE;
  g_object_set (self->config, self->property, text, NULL);
  self->is_writing = FALSE;
}

static void
on_row_changed (GtkWidget *control, gpointer user_data)
{
  write_rows (user_data);
}

static void
on_remove_clicked (GtkButton *button, gpointer user_data)
{
  RegionRows *self = user_data;

  gtk_widget_destroy (gtk_widget_get_parent (GTK_WIDGET (button)));
  write_rows (self);
}

static GtkWidget *
add_entry (RegionRows *self,
           GtkWidget  *row,
           const char *text,
           const char *placeholder,
           const char *name)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_text (GTK_ENTRY (entry), text);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), placeholder);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), TEXT_WIDTH_CHARS);
  upscale_control_set_name (entry, name);
  gtk_box_pack_start (GTK_BOX (row), entry, TRUE, TRUE, 0);
  g_signal_connect (entry, "changed", G_CALLBACK (on_row_changed), self);
  return entry;
}

static void
add_strength (RegionRows *self, GtkWidget *row, double strength)
{
  g_autofree char *text =
      strength >= 0.0 ? upscale_number_format (strength, 1) : g_strdup ("");
  const char *placeholder = _ ("Strength");
  GtkWidget  *entry = add_entry (self, row, text, placeholder,
                                 _ ("Strength of the region; empty: as the picture"));

  gtk_entry_set_width_chars (GTK_ENTRY (entry),
                             MAX (STRENGTH_WIDTH_CHARS,
                                  (int) g_utf8_strlen (placeholder, -1)));
  gtk_box_set_child_packing (GTK_BOX (row), entry, FALSE, FALSE, 0, GTK_PACK_START);
}

static GtkWidget *
add_row (RegionRows *self, const UpscaleRegionEntry *entry)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *combo = upscale_drawable_combo_new (self->image, _ ("Choose..."));
  GtkWidget *remove =
      upscale_control_new_icon_button ("list-remove-symbolic", _ ("Remove this region"),
                                       G_CALLBACK (on_remove_clicked), self);

  upscale_drawable_combo_choose_name (combo, entry->name);
  upscale_control_set_name (combo, _ ("Channel, layer mask or layer of the region"));
  gtk_box_pack_start (GTK_BOX (row), combo, FALSE, FALSE, 0);
  g_signal_connect (combo, "changed", G_CALLBACK (on_row_changed), self);
  add_entry (self, row, entry->prompt, _ ("Prompt"), _ ("Prompt of the region"));
  add_entry (self, row, entry->negative_prompt, _ ("Negative prompt"),
             _ ("Negative prompt of the region"));
  add_strength (self, row, entry->strength);
  gtk_box_pack_start (GTK_BOX (row), remove, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->rows), row, FALSE, FALSE, 0);
  gtk_widget_show_all (row);
  return combo;
}

static void
on_add_clicked (GtkButton *button, gpointer user_data)
{
  char               empty[] = "";
  UpscaleRegionEntry entry = { empty, empty, empty, UPSCALE_TILE_SETTINGS_NO_STRENGTH };

  gtk_widget_grab_focus (add_row (user_data, &entry));
}

static void
remove_row (GtkWidget *row, gpointer user_data)
{
  gtk_widget_destroy (row);
}

/* A text that can't be read stays as it is until the user adds a row; the forecast says
 * why. */
static void
read_rows (RegionRows *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  g_object_get (self->config, self->property, &text, NULL);
  entries = upscale_region_list_parse (text ? text : "", NULL);
  gtk_container_foreach (GTK_CONTAINER (self->rows), remove_row, NULL);
  for (guint i = 0; entries && i < entries->len; i++)
    add_row (self, entries->pdata[i]);
}

static void
on_property_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  RegionRows *self = user_data;

  if (!self->is_writing)
    read_rows (self);
}

/**
 * upscale_region_rows_new:
 * @config: an object with the arguments of the table as properties
 * @property: name of the argument that holds the regions
 * @image: the image, whose channels, layers and masks can be regions
 *
 * Returns: (transfer floating): a widget to add, change and remove regions
 */
GtkWidget *
upscale_region_rows_new (GObject *config, const char *property, GimpImage *image)
{
  RegionRows      *self;
  GtkWidget       *box;
  GtkWidget       *add;
  g_autofree char *signal = NULL;

  g_return_val_if_fail (G_IS_OBJECT (config), NULL);
  g_return_val_if_fail (property != NULL, NULL);
  g_return_val_if_fail (GIMP_IS_IMAGE (image), NULL);

  self = g_new0 (RegionRows, 1);
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  add = gtk_button_new_with_mnemonic (_ ("Add a _region"));
  signal = g_strconcat ("notify::", property, NULL);
  self->config = g_object_ref (config);
  self->property = g_strdup (property);
  self->image = g_object_ref (image);
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  gtk_widget_set_halign (add, GTK_ALIGN_START);
  gtk_widget_set_hexpand (box, TRUE);
  gtk_box_pack_start (GTK_BOX (box), self->rows, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), add, FALSE, FALSE, 0);
  g_signal_connect (add, "clicked", G_CALLBACK (on_add_clicked), self);
  g_signal_connect (config, signal, G_CALLBACK (on_property_changed), self);
  g_object_set_data_full (G_OBJECT (box), "region-rows", self, region_rows_free);
  read_rows (self);
  return box;
}
