/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UPSCALE_LOCAL_PROBLEM (upscale_local_problem_quark ())

GQuark upscale_local_problem_quark (void);
void   upscale_local_problem_set (GError **error, int status, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS
