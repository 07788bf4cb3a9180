/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Characters of the base64 of so many bytes. */
#define UPSCALE_BASE64_CHARS(size) (((size) + 2) / 3 * 4)

void  upscale_base64_encode (const guint8 *bytes, gsize size, char *text);
gsize upscale_base64_decode (const char *text, gsize length, guint8 *bytes);

G_END_DECLS
