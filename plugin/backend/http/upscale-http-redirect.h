/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleHttpRedirectChain:
 * @n_quick: number of redirects in a row that were answered at once
 * @begun_us: time of the first request, on the caller's clock
 *
 * The state of a chain of redirects. Starts as zeros except for @begun_us.
 */
typedef struct
{
  guint  n_quick;
  gint64 begun_us;
} UpscaleHttpRedirectChain;

gboolean upscale_http_redirect_is_status (guint status);
gboolean upscale_http_redirect_keeps_method (guint status);
gint64   upscale_http_redirect_pace (UpscaleHttpRedirectChain *chain,
                                     gint64                    sent_us,
                                     gint64                    now_us,
                                     gint64                    told_us,
                                     gint64                    patience_us);

G_END_DECLS
