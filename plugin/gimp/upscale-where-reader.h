/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-arguments.h"
#include "upscale-layer-looks.h"
#include "upscale-where.h"

G_BEGIN_DECLS

void upscale_where_reader_write_map (GObject *config, GKeyFile *keys, const char *group);
gboolean upscale_where_reader_read_map (GObject    *config,
                                        GKeyFile   *keys,
                                        const char *group,
                                        GimpImage  *image,
                                        GError    **error);
gboolean upscale_where_reader_read (GObject                 *config,
                                    const UpscaleArguments  *arguments,
                                    const UpscaleLayerLooks *looks,
                                    UpscaleWhere            *where,
                                    GError                 **error);
void     upscale_where_reader_clear (UpscaleWhere *where);

G_END_DECLS
