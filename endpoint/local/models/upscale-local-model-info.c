/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-model-info.h"

#include <gio/gio.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

#define PROBE_WIDTH_PX 128
#define PROBE_HEIGHT_PX 48
#define MAX_MULTIPLE 64
#define MAX_FACTOR 16
#define MAX_PIECE_PX 256
#define MAX_REACH_PX 32
/* Margin for pictures in which changes reach further than in the test picture. */
#define SPARE_REACH_PX 2

/* Most memory of one run. */
#define PIECE_BYTES ((gsize) 64 << 20)

/* A smaller change can't be seen in 8 bits. */
#define LEAST_CHANGE (0.25f / 255)
/* Largest change of a channel's mean. */
#define MAX_MEAN_CHANGE 0.08
/* Larger numbers are no tones, whatever range the model uses. */
#define LARGEST_VALUE 1e4f

#define FORMAT "channels=%d factor=%d multiple=%d reach=%d piece=%dx%d fixed=%d"
#define N_FIELDS 7

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, sentence);
  return FALSE;
}

/* Each channel has a mean and a direction of its own, so that swapped or stretched
 * channels can be detected. */
static float
get_probe_value (int channel, int n_channels, double across, double down)
{
  double grain = 0.05 * sin (40 * across + 13 * channel) * sin (31 * down);

  if (n_channels == 1 || channel == 1)
    return (float) (0.2 + 0.4 * across + grain);
  return channel == 0 ? (float) (0.15 + 0.2 * down + grain)
                      : (float) (0.9 - 0.3 * across * down + grain);
}

/* Inverts the left eighth, where wanted, to measure the reach of a change. */
static GPtrArray *
make_probe (int n_channels, int width_px, int height_px, gboolean is_changed)
{
  GPtrArray *planes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_local_plane_free);

  for (int channel = 0; channel < n_channels; channel++)
    {
      UpscaleLocalPlane *plane = upscale_local_plane_new (width_px, height_px);

      for (int y = 0; y < height_px; y++)
        for (int x = 0; x < width_px; x++)
          {
            float value = get_probe_value (channel, n_channels, (double) x / width_px,
                                           (double) y / height_px);

            upscale_local_plane_row (plane, y)[x] =
                is_changed && x < width_px / 8 ? 1 - value : value;
          }
      g_ptr_array_add (planes, plane);
    }
  return planes;
}

static double
mean_of (const UpscaleLocalPlane *plane)
{
  double sum = 0;

  for (int y = 0; y < plane->height_px; y++)
    for (int x = 0; x < plane->width_px; x++)
      sum += upscale_local_plane_row (plane, y)[x];
  return sum / plane->width_px / plane->height_px;
}

static gboolean
is_finite (const UpscaleLocalPlane *plane)
{
  for (int y = 0; y < plane->height_px; y++)
    {
      const float *row = upscale_local_plane_row (plane, y);

      /* A comparison with NaN is false, so NaN fails the check too. */
      for (int x = 0; x < plane->width_px; x++)
        if (!(fabsf (row[x]) < LARGEST_VALUE))
          return FALSE;
    }
  return TRUE;
}

/**
 * upscale_local_model_info_check_finite:
 * @planes: (element-type UpscaleLocalPlane): a model's answer
 * @error: return location for an error
 *
 * Returns: %TRUE if every value is a number that could be a tone
 */
gboolean
upscale_local_model_info_check_finite (GPtrArray *planes, GError **error)
{
  g_return_val_if_fail (planes != NULL, FALSE);

  for (guint i = 0; i < planes->len; i++)
    if (!is_finite (planes->pdata[i]))
      return refuse (error, "it answers with values that are not finite numbers (NaN or "
                            "infinity)");
  return TRUE;
}

static gboolean
check_similarity (GPtrArray *given, GPtrArray *answer, GError **error)
{
  for (guint i = 0; i < given->len; i++)
    if (fabs (mean_of (given->pdata[i]) - mean_of (answer->pdata[i])) > MAX_MEAN_CHANGE)
      return refuse (error, "it answers in other colors than it is given; it must take "
                            "and give R, G, B from 0 to 1");
  return TRUE;
}

/* Returns the factor, or 0 when the size of the answer is no multiple of the input's. */
static int
factor_of (GPtrArray *given, GPtrArray *answer)
{
  const UpscaleLocalPlane *small = given->pdata[0];
  const UpscaleLocalPlane *large = answer->pdata[0];
  int                      factor = large->width_px / small->width_px;

  return large->width_px == factor * small->width_px &&
                 large->height_px == factor * small->height_px
             ? factor
             : 0;
}

static gboolean
try_size (const UpscaleLocalSession *session,
          int                        width_px,
          int                        height_px,
          UpscaleLocalModelInfo     *info,
          GError                   **error)
{
  g_autoptr (GPtrArray) given = make_probe (info->n_channels, width_px, height_px, FALSE);
  g_autoptr (GPtrArray) answer = upscale_local_session_run (session, given, error);

  if (!answer)
    return FALSE;
  info->factor = factor_of (given, answer);
  if (info->factor == 0)
    return refuse (error,
                   "its output is not two, three or more times as large as its input");
  if (info->factor == 1)
    return refuse (error, "it does not enlarge: its output has the size of its input");
  if (info->factor > MAX_FACTOR)
    return refuse (error, "its output is more than 16 times as large as its input");
  info->piece_width_px = width_px;
  info->piece_height_px = height_px;
  return upscale_local_model_info_check_finite (answer, error) &&
         check_similarity (given, answer, error);
}

/* Returns the smallest odd multiple that is not below the length. An odd multiple
 * meets no stricter rule by chance. */
static int
odd_multiple (int length_px, int multiple_of)
{
  int n = (length_px + multiple_of - 1) / multiple_of;

  return (n | 1) * multiple_of;
}

/* Tries looser rules first. When every rule fails, the first reason is reported. */
static gboolean
find_size_rule (const UpscaleLocalSession *session,
                UpscaleLocalModelInfo     *info,
                GError                   **error)
{
  g_autoptr (GError) first = NULL;

  for (int multiple = 1; multiple <= MAX_MULTIPLE; multiple *= 2)
    {
      g_autoptr (GError) cause = NULL;

      info->multiple_of = multiple;
      if (try_size (session, odd_multiple (PROBE_WIDTH_PX, multiple),
                    odd_multiple (PROBE_HEIGHT_PX, multiple), info, &cause))
        return TRUE;
      if (!first)
        first = g_steal_pointer (&cause);
    }
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}

static gboolean
column_differs (const UpscaleLocalPlane *one, const UpscaleLocalPlane *other, int x_px)
{
  for (int y = 0; y < one->height_px; y++)
    if (fabsf (upscale_local_plane_row (one, y)[x_px] -
               upscale_local_plane_row (other, y)[x_px]) > LEAST_CHANGE)
      return TRUE;
  return FALSE;
}

static int
last_difference (GPtrArray *one, GPtrArray *other)
{
  int last = ((UpscaleLocalPlane *) one->pdata[0])->width_px - 1;

  for (; last >= 0; last--)
    for (guint i = 0; i < one->len; i++)
      if (column_differs (one->pdata[i], other->pdata[i], last))
        return last;
  return last;
}

/* The reach is the distance to the right of the changed area at which a change can be
 * seen. */
static gboolean
find_reach (const UpscaleLocalSession *session,
            UpscaleLocalModelInfo     *info,
            GError                   **error)
{
  int width_px = info->piece_width_px;
  int height_px = info->piece_height_px;
  int limit_px = MIN (MAX_REACH_PX, MIN (width_px, height_px) / 4);
  g_autoptr (GPtrArray) given = make_probe (info->n_channels, width_px, height_px, FALSE);
  g_autoptr (GPtrArray) changed =
      make_probe (info->n_channels, width_px, height_px, TRUE);
  g_autoptr (GPtrArray) one = upscale_local_session_run (session, given, error);
  g_autoptr (GPtrArray) other =
      one ? upscale_local_session_run (session, changed, error) : NULL;

  if (!other || one->len != other->len)
    return other ? refuse (error, "its answers differ in size") : FALSE;
  info->reach_px =
      last_difference (one, other) / info->factor + 1 - width_px / 8 + SPARE_REACH_PX;
  info->reach_px = CLAMP (info->reach_px, 0, limit_px);
  return TRUE;
}

static gsize
peak_bytes (void)
{
  struct rusage usage;

  return getrusage (RUSAGE_SELF, &usage) == 0 ? (gsize) usage.ru_maxrss * 1024 : 0;
}

/* Chooses the largest piece that the memory of one run allows, from the use of the
 * test run. */
static void
choose_piece (UpscaleLocalModelInfo *info, gsize probe_bytes)
{
  gsize n_pixels = (gsize) info->piece_width_px * (gsize) info->piece_height_px;
  gsize bytes_per_pixel = MAX (probe_bytes / n_pixels, 1);
  int   side_px = (int) sqrt ((double) (PIECE_BYTES / bytes_per_pixel));
  int   smallest_px = MAX (PROBE_HEIGHT_PX, 4 * info->reach_px);
  int   multiple = info->multiple_of;

  side_px = CLAMP (side_px, smallest_px, MAX_PIECE_PX + 2 * info->reach_px);
  info->piece_width_px = MAX (side_px / multiple, 1) * multiple;
  info->piece_height_px = info->piece_width_px;
}

/**
 * upscale_local_model_info_find:
 * @session: a model
 * @info: (out): the properties
 * @error: return location for an error
 *
 * Runs the model on small pictures to find its properties. A model may hang, take all
 * memory or crash, so call this in a process of its own.
 *
 * Returns: %TRUE, or %FALSE with the reason that the model can't be used, the end of a
 * sentence
 */
gboolean
upscale_local_model_info_find (const UpscaleLocalSession *session,
                               UpscaleLocalModelInfo     *info,
                               GError                   **error)
{
  UpscaleLocalSessionInput input = upscale_local_session_get_input (session);
  UpscaleLocalModelInfo    found = { .n_channels = input.n_channels, .multiple_of = 1 };
  gsize                    bytes = peak_bytes ();

  g_return_val_if_fail (info != NULL, FALSE);

  found.is_fixed = input.width_px > 0 && input.height_px > 0;
  if (!found.is_fixed && (input.width_px > 0 || input.height_px > 0))
    return refuse (error, "only one of its sides has a fixed size; export it with both "
                          "fixed or both free");
  if (found.is_fixed ? !try_size (session, input.width_px, input.height_px, &found, error)
                     : !find_size_rule (session, &found, error))
    return FALSE;
  if (!find_reach (session, &found, error))
    return FALSE;
  if (!found.is_fixed)
    choose_piece (&found, peak_bytes () - bytes);
  *info = found;
  return TRUE;
}

/**
 * upscale_local_model_info_to_text:
 * @info: info
 *
 * Returns: (transfer full): a line of text for upscale_local_model_info_from_text()
 */
char *
upscale_local_model_info_to_text (const UpscaleLocalModelInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return g_strdup_printf (FORMAT, info->n_channels, info->factor, info->multiple_of,
                          info->reach_px, info->piece_width_px, info->piece_height_px,
                          info->is_fixed ? 1 : 0);
}

/**
 * upscale_local_model_info_from_text:
 * @info: (out): info
 * @text: a line
 *
 * Returns: %TRUE if @text is such a line
 */
gboolean
upscale_local_model_info_from_text (UpscaleLocalModelInfo *info, const char *text)
{
  UpscaleLocalModelInfo read = { 0 };
  int                   is_fixed;

  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  if (sscanf (text, FORMAT, &read.n_channels, &read.factor, &read.multiple_of,
              &read.reach_px, &read.piece_width_px, &read.piece_height_px,
              &is_fixed) != N_FIELDS)
    return FALSE;
  read.is_fixed = is_fixed != 0;
  *info = read;
  return TRUE;
}
