/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-view.h"
#include "upscale-viewport.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_COMPARE_CANVAS (upscale_compare_canvas_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleCompareCanvas,
                      upscale_compare_canvas,
                      UPSCALE,
                      COMPARE_CANVAS,
                      GtkDrawingArea)

/**
 * UpscaleComparePicture:
 * @view: the picture
 * @name: its name, which the canvas shows on it
 *
 * One of two pictures to compare. Borrows its memory.
 */
typedef struct
{
  UpscaleView *view;
  const char  *name;
} UpscaleComparePicture;

GtkWidget      *upscale_compare_canvas_new (GtkAdjustment *divider);
void            upscale_compare_canvas_show (UpscaleCompareCanvas *canvas,
                                             UpscaleComparePicture first,
                                             UpscaleComparePicture second);
UpscaleViewport upscale_compare_canvas_get_viewport (UpscaleCompareCanvas *canvas);
void            upscale_compare_canvas_set_viewport (UpscaleCompareCanvas *canvas,
                                                     UpscaleViewport       viewport);

G_END_DECLS
