/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GUri    *upscale_endpoint_address_parse (const char *text, GError **error);
gboolean upscale_endpoint_address_is_loopback (GUri *address);
gboolean upscale_endpoint_address_is_private (GUri *address);
char    *upscale_endpoint_address_dup_origin (GUri *address);
char    *upscale_endpoint_address_dup_shown (GUri *address);
gboolean upscale_endpoint_address_is_secured (GUri *plain, GUri *target);
GUri    *upscale_endpoint_address_secure (GUri *address, int port);
gboolean upscale_endpoint_address_is_same_origin (GUri *a, GUri *b);

G_END_DECLS
