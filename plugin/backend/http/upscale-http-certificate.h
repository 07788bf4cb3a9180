/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

gboolean upscale_http_certificate_is_fingerprint (const char *text);
void     upscale_http_certificate_trust (SoupMessage *message, const char *fingerprints);
GError  *upscale_http_certificate_explain (SoupMessage *message, const GError *failure);

G_END_DECLS
