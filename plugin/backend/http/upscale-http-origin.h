/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean upscale_http_origin_is_loopback (GUri *address);
gboolean upscale_http_origin_is_private (GUri *address);
char    *upscale_http_origin_to_string (GUri *address);
char    *upscale_http_origin_to_display (GUri *address);
gboolean upscale_http_origin_is_same (GUri *a, GUri *b);
gboolean upscale_http_origin_is_secured (GUri *plain, GUri *target);
GUri    *upscale_http_origin_secure (GUri *address, int port);

G_END_DECLS
