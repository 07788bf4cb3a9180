/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-pixels.h"
#include "upscale-source.h"

G_BEGIN_DECLS

typedef struct _UpscaleView UpscaleView;

UpscaleView   *upscale_view_new (GeglBuffer *buffer, UpscaleRect area);
UpscaleView   *upscale_view_new_of_base (UpscaleSource *source, UpscaleRect area);
UpscaleView   *upscale_view_copy (const UpscaleView *view);
UpscaleView   *upscale_view_ref (UpscaleView *view);
void           upscale_view_unref (UpscaleView *view);
int            upscale_view_get_width (const UpscaleView *view);
int            upscale_view_get_height (const UpscaleView *view);
UpscalePixels *upscale_view_read (const UpscaleView *view,
                                  UpscaleRect        rect,
                                  int                width_px,
                                  int                height_px);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleView, upscale_view_unref)

G_END_DECLS
