/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define UPSCALE_PROCEDURE_NAME "plug-in-tile-upscale"
#define UPSCALE_REPEAT_PROCEDURE_NAME "plug-in-tile-upscale-repeat"

GimpProcedure *upscale_procedure_new (GimpPlugIn *plug_in, GimpRunImageFunc run);
GimpProcedure *upscale_procedure_new_repeat (GimpPlugIn *plug_in, GimpRunImageFunc run);

G_END_DECLS
