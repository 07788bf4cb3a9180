/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GError *upscale_http_error_from_status (guint status, GBytes *body, gint64 wait_us);
GError *upscale_http_error_from_transport (const GError *failure, const char *host);
GError *upscale_http_error_from_tile (const char *reason);

G_END_DECLS
