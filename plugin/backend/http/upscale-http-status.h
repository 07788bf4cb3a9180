/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GError *upscale_http_status_to_error (guint status, GBytes *body, gint64 wait_us);
GError *upscale_http_failure_to_error (const GError *failure, const char *host);
GError *upscale_http_tile_failure_to_error (const char *said);
gint64  upscale_http_parse_retry_after (const char *value, gint64 now_s);

G_END_DECLS
