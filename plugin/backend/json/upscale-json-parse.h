/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** More JSON than this is not parsed: json-glib takes fifty times its size. */
#define UPSCALE_JSON_MOST_BYTES ((gsize) 4 << 20)

JsonNode   *upscale_json_parse (GBytes *text, GError **error);
JsonObject *upscale_json_parse_object (GBytes *text, GError **error);
GBytes     *upscale_json_skim (GBytes *text, int most_depth);
const char *upscale_json_find_end_of_string (const char *start, const char *end);

G_END_DECLS
