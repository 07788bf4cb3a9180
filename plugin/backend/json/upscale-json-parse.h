/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** Largest JSON text that is parsed. json-glib needs fifty times its size in memory. */
#define UPSCALE_JSON_MOST_BYTES ((gsize) 4 << 20)

JsonNode   *upscale_json_parse (GBytes *text, GError **error);
JsonObject *upscale_json_parse_object (GBytes *text, GError **error);

G_END_DECLS
