/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "upscale-clock.h"

G_BEGIN_DECLS

typedef struct _UpscaleSilenceWatch UpscaleSilenceWatch;

UpscaleSilenceWatch *
upscale_silence_watch_new (UpscaleClock *clock, gint64 silence_us, GCancellable *callers);
void upscale_silence_watch_free (UpscaleSilenceWatch *watch);

GCancellable *upscale_silence_watch_get_cancellable (UpscaleSilenceWatch *watch);
void          upscale_silence_watch_rest (UpscaleSilenceWatch *watch);
void    upscale_silence_watch_follow (UpscaleSilenceWatch *watch, SoupMessage *message);
void    upscale_silence_watch_note_sent (UpscaleSilenceWatch *watch);
void    upscale_silence_watch_note_moved (UpscaleSilenceWatch *watch, gsize n_bytes);
void    upscale_silence_watch_stop (UpscaleSilenceWatch *watch);
GError *upscale_silence_watch_dup_error (const UpscaleSilenceWatch *watch,
                                         const char                *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleSilenceWatch, upscale_silence_watch_free)

G_END_DECLS
