/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-size-row.h"

#include <glib/gi18n.h>
#include <math.h>

#include "upscale-argument-table.h"
#include "upscale-control.h"
#include "upscale-number-entry.h"

#define SPACING_PX 6
#define SCALE "scale"
#define STEP 1.0
#define ROW_KEY "upscale-size-row"
#define WIDTH_CHARS 6
#define UNIT_ROW 1 /* GIMP's size entry puts the units there */

enum
{
  WIDTH,
  HEIGHT,
  N_SIDES
};

/* The size of the result in GIMP's size entry, which changes with the scale and changes
 * it. Freed with its widgets. */
typedef struct
{
  GObject       *config;
  UpscaleSize    layer;
  UpscaleSize    repainted; /* what the layer was made from; 0 x 0 if nothing is known */
  GimpSizeEntry *entry;
  GtkWidget     *ppi;
  gboolean       is_writing;
} SizeRow;

static int
get_side (const SizeRow *self, int side)
{
  gboolean           repaints = FALSE;
  const UpscaleSize *source;

  g_object_get (self->config, "repaint-selection", &repaints, NULL);
  source = repaints && self->repainted.width_px > 0 ? &self->repainted : &self->layer;
  return side == WIDTH ? source->width_px : source->height_px;
}

/* Shows the size at the current scale. */
static void
on_scale_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  SizeRow *self = g_object_get_data (user_data, ROW_KEY);
  double   scale = 1.0;

  if (self->is_writing)
    return;
  g_object_get (config, SCALE, &scale, NULL);
  self->is_writing = TRUE;
  for (int side = 0; side < N_SIDES; side++)
    gimp_size_entry_set_refval (self->entry, side, round (get_side (self, side) * scale));
  self->is_writing = FALSE;
}

/* The other side follows by the scale. The side that the user types stays as typed. */
static void
on_size_changed (GimpSizeEntry *entry, gpointer user_data)
{
  SizeRow *self = user_data;
  double   before = 1.0;
  int      changed = WIDTH;
  double   scale;

  if (self->is_writing)
    return;
  g_object_get (self->config, SCALE, &before, NULL);
  if (round (gimp_size_entry_get_refval (entry, WIDTH)) ==
      round (get_side (self, WIDTH) * before))
    changed = HEIGHT;
  scale = gimp_size_entry_get_refval (entry, changed) / get_side (self, changed);
  self->is_writing = TRUE;
  g_object_set (self->config, SCALE, scale, NULL);
  gimp_size_entry_set_refval (entry, N_SIDES - 1 - changed,
                              round (get_side (self, N_SIDES - 1 - changed) * scale));
  self->is_writing = FALSE;
}

/* The size in pixels stays, as in GIMP's own dialogs. */
static void
on_ppi_changed (GtkSpinButton *spin, gpointer user_data)
{
  SizeRow *self = user_data;

  self->is_writing = TRUE;
  for (int side = 0; side < N_SIDES; side++)
    gimp_size_entry_set_resolution (self->entry, side, gtk_spin_button_get_value (spin),
                                    TRUE);
  self->is_writing = FALSE;
  on_scale_changed (self->config, NULL, self->entry);
}

/* GIMP's size entry reads the text with its own parser, which knows the separator of the
 * locale only, so that parser is taken off. */
static GtkWidget *
make_side (SizeRow *self, const char *name)
{
  GtkWidget *spin = upscale_number_entry_new (1.0, GIMP_MAX_IMAGE_SIZE, STEP, 0);

  gtk_entry_set_width_chars (GTK_ENTRY (spin), WIDTH_CHARS);
  atk_object_set_name (gtk_widget_get_accessible (spin), name);
  upscale_number_entry_round (UPSCALE_NUMBER_ENTRY (spin));
  gimp_size_entry_add_field (self->entry, GTK_SPIN_BUTTON (spin), NULL);
  g_signal_handlers_disconnect_matched (spin, G_SIGNAL_MATCH_ID,
                                        g_signal_lookup ("input", GTK_TYPE_SPIN_BUTTON),
                                        0, NULL, NULL, NULL);
  return spin;
}

static void
fill_entry (SizeRow *self)
{
  const UpscaleArgument *scale = upscale_argument_table_find (SCALE);
  GtkGrid               *grid = GTK_GRID (self->entry);
  /* A further field becomes the first one. */
  GtkWidget *height = make_side (self, _ ("Height"));
  GtkWidget *width = make_side (self, _ ("Width"));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  gtk_grid_set_column_spacing (grid, SPACING_PX);
  gtk_box_pack_start (GTK_BOX (box), width, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), gtk_label_new ("×"), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), height, FALSE, FALSE, 0);
  gtk_grid_attach (grid, box, 0, UNIT_ROW, 1, 1);
  for (int side = 0; side < N_SIDES; side++)
    {
      gimp_size_entry_set_resolution (self->entry, side, self->layer.ppi, TRUE);
      gimp_size_entry_set_refval_boundaries (self->entry, side,
                                             round (get_side (self, side) * scale->least),
                                             round (get_side (self, side) * scale->most));
    }
}

#define N_UNITS 4
#define INCH_CM 2.54
#define TOLERANCE 1e-4

/* GIMP has centimeters only in the user's list of units, which may lack them. */
static GimpUnit *
find_cm (void)
{
  GimpUnit *unit = gimp_unit_mm ();

  for (int id = gimp_unit_get_id (unit);
       unit && fabs (gimp_unit_get_factor (unit) - INCH_CM) > TOLERANCE; id++)
    unit = gimp_unit_get_by_id (id + 1);
  return unit;
}

/* Returns %NULL for a unit that GIMP lacks. */
static GimpUnit *
get_unit (int index)
{
  switch (index)
    {
    case 1:
      return gimp_unit_inch ();
    case 2:
      return find_cm ();
    case 3:
      return gimp_unit_mm ();
    default:
      return gimp_unit_pixel ();
    }
}

static void
on_unit_chosen (GtkComboBox *combo, gpointer user_data)
{
  SizeRow *self = user_data;
  int      chosen = (int) g_ascii_strtoll (gtk_combo_box_get_active_id (combo), NULL, 10);

  self->is_writing = TRUE;
  gimp_size_entry_set_unit (self->entry, get_unit (chosen));
  self->is_writing = FALSE;
  on_scale_changed (self->config, NULL, self->entry);
}

/* The menu of GIMP's own list of units does not open in a plug-in's dialog (GIMP 3.0.4).
 */
static GtkWidget *
make_units (SizeRow *self)
{
  GtkWidget *combo = gtk_combo_box_text_new ();

  gimp_size_entry_show_unit_menu (self->entry, FALSE);
  gtk_widget_set_no_show_all (gimp_size_entry_get_unit_combo (self->entry), TRUE);
  for (int i = 0; i < N_UNITS; i++)
    {
      GimpUnit *unit = get_unit (i);
      char      id[] = { (char) ('0' + i), '\0' };

      if (unit)
        gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), id,
                                   gimp_unit_get_abbreviation (unit));
    }
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), 0);
  upscale_control_set_name (combo, _ ("Unit"));
  g_signal_connect (combo, "changed", G_CALLBACK (on_unit_chosen), self);
  return combo;
}

static GtkWidget *
make_ppi (SizeRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->ppi =
      upscale_number_entry_new (GIMP_MIN_RESOLUTION, GIMP_MAX_RESOLUTION, STEP, 0);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->ppi), self->layer.ppi);
  upscale_control_set_name (self->ppi, _ ("Pixels per inch"));
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->ppi,
                               _ ("Pixels per inch for sizes in units of length. "
                                  "The image keeps its own resolution"));
  g_signal_connect (self->ppi, "value-changed", G_CALLBACK (on_ppi_changed), self);
  gtk_box_pack_start (GTK_BOX (box), self->ppi, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), gtk_label_new (_ ("ppi")), FALSE, FALSE, 0);
  return box;
}

/**
 * upscale_size_row_add:
 * @rows: a page
 * @layer: the size of the layer
 * @repainted: the size of the layer that @layer was made from, or zeros
 *
 * Adds a row with the size of the result, in pixels or in a unit of length. The row and
 * the argument `scale` follow each other.
 *
 * Returns: (transfer none): the entry
 */
GtkWidget *
upscale_size_row_add (UpscaleFormGrid *rows, UpscaleSize layer, UpscaleSize repainted)
{
  SizeRow   *self;
  GtkWidget *entry;
  GtkWidget *box;

  g_return_val_if_fail (rows != NULL, NULL);
  g_return_val_if_fail (layer.width_px > 0 && layer.height_px > 0, NULL);

  self = g_new0 (SizeRow, 1);
  entry = gimp_size_entry_new (0, gimp_unit_pixel (), "%a", TRUE, FALSE, FALSE, -1,
                               GIMP_SIZE_ENTRY_UPDATE_SIZE);
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  self->config = rows->config;
  self->layer = layer;
  self->repainted = repainted;
  self->entry = GIMP_SIZE_ENTRY (entry);
  self->is_writing = TRUE;
  g_object_set_data_full (G_OBJECT (entry), ROW_KEY, self, g_free);
  fill_entry (self);
  gtk_box_pack_start (GTK_BOX (box), entry, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_units (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_ppi (self), FALSE, FALSE, 0);
  upscale_form_grid_add_row (rows, _ ("Result"), entry, box);
  self->is_writing = FALSE;
  on_scale_changed (rows->config, NULL, entry);
  g_signal_connect_object (rows->config, "notify::" SCALE, G_CALLBACK (on_scale_changed),
                           entry, 0);
  g_signal_connect_object (rows->config, "notify::repaint-selection",
                           G_CALLBACK (on_scale_changed), entry, 0);
  g_signal_connect (entry, "value-changed", G_CALLBACK (on_size_changed), self);
  return entry;
}
