/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean upscale_endpoint_address_is_one (const char *text);
GUri    *upscale_endpoint_address_parse (const char *text, GError **error);
GUri    *upscale_endpoint_address_parse_with_kind (const char *text);

G_END_DECLS
