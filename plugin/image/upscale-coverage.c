/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-coverage.h"

#include "upscale-source.h"

#include <math.h>

#define SOURCE_CHANNELS 4
/* Interpolation in float loses the last bits of white and black. A step of a 16-bit
 * channel is larger. */
#define ROUNDING 1e-5F
/* The working memory of a sum. */
#define STRIP_PX 128

/**
 * UpscaleCoverage:
 *
 * A gray picture of the layer's size, 0 to 1: the strength map, or the part of the layer
 * that a region covers. It is enlarged as the layer is. All functions may be called from
 * any thread.
 */
struct _UpscaleCoverage
{
  GeglBuffer    *values;
  UpscaleSource *source; /* of @values */
  UpscaleRect    picture;
  double         x_factor; /* from the target to @values */
  double         y_factor;
};

/**
 * upscale_coverage_new:
 * @values: a copy of the values in %UPSCALE_COVERAGE_FORMAT, of the layer's size, origin
 * at 0, 0, which must not change any more
 * @scale: the upscale factor
 *
 * Returns: (transfer full): the coverage
 */
UpscaleCoverage *
upscale_coverage_new (GeglBuffer *values, double scale)
{
  UpscaleCoverage     *coverage;
  const GeglRectangle *extent;

  g_return_val_if_fail (GEGL_IS_BUFFER (values) && scale > 0.0, NULL);

  coverage = g_atomic_rc_box_new0 (UpscaleCoverage);
  extent = gegl_buffer_get_extent (values);
  coverage->values = g_object_ref (values);
  coverage->source = upscale_source_new (values, scale);
  coverage->picture = (UpscaleRect) { 0, 0, extent->width, extent->height };
  coverage->x_factor = extent->width / MAX (1.0, round (extent->width * scale));
  coverage->y_factor = extent->height / MAX (1.0, round (extent->height * scale));
  return coverage;
}

/**
 * upscale_coverage_ref:
 * @coverage: a coverage
 *
 * Returns: (transfer full): @coverage
 */
UpscaleCoverage *
upscale_coverage_ref (UpscaleCoverage *coverage)
{
  g_return_val_if_fail (coverage != NULL, NULL);

  return g_atomic_rc_box_acquire (coverage);
}

static void
free_members (gpointer data)
{
  UpscaleCoverage *coverage = data;

  upscale_source_unref (coverage->source);
  g_object_unref (coverage->values);
}

/**
 * upscale_coverage_unref:
 * @coverage: (transfer full): a coverage
 *
 * Drops a reference.
 */
void
upscale_coverage_unref (UpscaleCoverage *coverage)
{
  g_return_if_fail (coverage != NULL);

  g_atomic_rc_box_release_full (coverage, free_members);
}

/* The cubic sampler overshoots at edges. */
static float
tidy (float value)
{
  if (!(value > ROUNDING))
    return 0.0F;
  return value < 1.0F - ROUNDING ? value : 1.0F;
}

/**
 * upscale_coverage_get:
 * @coverage: a coverage
 * @target: a rectangle of the target
 * @values: (array) (out caller-allocates): values from 0 to 1, rows without gaps
 *
 * Computes the values of a rectangle, enlarged as the layer is. Black stays 0 and white
 * stays 1 to the last bit.
 */
void
upscale_coverage_get (UpscaleCoverage *coverage, UpscaleRect target, float *values)
{
  gsize             n = (gsize) target.width * (gsize) target.height;
  g_autofree float *rgba = g_new (float, n *SOURCE_CHANNELS);

  g_return_if_fail (coverage != NULL && values != NULL);

  upscale_source_get_base (coverage->source, target, rgba);
  for (gsize i = 0; i < n; i++)
    values[i] = tidy (rgba[SOURCE_CHANNELS * i]);
}

/* The sum of all values of a rectangle, and the number of those that are not black. */
typedef struct
{
  double sum;
  gsize  n_not_black;
} Sum;

static Sum
sum_up (const UpscaleCoverage *coverage, UpscaleRect rect)
{
  Sum               sum = { 0 };
  g_autofree float *values =
      g_new (float, (gsize) rect.width *(gsize) MIN (STRIP_PX, rect.height));

  for (int y = 0; y < rect.height; y += STRIP_PX)
    {
      GeglRectangle strip = { rect.x, rect.y + y, rect.width,
                              MIN (STRIP_PX, rect.height - y) };
      gsize         n = (gsize) strip.width * (gsize) strip.height;

      gegl_buffer_get (coverage->values, &strip, 1.0,
                       babl_format (UPSCALE_COVERAGE_FORMAT), values, GEGL_AUTO_ROWSTRIDE,
                       GEGL_ABYSS_NONE);
      for (gsize i = 0; i < n; i++)
        {
          float value = tidy (values[i]);

          sum.sum += value;
          sum.n_not_black += value > 0.0F;
        }
    }
  return sum;
}

/* Returns the values that lie under a rectangle of the target. */
static UpscaleRect
find_values (const UpscaleCoverage *coverage, UpscaleRect target)
{
  return upscale_rect_intersect (upscale_rect_scale (target, coverage->x_factor,
                                                     coverage->y_factor),
                                 coverage->picture);
}

/**
 * upscale_coverage_get_share:
 * @coverage: a coverage
 * @target: a rectangle that touches the target
 *
 * Returns: the mean of the values in the part of the rectangle that lies in the picture
 */
double
upscale_coverage_get_share (UpscaleCoverage *coverage, UpscaleRect target)
{
  UpscaleRect rect;

  g_return_val_if_fail (coverage != NULL, 0.0);

  rect = find_values (coverage, target);
  if (upscale_rect_is_empty (rect))
    return 0.0;
  return sum_up (coverage, rect).sum / ((double) rect.width * rect.height);
}

/**
 * upscale_coverage_get_level:
 * @coverage: a coverage
 * @target: a rectangle that touches the target
 *
 * Computes the mean of the values that are not black. Values beside the rectangle count
 * as well, as far as enlarging lets them reach into it.
 *
 * Returns: the mean; 0 if upscale_coverage_get() is 0 everywhere in @target
 */
double
upscale_coverage_get_level (UpscaleCoverage *coverage, UpscaleRect target)
{
  UpscaleRect rect;
  Sum         sum;

  g_return_val_if_fail (coverage != NULL, 0.0);

  rect = upscale_source_find_reach (coverage->source, target);
  sum = sum_up (coverage, rect);
  return sum.n_not_black > 0 ? sum.sum / (double) sum.n_not_black : 0.0;
}
