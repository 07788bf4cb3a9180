/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The most that one job may cost, whoever asks for it: a user, a script or a document.
 * All of it is far beyond what a picture needs. */

/** Tiles of a job; at a minute each that is two weeks of one GPU. */
#define UPSCALE_MAX_TILES 20000
/** How often a tile is tried again, so a job costs at most this many times more. */
#define UPSCALE_MAX_RETRIES 10
/** How many times larger each side becomes. */
#define UPSCALE_MAX_SCALE 8.0
/** Longer sides can't be in any GIMP image. */
#define UPSCALE_MAX_SIDE_PX 524288
/** Pixels of the result: 100 megapixels at the largest scale. */
#define UPSCALE_MAX_PIXELS (G_GINT64_CONSTANT (6400) * 1000 * 1000)

G_END_DECLS
