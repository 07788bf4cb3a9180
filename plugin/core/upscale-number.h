/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean upscale_number_parse (const char *text, gboolean is_whole, double *number);
char    *upscale_number_format (double number, int least_decimals);

G_END_DECLS
