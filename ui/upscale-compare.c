/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-compare.h"

#include <glib/gi18n.h>

#include "upscale-control.h"

#define SPACING_PX 6
#define STEP 0.01
#define PAGE 0.1
#define MIDDLE 0.5

/**
 * UpscaleCompare:
 *
 * Two pictures with a divider between them that the user drags, a slider that moves the
 * divider by keys too, and buttons that zoom.
 */
struct _UpscaleCompare
{
  GtkBox parent_instance;

  GtkAdjustment        *divider;
  UpscaleCompareCanvas *canvas;
  GtkWidget            *row; /* slider and buttons */
  GtkWidget            *percent;
  GtkWidget            *zoom_in;
  GtkWidget            *zoom_out;
  GtkWidget            *whole;
};

G_DEFINE_FINAL_TYPE (UpscaleCompare, upscale_compare, GTK_TYPE_BOX)

static void
step (UpscaleCompare *self, gboolean is_larger)
{
  UpscaleViewport viewport = upscale_compare_canvas_get_viewport (self->canvas);

  upscale_compare_canvas_set_viewport (self->canvas,
                                       upscale_viewport_step (viewport, is_larger,
                                                              viewport.width_px / 2.0,
                                                              viewport.height_px / 2.0));
}

static void
on_zoom_in_clicked (GtkButton *button, gpointer user_data)
{
  step (user_data, TRUE);
}

static void
on_zoom_out_clicked (GtkButton *button, gpointer user_data)
{
  step (user_data, FALSE);
}

static void
on_one_to_one_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleCompare *self = user_data;
  UpscaleViewport viewport = upscale_compare_canvas_get_viewport (self->canvas);

  upscale_compare_canvas_set_viewport (self->canvas,
                                       upscale_viewport_zoom (viewport, 1.0,
                                                              viewport.width_px / 2.0,
                                                              viewport.height_px / 2.0));
}

static void
on_whole_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleCompare *self = user_data;

  upscale_compare_canvas_set_viewport (
      self->canvas,
      upscale_viewport_fit (upscale_compare_canvas_get_viewport (self->canvas)));
}

static void
on_viewport_changed (UpscaleCompareCanvas *canvas, gpointer user_data)
{
  UpscaleCompare  *self = user_data;
  UpscaleViewport  viewport = upscale_compare_canvas_get_viewport (canvas);
  g_autofree char *percent = g_strdup_printf (_ ("%.0f %%"), 100.0 * viewport.zoom);

  gtk_label_set_text (GTK_LABEL (self->percent), percent);
  atk_object_set_description (gtk_widget_get_accessible (GTK_WIDGET (canvas)), percent);
  gtk_widget_set_sensitive (self->zoom_in, upscale_viewport_can_step (viewport, TRUE));
  gtk_widget_set_sensitive (self->zoom_out, upscale_viewport_can_step (viewport, FALSE));
  gtk_widget_set_sensitive (self->whole, !viewport.is_fit);
}

static GtkWidget *
add_button (UpscaleCompare *self,
            GtkWidget      *row,
            const char     *icon,
            const char     *name,
            GCallback       on_clicked)
{
  GtkWidget *button = upscale_control_new_icon_button (icon, name, on_clicked, self);

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_box_pack_start (GTK_BOX (row), button, FALSE, FALSE, 0);
  return button;
}

static GtkWidget *
make_slider (UpscaleCompare *self)
{
  GtkWidget *slider = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, self->divider);

  gtk_scale_set_draw_value (GTK_SCALE (slider), FALSE);
  upscale_control_set_name (slider, _ ("Divider between before and after"));
  return slider;
}

static GtkWidget *
make_row (UpscaleCompare *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_box_pack_start (GTK_BOX (row), make_slider (self), TRUE, TRUE, 0);
  self->percent = gtk_label_new (NULL);
  /* The buttons must not move while their user zooms. */
  gtk_label_set_width_chars (GTK_LABEL (self->percent), 7);
  gtk_label_set_xalign (GTK_LABEL (self->percent), 1.0F);
  gtk_box_pack_start (GTK_BOX (row), self->percent, FALSE, FALSE, SPACING_PX);
  self->zoom_out = add_button (self, row, "zoom-out-symbolic", _ ("Zoom out"),
                               G_CALLBACK (on_zoom_out_clicked));
  self->zoom_in = add_button (self, row, "zoom-in-symbolic", _ ("Zoom in"),
                              G_CALLBACK (on_zoom_in_clicked));
  add_button (self, row, "zoom-original-symbolic", _ ("Show every pixel (100 %)"),
              G_CALLBACK (on_one_to_one_clicked));
  self->whole = add_button (self, row, "zoom-fit-best-symbolic",
                            _ ("Show the whole picture"), G_CALLBACK (on_whole_clicked));
  return row;
}

static void
upscale_compare_class_init (UpscaleCompareClass *klass)
{
}

static void
upscale_compare_init (UpscaleCompare *self)
{
  GtkWidget *frame = gtk_frame_new (NULL);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  self->divider = gtk_adjustment_new (MIDDLE, 0.0, 1.0, STEP, PAGE, 0.0);
  self->canvas = UPSCALE_COMPARE_CANVAS (upscale_compare_canvas_new (self->divider));
  gtk_frame_set_shadow_type (GTK_FRAME (frame), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (frame), GTK_WIDGET (self->canvas));
  gtk_box_pack_start (GTK_BOX (self), frame, TRUE, TRUE, 0);
  self->row = make_row (self);
  gtk_widget_set_sensitive (self->row, FALSE);
  gtk_box_pack_start (GTK_BOX (self), self->row, FALSE, FALSE, 0);
  g_signal_connect (self->canvas, "viewport-changed", G_CALLBACK (on_viewport_changed),
                    self);
}

/**
 * upscale_compare_new:
 * @min_width_px: smallest width of the pictures on the screen
 * @min_height_px: smallest height of the pictures on the screen
 *
 * Returns: (transfer floating): a widget without pictures, whose controls are insensitive
 */
GtkWidget *
upscale_compare_new (int min_width_px, int min_height_px)
{
  UpscaleCompare *self = g_object_new (UPSCALE_TYPE_COMPARE, NULL);

  gtk_widget_set_size_request (GTK_WIDGET (self->canvas), min_width_px, min_height_px);
  return GTK_WIDGET (self);
}

/**
 * upscale_compare_show:
 * @compare: a widget
 * @first: the picture before the divider
 * @second: the picture behind the divider, of the same size
 *
 * Shows two pictures, in the part and with the divider of those before.
 */
void
upscale_compare_show (UpscaleCompare       *compare,
                      UpscaleComparePicture first,
                      UpscaleComparePicture second)
{
  g_return_if_fail (UPSCALE_IS_COMPARE (compare));

  gtk_widget_set_sensitive (compare->row, TRUE);
  upscale_compare_canvas_show (compare->canvas, first, second);
}
