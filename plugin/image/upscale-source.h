/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gegl.h>

#include "upscale-pixels.h"
#include "upscale-rect.h"

G_BEGIN_DECLS

typedef struct _UpscaleSource UpscaleSource;

UpscaleSource *upscale_source_new (GeglBuffer *pixels, double scale);
UpscaleSource *upscale_source_ref (UpscaleSource *source);
void           upscale_source_unref (UpscaleSource *source);

const Babl *upscale_source_get_format (const UpscaleSource *source);
const Babl *upscale_source_get_working_rgb_format (const UpscaleSource *source);
gboolean    upscale_source_is_sent_as_is (const UpscaleSource *source);
GeglBuffer *upscale_source_get_pixels (const UpscaleSource *source);
UpscaleRect upscale_source_find_origin (const UpscaleSource *source, UpscaleRect target);

void upscale_source_get_base (UpscaleSource *source, UpscaleRect target, float *rgba);
void upscale_source_write (UpscaleSource *source,
                           GeglBuffer    *result,
                           UpscaleRect    target,
                           float         *rgba);
void upscale_source_write_bytes (UpscaleSource *source,
                                 GeglBuffer    *result,
                                 UpscaleRect    target,
                                 const guint8  *rgb);
void
upscale_source_write_base (UpscaleSource *source, GeglBuffer *result, UpscaleRect target);
UpscalePixels *upscale_source_get_seen (UpscaleSource *source, UpscaleRect target);
UpscalePixels *upscale_source_get_crop (UpscaleSource *source, UpscaleRect rect);
UpscaleRect upscale_source_find_reach (const UpscaleSource *source, UpscaleRect target);
gboolean    upscale_source_is_transparent (UpscaleSource *source, UpscaleRect target);
void  upscale_source_see (UpscaleSource *source, const float *base, gsize n, guint8 *rgb);
char *upscale_source_digest (UpscaleSource *source, UpscaleRect target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleSource, upscale_source_unref)

G_END_DECLS
