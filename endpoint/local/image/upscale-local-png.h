/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-picture.h"

G_BEGIN_DECLS

UpscaleLocalPicture *
upscale_local_png_decode (GBytes *file, int width_px, int height_px, GError **error);
GBytes *upscale_local_png_encode (const UpscaleLocalPicture *picture, GError **error);

G_END_DECLS
