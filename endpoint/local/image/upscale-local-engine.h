/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-picture.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalEngine UpscaleLocalEngine;

/**
 * UpscaleLocalEngine:
 * @enlarge: returns @source in the size @width_px x @height_px, or %NULL with an error.
 * Called from many threads at once
 * @free: (nullable): frees an engine that was made at run time, %NULL for a constant
 *
 * The interface of everything that enlarges a picture. Implementations embed it as their
 * first member. No call changes the state of an engine.
 */
struct _UpscaleLocalEngine
{
  UpscaleLocalPicture *(*enlarge) (const UpscaleLocalEngine  *engine,
                                   const UpscaleLocalPicture *source,
                                   int                        width_px,
                                   int                        height_px,
                                   GError                   **error);
  void (*free) (UpscaleLocalEngine *engine);
};

G_END_DECLS
