/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _UpscaleJsonPeel UpscaleJsonPeel;

UpscaleJsonPeel *upscale_json_peel_new (GBytes *text, GError **error);
void             upscale_json_peel_free (UpscaleJsonPeel *peel);
JsonObject      *upscale_json_peel_get_root (UpscaleJsonPeel *peel);
JsonNode        *upscale_json_peel_find (UpscaleJsonPeel *peel, const char *const *path);
const char      *upscale_json_peel_find_string (UpscaleJsonPeel   *peel,
                                                const char *const *path);
GBytes          *upscale_json_peel_decode_base64 (UpscaleJsonPeel *peel, JsonNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleJsonPeel, upscale_json_peel_free)

G_END_DECLS
