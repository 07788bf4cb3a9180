/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of the channels, layers and layer masks of an image. */
#include "upscale-drawable-combo.h"

#include <glib/gi18n.h>

/* Longer names are shortened, so that the dialog keeps its width. */
#define SHOWN_CHARS 24

enum
{
  COLUMN_SHOWN,
  COLUMN_NAME,
  COLUMN_DRAWABLE,
  N_COLUMNS
};

static void
append (GtkListStore *store, GimpItem *item, const char *format)
{
  g_autofree char *name = gimp_item_get_name (item);
  g_autofree char *shown = g_strdup_printf (format, name);

  gtk_list_store_insert_with_values (store, NULL, -1, COLUMN_SHOWN, shown, COLUMN_NAME,
                                     name, COLUMN_DRAWABLE, item, -1);
}

static void
append_layers (GtkListStore *store, GimpItem **layers)
{
  for (; *layers; layers++)
    {
      GimpLayerMask        *mask = gimp_layer_get_mask (GIMP_LAYER (*layers));
      g_autofree GimpItem **children =
          gimp_item_is_group (*layers) ? gimp_item_get_children (*layers) : NULL;

      append (store, *layers, _ ("%s (layer)"));
      if (mask)
        append (store, GIMP_ITEM (mask), _ ("%s (mask)"));
      if (children)
        append_layers (store, children);
    }
}

static GtkListStore *
list_drawables (GimpImage *image, const char *none)
{
  GtkListStore *store =
      gtk_list_store_new (N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING, GIMP_TYPE_DRAWABLE);
  g_autofree GimpItem **channels = (GimpItem **) gimp_image_get_channels (image);
  g_autofree GimpItem **layers = (GimpItem **) gimp_image_get_layers (image);

  gtk_list_store_insert_with_values (store, NULL, -1, COLUMN_SHOWN, none, COLUMN_NAME, "",
                                     COLUMN_DRAWABLE, NULL, -1);
  for (GimpItem **channel = channels; *channel; channel++)
    append (store, *channel, _ ("%s (channel)"));
  append_layers (store, layers);
  return store;
}

/**
 * upscale_drawable_combo_new:
 * @image: the image
 * @none: the words for no choice
 *
 * Returns: (transfer floating): a combo box with the drawables that @image has now
 */
GtkWidget *
upscale_drawable_combo_new (GimpImage *image, const char *none)
{
  g_autoptr (GtkListStore) store = NULL;
  GtkWidget       *combo;
  GtkCellRenderer *cell;

  g_return_val_if_fail (GIMP_IS_IMAGE (image), NULL);
  g_return_val_if_fail (none != NULL, NULL);

  store = list_drawables (image, none);
  combo = gtk_combo_box_new_with_model (GTK_TREE_MODEL (store));
  cell = gtk_cell_renderer_text_new ();
  g_object_set (cell, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", SHOWN_CHARS, NULL);
  gtk_cell_layout_pack_start (GTK_CELL_LAYOUT (combo), cell, TRUE);
  gtk_cell_layout_add_attribute (GTK_CELL_LAYOUT (combo), cell, "text", COLUMN_SHOWN);
  gtk_combo_box_set_id_column (GTK_COMBO_BOX (combo), COLUMN_NAME);
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), 0);
  return combo;
}

/**
 * upscale_drawable_combo_choose:
 * @combo: a combo box
 * @drawable: (nullable): a drawable of the image, or %NULL for none
 */
void
upscale_drawable_combo_choose (GtkWidget *combo, GimpDrawable *drawable)
{
  GtkTreeModel *model;
  GtkTreeIter   iter;
  gboolean      is_there;

  g_return_if_fail (GTK_IS_COMBO_BOX (combo));

  model = gtk_combo_box_get_model (GTK_COMBO_BOX (combo));
  for (is_there = gtk_tree_model_get_iter_first (model, &iter); is_there;
       is_there = gtk_tree_model_iter_next (model, &iter))
    {
      g_autoptr (GimpDrawable) listed = NULL;

      gtk_tree_model_get (model, &iter, COLUMN_DRAWABLE, &listed, -1);
      if (listed == drawable)
        {
          gtk_combo_box_set_active_iter (GTK_COMBO_BOX (combo), &iter);
          return;
        }
    }
}

/**
 * upscale_drawable_combo_choose_name:
 * @combo: a combo box
 * @name: a name, which is added to the list if the image has nothing of that name
 */
void
upscale_drawable_combo_choose_name (GtkWidget *combo, const char *name)
{
  GtkListStore *store;

  g_return_if_fail (GTK_IS_COMBO_BOX (combo));
  g_return_if_fail (name != NULL);

  if (gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), name))
    return;
  store = GTK_LIST_STORE (gtk_combo_box_get_model (GTK_COMBO_BOX (combo)));
  gtk_list_store_insert_with_values (store, NULL, -1, COLUMN_SHOWN, name, COLUMN_NAME,
                                     name, COLUMN_DRAWABLE, NULL, -1);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), name);
}

/**
 * upscale_drawable_combo_get_drawable:
 * @combo: a combo box
 *
 * Returns: (transfer none) (nullable): the chosen drawable
 */
GimpDrawable *
upscale_drawable_combo_get_drawable (GtkWidget *combo)
{
  GimpDrawable *drawable = NULL;
  GtkTreeIter   iter;

  g_return_val_if_fail (GTK_IS_COMBO_BOX (combo), NULL);

  if (!gtk_combo_box_get_active_iter (GTK_COMBO_BOX (combo), &iter))
    return NULL;
  gtk_tree_model_get (gtk_combo_box_get_model (GTK_COMBO_BOX (combo)), &iter,
                      COLUMN_DRAWABLE, &drawable, -1);
  /* The list keeps a reference of its own. */
  if (drawable)
    g_object_unref (drawable);
  return drawable;
}

/**
 * upscale_drawable_combo_dup_name:
 * @combo: a combo box
 *
 * Returns: (transfer full): the name of the chosen drawable, "" for none
 */
char *
upscale_drawable_combo_dup_name (GtkWidget *combo)
{
  const char *name;

  g_return_val_if_fail (GTK_IS_COMBO_BOX (combo), NULL);

  name = gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo));
  return g_strdup (name ? name : "");
}
