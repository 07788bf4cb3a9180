/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleHttpAnswer:
 * @status: HTTP status; redirects are followed already
 * @body: the body
 * @wait_us: the value of Retry-After in us, 0 without it
 *
 * The whole answer of a server to one request.
 */
typedef struct
{
  guint   status;
  GBytes *body;
  gint64  wait_us;
} UpscaleHttpAnswer;

void     upscale_http_answer_free (UpscaleHttpAnswer *answer);
gboolean upscale_http_answer_check_status (const UpscaleHttpAnswer *answer,
                                           GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleHttpAnswer, upscale_http_answer_free)

G_END_DECLS
