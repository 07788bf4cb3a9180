/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define UPSCALE_PROCEDURE_NAME "plug-in-tile-upscale"

GimpProcedure *upscale_procedure_new (GimpPlugIn *plug_in, GimpRunImageFunc run);

G_END_DECLS
