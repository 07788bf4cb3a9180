/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * UpscaleHttpHeader:
 * @name: header
 * @value: its value, which may be a secret
 *
 * A header that goes with every request.
 */
typedef struct
{
  char *name;
  char *value;
} UpscaleHttpHeader;

UpscaleHttpHeader *upscale_http_header_new (const char *name, const char *value);
void               upscale_http_header_free (gpointer header);

SoupMessage *upscale_http_message_new (const char *method, GUri *uri, GPtrArray *headers);
void         upscale_http_message_set_body (SoupMessage *message,
                                            const char  *content_type,
                                            GBytes      *body);
gboolean     upscale_http_message_has_one_end (SoupMessage *message);

G_END_DECLS
