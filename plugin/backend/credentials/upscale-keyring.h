/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint-entry.h"

G_BEGIN_DECLS

guint upscale_key_scheme_count_parts (UpscaleKeyScheme scheme);

gboolean
upscale_keyring_store (const UpscaleEndpointEntry *entry, GStrv parts, GError **error);
GStrv    upscale_keyring_lookup (const UpscaleEndpointEntry *entry, GError **error);
gboolean upscale_keyring_clear (const UpscaleEndpointEntry *entry, GError **error);

G_END_DECLS
