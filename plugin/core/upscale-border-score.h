/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleBorderScore:
 * @difference: sum of the squared differences of the two tiles, low-passed, in squared
 * tones of 255
 * @textures: sum of the mean squared texture of each tile, likewise
 * @n_boxes: the number of boxes in the sums
 *
 * Sums over a border of two tiles, which tell how much the tiles disagree there. A value;
 * zeros for a border of which no pixel was added.
 */
typedef struct
{
  double difference;
  double textures[2];
  gsize  n_boxes;
} UpscaleBorderScore;

void     upscale_border_score_add (UpscaleBorderScore *score,
                                   const guint16      *first,
                                   const guint16      *second,
                                   int                 width_px,
                                   int                 height_px);
double   upscale_border_score_get (UpscaleBorderScore score);
gboolean upscale_border_score_is_bad (UpscaleBorderScore score);

G_END_DECLS
