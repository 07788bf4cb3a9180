/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-ringing.h"

/* Pixels around a source pixel that decide about its limits. */
#define REACH_PX 2
#define WINDOW_PX ((2 * REACH_PX + 1) * (2 * REACH_PX + 1))

/* A flat side of an edge has at least PLATEAU_PX pixels within PLATEAU_TONES of the
 * extreme tone. Fine detail has no flat side and is not limited. */
#define PLATEAU_PX 8
#define PLATEAU_TONES (2.0f / 255)

/* Tones may go this far beyond a flat side. */
#define SPARE_TONES (4.0f / 255)

/* The range that tones are clamped to. */
typedef struct
{
  float lowest;
  float highest;
} Limits;

static int
gather (const UpscaleLocalPlane *plane, int x_px, int y_px, float *values)
{
  int left = MAX (0, x_px - REACH_PX);
  int right = MIN (plane->width_px - 1, x_px + REACH_PX);
  int bottom = MIN (plane->height_px - 1, y_px + REACH_PX);
  int n = 0;

  for (int y = MAX (0, y_px - REACH_PX); y <= bottom; y++)
    {
      const float *row = upscale_local_plane_row (plane, y);

      for (int x = left; x <= right; x++)
        values[n++] = row[x];
    }
  return n;
}

static Limits
find_limits (const float *values, int n)
{
  Limits range = { values[0], values[0] };
  int    n_low = 0;
  int    n_high = 0;

  for (int i = 1; i < n; i++)
    {
      range.lowest = MIN (range.lowest, values[i]);
      range.highest = MAX (range.highest, values[i]);
    }
  for (int i = 0; i < n; i++)
    {
      n_low += values[i] <= range.lowest + PLATEAU_TONES;
      n_high += values[i] >= range.highest - PLATEAU_TONES;
    }
  return (Limits) { n_low < PLATEAU_PX ? 0 : range.lowest - SPARE_TONES,
                    n_high < PLATEAU_PX ? 1 : range.highest + SPARE_TONES };
}

static void
keep_to (UpscaleLocalPlane *large, int x_px, int y_px, int factor, Limits limits)
{
  for (int y = factor * y_px; y < factor * (y_px + 1); y++)
    {
      float *row = upscale_local_plane_row (large, y);

      for (int x = factor * x_px; x < factor * (x_px + 1); x++)
        row[x] = CLAMP (row[x], limits.lowest, limits.highest);
    }
}

/**
 * upscale_local_ringing_limit:
 * @large: @small as enlarged by a network, at least @factor times as large
 * @small: the source of @large
 * @factor: the upscale factor, at least 1
 *
 * Removes overshoot beside the flat sides of hard edges, where networks ring as filters
 * do: tones stay within 4 of 255 of the flat side. Values are clamped to 0 to 1.
 */
void
upscale_local_ringing_limit (UpscaleLocalPlane       *large,
                             const UpscaleLocalPlane *small,
                             int                      factor)
{
  float values[WINDOW_PX];

  g_return_if_fail (factor > 0 && large->width_px / factor >= small->width_px &&
                    large->height_px / factor >= small->height_px);

  for (int y = 0; y < small->height_px; y++)
    for (int x = 0; x < small->width_px; x++)
      {
        int n = gather (small, x, y, values);

        keep_to (large, x, y, factor, find_limits (values, n));
      }
}
