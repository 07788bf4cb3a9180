/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

void  upscale_last_values_load (GimpProcedureConfig *config, GimpImage *image);
GStrv upscale_last_values_load_followed (void);
void  upscale_last_values_save (GimpProcedureConfig *config,
                                GimpImage           *image,
                                const char *const   *followed);
void  upscale_last_values_forget (GimpProcedureConfig *config);

G_END_DECLS
