/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-boundary.h"

#include <math.h>

/* A boundary stays so far from the ends of the border that its soft part fits. */
#define MARGIN_PX ((UPSCALE_BOUNDARY_SOFT_PX + 1) / 2)

/* Of the mean error: the additional error at an edge of the border. */
#define PREFERENCE 2.0

/* The recurrence of Efros and Freeman (2001) over the rows of a border. */
typedef struct
{
  UpscaleBoundaryCase what;
  int                 n;     /* places of the boundary in a row */
  double             *costs; /* of the best way to each place of the current row */
  double             *above;
  gint8              *steps; /* by row and place: the step from the row above */
} Search;

/* Returns the error of a boundary between the pixels before and after it. */
static double
get_error (const Search *search, int row, int place)
{
  const float *errors =
      search->what.errors + (gsize) row * (gsize) search->what.width_px + MARGIN_PX;

  return (double) errors[place - 1] + (double) errors[place];
}

/* A tie goes straight on, so that equal tiles get a straight boundary. */
static int
choose_step (const double *above, int place, int n)
{
  int best = 0;

  if (place > 0 && above[place - 1] < above[place])
    best = -1;
  if (place + 1 < n && above[place + 1] < above[place + best])
    best = 1;
  return best;
}

static void
begin (Search *search)
{
  int first = search->what.first_px - MARGIN_PX;

  for (int place = 0; place < search->n; place++)
    {
      gboolean may_begin =
          search->what.first_px == UPSCALE_BOUNDARY_FREE || place == first;

      search->costs[place] = may_begin ? get_error (search, 0, place) : INFINITY;
    }
}

static void
add_row (Search *search, int row)
{
  double *above = search->costs;
  gint8  *steps = search->steps + (gsize) row * (gsize) search->n;

  search->costs = search->above;
  search->above = above;
  for (int place = 0; place < search->n; place++)
    {
      steps[place] = (gint8) choose_step (above, place, search->n);
      search->costs[place] = get_error (search, row, place) + above[place + steps[place]];
    }
}

/* A tie goes to the place next to the middle. */
static int
choose_end (const Search *search)
{
  int best = search->n / 2;

  if (search->what.last_px != UPSCALE_BOUNDARY_FREE)
    return search->what.last_px - MARGIN_PX;
  for (int distance = 1; distance <= search->n / 2; distance++)
    {
      int left = search->n / 2 - distance;
      int right = search->n / 2 + distance;

      if (search->costs[left] < search->costs[best])
        best = left;
      if (right < search->n && search->costs[right] < search->costs[best])
        best = right;
    }
  return best;
}

static int *
follow_back (const Search *search)
{
  int *boundary = g_new (int, search->what.length_px);
  int  place = choose_end (search);

  for (int row = search->what.length_px - 1; row >= 0; row--)
    {
      boundary[row] = place + MARGIN_PX;
      place += search->steps[(gsize) row * (gsize) search->n + (gsize) place];
    }
  return boundary;
}

/**
 * upscale_boundary_prefer_middle:
 * @errors: (array) (inout): @length_px rows of @width_px
 * @length_px: length of a border
 * @width_px: width of the border
 *
 * Adds to each error 2 * m * q^2, where m is the mean error and q the distance to the
 * middle, 1 at the edges. Tiles may differ in sharpness. Beside a boundary in the middle,
 * the border looks on average like its neighborhood; beside one at an edge it looks like
 * one of the two tiles, and shows (bench `seams`).
 */
void
upscale_boundary_prefer_middle (float *errors, int length_px, int width_px)
{
  gsize             n = (gsize) length_px * (gsize) width_px;
  double            sum = 0.0;
  g_autofree float *more = NULL;

  g_return_if_fail (errors != NULL && length_px > 0 && width_px > 0);

  for (gsize i = 0; i < n; i++)
    sum += (double) errors[i];
  more = g_new (float, width_px);
  for (int place = 0; place < width_px; place++)
    {
      double distance = 2.0 * (place + 0.5) / width_px - 1.0;

      more[place] = (float) (PREFERENCE * sum / (double) n * distance * distance);
    }
  for (int row = 0; row < length_px; row++, errors += width_px)
    for (int place = 0; place < width_px; place++)
      errors[place] += more[place];
}

/**
 * upscale_boundary_find:
 * @what: the border
 *
 * Finds the boundary along which the two tiles differ least: the minimum-error boundary
 * cut of Efros and Freeman, "Image Quilting for Texture Synthesis and Transfer" (2001),
 * section 2.1. The boundary moves by at most one pixel from row to row. Fixed ends must
 * be at most @length_px - 1 apart.
 *
 * Returns: (transfer full) (array): the first pixel of the second tile in each row,
 * so that the soft part lies inside the border
 */
int *
upscale_boundary_find (UpscaleBoundaryCase what)
{
  int                n = what.width_px - 2 * MARGIN_PX + 1;
  g_autofree double *costs = NULL;
  g_autofree gint8  *steps = NULL;
  Search             search = { .what = what, .n = n };

  g_return_val_if_fail (what.errors != NULL && what.length_px > 0, NULL);
  g_return_val_if_fail (what.width_px >= UPSCALE_BOUNDARY_MIN_WIDTH_PX, NULL);

  costs = g_new (double, 2 * (gsize) n);
  steps = g_new0 (gint8, (gsize) what.length_px * (gsize) n);
  search.costs = costs;
  search.above = costs + n;
  search.steps = steps;
  begin (&search);
  for (int row = 1; row < what.length_px; row++)
    add_row (&search, row);
  return follow_back (&search);
}

/**
 * upscale_boundary_get_weight:
 * @boundary_px: the first pixel of the second tile
 * @position_px: a pixel of the same row
 *
 * Returns: the weight of the second tile: 0 before the boundary and 1 after it, with a
 * soft part of %UPSCALE_BOUNDARY_SOFT_PX around it
 */
float
upscale_boundary_get_weight (int boundary_px, int position_px)
{
  float t =
      ((float) (position_px - boundary_px) + 0.5F) / UPSCALE_BOUNDARY_SOFT_PX + 0.5F;

  t = CLAMP (t, 0.0F, 1.0F);
  return t * t * (3.0F - 2.0F * t);
}
