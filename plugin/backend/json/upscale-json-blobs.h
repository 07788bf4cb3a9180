/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _UpscaleJsonBlobs UpscaleJsonBlobs;

UpscaleJsonBlobs *upscale_json_blobs_new (GBytes *text, GError **error);
void              upscale_json_blobs_free (UpscaleJsonBlobs *blobs);
JsonObject       *upscale_json_blobs_get_root (UpscaleJsonBlobs *blobs);
JsonNode   *upscale_json_blobs_find (UpscaleJsonBlobs *blobs, const char *const *path);
const char *upscale_json_blobs_find_string (UpscaleJsonBlobs  *blobs,
                                            const char *const *path);
GBytes     *upscale_json_blobs_decode_base64 (UpscaleJsonBlobs *blobs, JsonNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleJsonBlobs, upscale_json_blobs_free)

G_END_DECLS
