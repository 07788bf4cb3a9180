/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "upscale-clock.h"

G_BEGIN_DECLS

typedef struct _UpscaleStallTimeout UpscaleStallTimeout;

UpscaleStallTimeout *
upscale_stall_timeout_new (UpscaleClock *clock, gint64 silence_us, GCancellable *callers);
void upscale_stall_timeout_free (UpscaleStallTimeout *watch);

GCancellable *upscale_stall_timeout_get_cancellable (UpscaleStallTimeout *watch);
void          upscale_stall_timeout_rest (UpscaleStallTimeout *watch);
void    upscale_stall_timeout_follow (UpscaleStallTimeout *watch, SoupMessage *message);
void    upscale_stall_timeout_note_sent (UpscaleStallTimeout *watch);
void    upscale_stall_timeout_note_moved (UpscaleStallTimeout *watch, gsize n_bytes);
void    upscale_stall_timeout_stop (UpscaleStallTimeout *watch);
GError *upscale_stall_timeout_dup_error (const UpscaleStallTimeout *watch,
                                         const char                *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleStallTimeout, upscale_stall_timeout_free)

G_END_DECLS
