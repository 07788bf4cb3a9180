/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-lattice.h"

#include <math.h>

/* Enough for every factor in hundredths. */
#define MAX_STEP_PX 100
/* Diffusion models see blocks of this many pixels as one. */
#define LATENT_PX 8
/* A lattice may take this share of the distance between tiles, as tiles cost money. */
#define MOST_LOSS_DIVISOR 8

/**
 * upscale_lattice_find_step:
 * @scale: the upscale factor, at least 1
 *
 * Returns: the factor's step; without @target_px when no source pixel but the first
 * begins where a target pixel does, within a hundred
 */
UpscaleLatticeStep
upscale_lattice_find_step (double scale)
{
  for (int source_px = 1; source_px <= MAX_STEP_PX; source_px++)
    {
      double target_px = round (scale * source_px);

      if (fabs (scale * source_px - target_px) <= 1e-6)
        return (UpscaleLatticeStep) { source_px, (int) target_px };
    }
  return (UpscaleLatticeStep) { 1, 0 };
}

/**
 * upscale_lattice_round_down:
 * @length_px: a length, not negative
 * @multiple_of: at least 1
 *
 * Returns: the largest multiple that is not above @length_px
 */
int
upscale_lattice_round_down (int length_px, int multiple_of)
{
  return length_px / multiple_of * multiple_of;
}

/**
 * upscale_lattice_round_up:
 * @length_px: a length, not negative
 * @multiple_of: at least 1
 *
 * Returns: the smallest multiple that is not below @length_px
 */
int
upscale_lattice_round_up (int length_px, int multiple_of)
{
  return upscale_lattice_round_down (length_px + multiple_of - 1, multiple_of);
}

/**
 * upscale_lattice_least_common_multiple:
 * @a: at least 1
 * @b: at least 1
 *
 * Returns: the smallest number that both divide
 */
int
upscale_lattice_least_common_multiple (int a, int b)
{
  int divisor = a;
  int rest = b;

  while (rest != 0)
    {
      int next = divisor % rest;

      divisor = rest;
      rest = next;
    }
  return a / divisor * b;
}

/**
 * upscale_lattice_find:
 * @step: the upscale factor's step
 * @spacing_px: how far apart tiles may begin at most, at least 1
 *
 * Tiles that begin where source pixels do can be sent at the source's size, and those
 * that begin on the latent grid show the model the same blocks where they overlap. A step
 * that would move the tiles much closer together, and so need more of them, has no say.
 *
 * Returns: what tiles should begin at a multiple of, at most @spacing_px
 */
int
upscale_lattice_find (UpscaleLatticeStep step, int spacing_px)
{
  int both = step.target_px > 0
                 ? upscale_lattice_least_common_multiple (step.target_px, LATENT_PX)
                 : LATENT_PX;

  if (both <= spacing_px && spacing_px % both <= spacing_px / MOST_LOSS_DIVISOR)
    return both;
  return spacing_px >= LATENT_PX ? LATENT_PX : 1;
}
