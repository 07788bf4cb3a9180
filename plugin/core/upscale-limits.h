/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Limits of one job, for requests of users, scripts and documents alike. No real
 * picture comes near them. */

/** Tiles of a job. At a minute each they take two weeks of one GPU. */
#define UPSCALE_MAX_TILES 20000
/** Retries of a tile. A job costs at most this many times more. */
#define UPSCALE_MAX_RETRIES 10
/** The upscale factor of each side. */
#define UPSCALE_MAX_SCALE 8.0
/** Side of the result. GIMP allows no longer sides. */
#define UPSCALE_MAX_SIDE_PX 524288
/** Pixels of the result, which are 100 megapixels at the largest scale. */
#define UPSCALE_MAX_PIXELS (G_GINT64_CONSTANT (6400) * 1000 * 1000)

G_END_DECLS
