/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "upscale-clock.h"

G_BEGIN_DECLS

typedef struct _UpscaleStallTimeout UpscaleStallTimeout;

UpscaleStallTimeout *
upscale_stall_timeout_new (UpscaleClock *clock, gint64 silence_us, GCancellable *callers);
void upscale_stall_timeout_free (UpscaleStallTimeout *timeout);

GCancellable *upscale_stall_timeout_get_cancellable (UpscaleStallTimeout *timeout);
void          upscale_stall_timeout_pause (UpscaleStallTimeout *timeout);
void    upscale_stall_timeout_follow (UpscaleStallTimeout *timeout, SoupMessage *message);
void    upscale_stall_timeout_note_sent (UpscaleStallTimeout *timeout);
void    upscale_stall_timeout_note_moved (UpscaleStallTimeout *timeout, gsize n_bytes);
void    upscale_stall_timeout_stop (UpscaleStallTimeout *timeout);
GError *upscale_stall_timeout_dup_error (const UpscaleStallTimeout *timeout,
                                         const char                *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleStallTimeout, upscale_stall_timeout_free)

G_END_DECLS
