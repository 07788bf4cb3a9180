/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Thresholds above which a job is large: the dialog warns, and asks before the job
 * begins. 8192x8192 px, which are 67 megapixels in 81 tiles, is not large. */

/** Pixels of a large result. At 8 bits, 500 megapixels need 2 GB. */
#define UPSCALE_LARGE_PIXELS 500e6
/** Tiles of a large job. At a minute each they take eight hours of one GPU. */
#define UPSCALE_LARGE_TILES 500
/** Duration of a large job, in seconds. */
#define UPSCALE_LARGE_S 7200.0
/** Cost of a large job, in dollars. */
#define UPSCALE_LARGE_COST 10.0

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
/** Regions that are painted in their own way. */
#define UPSCALE_MAX_REGIONS 16
/** Tiles with a text of their own. */
#define UPSCALE_MAX_TILE_PROMPTS 4096
/** Characters of the text of one region or tile. */
#define UPSCALE_MAX_TILE_TEXT_CHARS 1000
/** Bytes of the texts of all regions, and of all tiles. */
#define UPSCALE_MAX_WHERE_BYTES (256 * 1024)

G_END_DECLS
