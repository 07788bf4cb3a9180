/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-plane.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalSession UpscaleLocalSession;

/**
 * UpscaleLocalSessionInput:
 * @n_channels: 1 for luma, 3 for R, G, B
 * @width_px: the only accepted width, 0 for any
 * @height_px: the only accepted height, 0 for any
 *
 * The input that a model requires.
 */
typedef struct
{
  int n_channels;
  int width_px;
  int height_px;
} UpscaleLocalSessionInput;

gboolean             upscale_local_session_is_supported (void);
UpscaleLocalSession *upscale_local_session_open (const char *path, GError **error);
void                 upscale_local_session_free (UpscaleLocalSession *session);
UpscaleLocalSessionInput
           upscale_local_session_get_input (const UpscaleLocalSession *session);
GPtrArray *upscale_local_session_run (const UpscaleLocalSession *session,
                                      GPtrArray                 *planes,
                                      GError                   **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalSession, upscale_local_session_free)

G_END_DECLS
