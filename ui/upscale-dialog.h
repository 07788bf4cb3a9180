/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

gboolean upscale_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config);

G_END_DECLS
