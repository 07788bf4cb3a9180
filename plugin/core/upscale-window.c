/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-window.h"

/**
 * upscale_smootherstep:
 * @t: 0 to 1
 *
 * 6t^5 - 15t^4 + 10t^3 (K. Perlin, "Improving noise", 2002): flat in first and second
 * derivative at both ends, and s(t) + s(1 - t) = 1, so that two windows that cross always
 * sum to 1.
 *
 * Returns: 0 to 1
 */
double
upscale_smootherstep (double t)
{
  return t * t * t * (t * (6.0 * t - 15.0) + 10.0);
}
