/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-key-spec.h"

G_BEGIN_DECLS

gboolean upscale_keyring_store (const UpscaleKeySpec *spec, GStrv parts, GError **error);
GStrv    upscale_keyring_lookup (const UpscaleKeySpec *spec, GError **error);
gboolean upscale_keyring_clear (const UpscaleKeySpec *spec, GError **error);

G_END_DECLS
