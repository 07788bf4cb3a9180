/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *upscale_json_text_find_string_end (const char *start, const char *end);
gboolean    upscale_json_text_is_one_value (const char *text, const char *end);
GBytes     *upscale_json_text_prune (GBytes *text, int most_depth);

G_END_DECLS
