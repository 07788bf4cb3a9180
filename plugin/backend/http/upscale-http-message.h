/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

SoupMessage *upscale_http_message_new (const char *method, GUri *uri, GPtrArray *headers);
void         upscale_http_message_set_body (SoupMessage *message,
                                            const char  *content_type,
                                            GBytes      *body);
gboolean     upscale_http_message_has_one_end (SoupMessage *message);
gint64       upscale_http_message_parse_retry_after (const char *value, gint64 now_s);

G_END_DECLS
