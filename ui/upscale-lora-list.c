/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-lora-list.h"

#include <glib/gi18n.h>

#include "upscale-completions.h"
#include "upscale-control.h"
#include "upscale-number-entry.h"

#define SPACING_PX 6
#define NAME_WIDTH_CHARS 18
#define DEFAULT_WEIGHT 0.5
#define MAX_WEIGHT 4.0
#define WEIGHT_STEP 0.05
#define WEIGHT_DIGITS 2

/* Rows of name and weight that show and change one argument, such as
 * `detail:0.5, sharp:0.3`. Freed with its widgets. */
typedef struct
{
  GObject      *config;
  char         *property;
  GtkTreeModel *names;
  GtkWidget    *rows;
  gboolean      is_writing;
} LoraList;

static void
lora_list_free (gpointer data)
{
  LoraList *self = data;

  g_signal_handlers_disconnect_by_data (self->config, self);
  g_object_unref (self->config);
  g_object_unref (self->names);
  g_free (self->property);
  g_free (self);
}

static GtkWidget *
get_child (GtkWidget *row, guint index)
{
  g_autoptr (GList) children = gtk_container_get_children (GTK_CONTAINER (row));

  return g_list_nth_data (children, index);
}

/* A row without a name is one that the user is still typing, so it is not written. */
static void
write_rows (LoraList *self)
{
  g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (self->rows));
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *row = rows; row; row = row->next)
    {
      const char *name = gtk_entry_get_text (GTK_ENTRY (get_child (row->data, 0)));
      double      weight =
          gtk_spin_button_get_value (GTK_SPIN_BUTTON (get_child (row->data, 1)));
      char digits[G_ASCII_DTOSTR_BUF_SIZE];

      if (*name != '\0')
        g_string_append_printf (text, "%s%s:%s", text->len > 0 ? ", " : "", name,
                                g_ascii_formatd (digits, sizeof digits, "%g", weight));
    }
  self->is_writing = TRUE;
  g_object_set (self->config, self->property, text->str, NULL);
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
  LoraList *self = user_data;

  gtk_widget_destroy (gtk_widget_get_parent (GTK_WIDGET (button)));
  write_rows (self);
}

static GtkWidget *
add_row (LoraList *self, const char *name, double weight)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *spin =
      upscale_number_entry_new (0.0, MAX_WEIGHT, WEIGHT_STEP, WEIGHT_DIGITS);
  GtkWidget *remove =
      upscale_control_new_icon_button ("list-remove-symbolic", _ ("Remove this LoRA"),
                                       G_CALLBACK (on_remove_clicked), self);

  gtk_entry_set_text (GTK_ENTRY (entry), name);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), NAME_WIDTH_CHARS);
  upscale_completions_attach (self->names, entry);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), weight);
  upscale_control_set_name (entry, _ ("Name of the LoRA, as the server lists it"));
  upscale_control_set_name (spin, _ ("Weight of the LoRA"));
  gtk_box_pack_start (GTK_BOX (row), entry, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), spin, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), remove, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->rows), row, FALSE, FALSE, 0);
  gtk_widget_show_all (row);
  g_signal_connect (entry, "changed", G_CALLBACK (on_row_changed), self);
  g_signal_connect (spin, "value-changed", G_CALLBACK (on_row_changed), self);
  return entry;
}

static void
on_add_clicked (GtkButton *button, gpointer user_data)
{
  gtk_widget_grab_focus (add_row (user_data, "", DEFAULT_WEIGHT));
}

static void
remove_row (GtkWidget *row, gpointer user_data)
{
  gtk_widget_destroy (row);
}

static void
read_rows (LoraList *self)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;

  g_object_get (self->config, self->property, &text, NULL);
  parts = g_strsplit (text ? text : "", ",", -1);
  gtk_container_foreach (GTK_CONTAINER (self->rows), remove_row, NULL);
  for (char **part = parts; *part; part++)
    {
      char *colon = strrchr (*part, ':');

      if (colon)
        *colon = '\0';
      if (*g_strstrip (*part) != '\0')
        add_row (self, *part, colon ? g_ascii_strtod (colon + 1, NULL) : DEFAULT_WEIGHT);
    }
}

static void
on_property_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  LoraList *self = user_data;

  if (!self->is_writing)
    read_rows (self);
}

/**
 * upscale_lora_list_new:
 * @config: an object with the arguments of the table as properties
 * @property: name of the argument that holds the LoRAs
 * @names: names of LoRAs, offered while the user types one
 *
 * Returns: (transfer floating): a widget to add, change and remove LoRAs
 */
GtkWidget *
upscale_lora_list_new (GObject *config, const char *property, GtkTreeModel *names)
{
  LoraList        *self;
  GtkWidget       *box;
  GtkWidget       *add;
  g_autofree char *signal = NULL;

  g_return_val_if_fail (G_IS_OBJECT (config), NULL);
  g_return_val_if_fail (property != NULL, NULL);
  g_return_val_if_fail (GTK_IS_TREE_MODEL (names), NULL);

  self = g_new0 (LoraList, 1);
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  add = gtk_button_new_with_mnemonic (_ ("Add a L_oRA"));
  signal = g_strconcat ("notify::", property, NULL);
  self->config = g_object_ref (config);
  self->property = g_strdup (property);
  self->names = g_object_ref (names);
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  gtk_widget_set_halign (add, GTK_ALIGN_START);
  gtk_box_pack_start (GTK_BOX (box), self->rows, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), add, FALSE, FALSE, 0);
  g_signal_connect (add, "clicked", G_CALLBACK (on_add_clicked), self);
  g_signal_connect (config, signal, G_CALLBACK (on_property_changed), self);
  g_object_set_data_full (G_OBJECT (box), "lora-list", self, lora_list_free);
  read_rows (self);
  return box;
}
