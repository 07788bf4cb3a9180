/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleLatticeStep:
 * @source_px: number of source pixels, at least 1
 * @target_px: number of target pixels that they become; 0 if no such numbers exist
 *
 * The smallest whole numbers whose quotient is the upscale factor: each multiple of
 * @target_px is the start of a source pixel. A value.
 */
typedef struct
{
  int source_px;
  int target_px;
} UpscaleLatticeStep;

UpscaleLatticeStep upscale_lattice_find_step (double scale);
int                upscale_lattice_find (UpscaleLatticeStep step, int spacing_px);
int                upscale_lattice_round_down (int length_px, int multiple_of);
int                upscale_lattice_round_up (int length_px, int multiple_of);
int                upscale_lattice_least_common_multiple (int a, int b);

G_END_DECLS
