/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

GimpValueArray *upscale_repeat_run (GimpProcedure       *procedure,
                                    GimpRunMode          run_mode,
                                    GimpImage           *image,
                                    GimpDrawable       **drawables,
                                    GimpProcedureConfig *config,
                                    gpointer             run_data);

G_END_DECLS
