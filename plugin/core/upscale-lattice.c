/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-lattice.h"

#include <math.h>

/* Finds the step of every factor in hundredths. */
#define MAX_STEP_PX 100
/* The latent grid: diffusion models represent a block of this size as one latent
 * pixel. */
#define LATENT_PX 8
/* A lattice may shorten the distance between tiles by this share, as tiles cost money. */
#define MOST_LOSS_DIVISOR 8

/**
 * upscale_lattice_find_step:
 * @scale: the upscale factor, at least 1
 *
 * Returns: the factor's step, with @target_px 0 if no source pixel but the first begins
 * at a target pixel, within a hundred source pixels
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
 * Returns: the largest multiple of @multiple_of up to @length_px
 */
int
upscale_lattice_round_down (int length_px, int multiple_of)
{
  g_return_val_if_fail (length_px >= 0 && multiple_of > 0, length_px);

  return length_px / multiple_of * multiple_of;
}

/**
 * upscale_lattice_round_up:
 * @length_px: a length, not negative
 * @multiple_of: at least 1
 *
 * Returns: the smallest multiple of @multiple_of from @length_px on
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
 * Returns: the smallest number divisible by both
 */
int
upscale_lattice_least_common_multiple (int a, int b)
{
  int divisor = a;
  int rest = b;

  g_return_val_if_fail (a > 0 && b > 0, 1);

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
 * @spacing_px: the largest distance between starts of tiles, at least 1
 *
 * Chooses the lattice of tile starts. Tiles that begin at source pixels can be sent at
 * the source's size. Tiles on the latent grid show the model the same blocks where they
 * overlap. A step that would move tiles much closer together is ignored, as it costs more
 * tiles.
 *
 * Returns: the lattice: starts should be multiples of this, at most @spacing_px
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
