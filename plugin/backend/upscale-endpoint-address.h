/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GUri    *upscale_endpoint_address_parse (const char *text, GError **error);
gboolean upscale_endpoint_address_is_private (GUri *address);
char    *upscale_endpoint_address_dup_origin (GUri *address);

G_END_DECLS
