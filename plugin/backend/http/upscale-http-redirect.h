/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleHttpRedirectChain:
 * @n_quick: redirects in a row that came at once
 * @begun_us: when the request was sent, on the caller's clock
 *
 * A chain of redirects so far. Starts as zeros but for @begun_us.
 */
typedef struct
{
  guint  n_quick;
  gint64 begun_us;
} UpscaleHttpRedirectChain;

gboolean upscale_http_redirect_is_status (guint status);
gboolean upscale_http_redirect_keeps_method (guint status);
gint64   upscale_http_redirect_pace (UpscaleHttpRedirectChain *redirects,
                                     gint64                    sent_us,
                                     gint64                    now_us,
                                     gint64                    told_us,
                                     gint64                    patience_us);

G_END_DECLS
