/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-network.h"

#include "upscale-local-resampler.h"
#include "upscale-local-ringing.h"

#include <gio/gio.h>

#define MAX_STEPS 2

/* Luma of BT.601, as in JPEG and in the training data. */
#define LUMA_OF_RED 0.299f
#define LUMA_OF_GREEN 0.587f
#define LUMA_OF_BLUE 0.114f

/* A model for one factor. */
typedef struct
{
  UpscaleLocalSession  *session;
  UpscaleLocalModelInfo info;
} Model;

/**
 * UpscaleLocalNetwork:
 *
 * Enlarges with the models of one name, each for a factor of its own. A model runs on
 * pieces with a margin as wide as its reach, so that no seam can arise: every pixel
 * equals the result for the whole picture. A model of one channel enlarges the luma, and
 * color is resampled.
 */
struct _UpscaleLocalNetwork
{
  UpscaleLocalEngine engine;
  char              *name;
  GArray            *models; /* of Model, by factor */
};

/* Models that run one after another for one enlargement. */
typedef struct
{
  const Model *steps[MAX_STEPS];
  guint        n;
} Route;

static GPtrArray *
planes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_local_plane_free);
}

static int
round_up (int length_px, int multiple_of)
{
  return (length_px + multiple_of - 1) / multiple_of * multiple_of;
}

/* Returns the side of a piece without its margin. Even shares avoid a narrow last
 * piece. */
static int
share_of (int length_px, int piece_px, int reach_px)
{
  int largest_px = MAX (piece_px - 2 * reach_px, 1);
  int n = (length_px + largest_px - 1) / largest_px;

  return (length_px + n - 1) / n;
}

static int
piece_length (const UpscaleLocalModelInfo *info, int share_px, int piece_px)
{
  return info->is_fixed ? piece_px
                        : round_up (share_px + 2 * info->reach_px, info->multiple_of);
}

static gboolean
check_answer (const UpscaleLocalModelInfo *info,
              GPtrArray                   *given,
              GPtrArray                   *answer,
              GError                     **error)
{
  const UpscaleLocalPlane *small = given->pdata[0];
  const UpscaleLocalPlane *large = answer->pdata[0];

  if (answer->len != given->len || large->width_px != info->factor * small->width_px ||
      large->height_px != info->factor * small->height_px)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "it answers in another size than when it was tried");
      return FALSE;
    }
  return upscale_local_model_info_check_finite (answer, error);
}

static gboolean
run_piece (const Model *model,
           GPtrArray   *from,
           GPtrArray   *to,
           int          x_px,
           int          y_px,
           const int    size_px[2],
           GError     **error)
{
  const UpscaleLocalModelInfo *info = &model->info;
  int                          reach_px = info->reach_px;
  g_autoptr (GPtrArray) piece = planes_new ();
  g_autoptr (GPtrArray) answer = NULL;

  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (piece,
                     upscale_local_plane_cut (from->pdata[i], x_px - reach_px,
                                              y_px - reach_px, size_px[0], size_px[1]));
  answer = upscale_local_session_run (model->session, piece, error);
  if (!answer || !check_answer (info, piece, answer, error))
    return FALSE;
  for (guint i = 0; i < to->len; i++)
    upscale_local_plane_paste (to->pdata[i], info->factor * x_px, info->factor * y_px,
                               answer->pdata[i], info->factor * reach_px);
  return TRUE;
}

static GPtrArray *
run_model (const Model *model, GPtrArray *from, GError **error)
{
  const UpscaleLocalModelInfo *info = &model->info;
  const UpscaleLocalPlane     *first = from->pdata[0];
  int across_px = share_of (first->width_px, info->piece_width_px, info->reach_px);
  int down_px = share_of (first->height_px, info->piece_height_px, info->reach_px);
  int size_px[2] = { piece_length (info, across_px, info->piece_width_px),
                     piece_length (info, down_px, info->piece_height_px) };
  g_autoptr (GPtrArray) to = planes_new ();

  for (guint i = 0; i < from->len; i++)
    g_ptr_array_add (to, upscale_local_plane_new (info->factor * first->width_px,
                                                  info->factor * first->height_px));
  for (int y = 0; y < first->height_px; y += down_px)
    for (int x = 0; x < first->width_px; x += across_px)
      if (!run_piece (model, from, to, x, y, size_px, error))
        return NULL;
  return g_steal_pointer (&to);
}

/* Chooses the smallest sufficient factor, else two steps with the smaller first, as it
 * costs less there, else the largest factor and resampling for the rest. */
static Route
plan_route (const UpscaleLocalNetwork *self, double scale)
{
  GArray *models = self->models;
  Model  *smallest = &g_array_index (models, Model, 0);
  Model  *largest = &g_array_index (models, Model, models->len - 1);

  for (guint i = 0; i < models->len; i++)
    {
      Model *model = &g_array_index (models, Model, i);

      if (model->info.factor >= scale)
        return (Route) { { model }, 1 };
    }
  if (models->len > 1)
    return (Route) { { smallest, largest }, 2 };
  return (Route) { { largest }, 1 };
}

static GPtrArray *
resample_all (GPtrArray *planes, int width_px, int height_px, GError **error)
{
  g_autoptr (GPtrArray) resampled = planes_new ();

  for (guint i = 0; i < planes->len; i++)
    {
      UpscaleLocalPlane *plane =
          upscale_local_resampler_resample (planes->pdata[i], width_px, height_px, error);

      if (!plane)
        return NULL;
      g_ptr_array_add (resampled, plane);
    }
  return g_steal_pointer (&resampled);
}

static GPtrArray *
follow (Route route, GPtrArray *planes, int width_px, int height_px, GError **error)
{
  g_autoptr (GPtrArray) current = g_ptr_array_ref (planes);
  const UpscaleLocalPlane *first;

  for (guint i = 0; i < route.n; i++)
    {
      GPtrArray *larger = run_model (route.steps[i], current, error);

      if (!larger)
        return NULL;
      /* A user's model may return NaN or huge numbers. */
      if (larger->len == 1)
        upscale_local_ringing_limit (larger->pdata[0], current->pdata[0],
                                     route.steps[i]->info.factor);
      g_ptr_array_unref (current);
      current = larger;
    }
  first = current->pdata[0];
  if (first->width_px == width_px && first->height_px == height_px)
    return g_steal_pointer (&current);
  return resample_all (current, width_px, height_px, error);
}

static UpscaleLocalPlane *
luma_of (GPtrArray *rgb)
{
  const UpscaleLocalPlane *red = rgb->pdata[0];
  UpscaleLocalPlane       *luma = upscale_local_plane_new (red->width_px, red->height_px);

  for (int y = 0; y < luma->height_px; y++)
    {
      const float *r = upscale_local_plane_row (rgb->pdata[0], y);
      const float *g = upscale_local_plane_row (rgb->pdata[1], y);
      const float *b = upscale_local_plane_row (rgb->pdata[2], y);
      float       *to = upscale_local_plane_row (luma, y);

      for (int x = 0; x < luma->width_px; x++)
        to[x] = LUMA_OF_RED * r[x] + LUMA_OF_GREEN * g[x] + LUMA_OF_BLUE * b[x];
    }
  return luma;
}

/* Clamps overshoot of the resampler. Clamping after the addition would cut a part of
 * the change. */
static void
cut_overshoot (GPtrArray *planes)
{
  for (guint i = 0; i < planes->len; i++)
    {
      UpscaleLocalPlane *plane = planes->pdata[i];

      for (int y = 0; y < plane->height_px; y++)
        {
          float *row = upscale_local_plane_row (plane, y);

          for (int x = 0; x < plane->width_px; x++)
            row[x] = CLAMP (row[x], 0, 1);
        }
    }
}

/* Returns the share of a luma change that a channel receives. A channel far darker or
 * lighter than the luma can change in one direction only, which would move its mean
 * and show as a color cast. */
static float
share_in_change (float tone, float luma)
{
  if (2 * tone < luma)
    return 2 * tone / luma;
  if (2 * (1 - tone) < 1 - luma)
    return 2 * (1 - tone) / (1 - luma);
  return 1;
}

/* Adds the luma change to R, G and B alike, as far as their ranges allow. */
static void
replace_luma (GPtrArray *rgb, const UpscaleLocalPlane *luma)
{
  g_autoptr (UpscaleLocalPlane) before = luma_of (rgb);

  for (int y = 0; y < luma->height_px; y++)
    for (guint channel = 0; channel < rgb->len; channel++)
      {
        float       *to = upscale_local_plane_row (rgb->pdata[channel], y);
        const float *wanted = upscale_local_plane_row (luma, y);
        const float *had = upscale_local_plane_row (before, y);

        for (int x = 0; x < luma->width_px; x++)
          to[x] += (wanted[x] - had[x]) * share_in_change (to[x], had[x]);
      }
}

static GPtrArray *
enlarge_by_luma (Route route, GPtrArray *rgb, int width_px, int height_px, GError **error)
{
  g_autoptr (GPtrArray) luma = planes_new ();
  g_autoptr (GPtrArray) larger = NULL;
  GPtrArray *result;

  g_ptr_array_add (luma, luma_of (rgb));
  larger = follow (route, luma, width_px, height_px, error);
  result = larger ? resample_all (rgb, width_px, height_px, error) : NULL;
  if (!result)
    return NULL;
  cut_overshoot (result);
  replace_luma (result, larger->pdata[0]);
  return result;
}

static GPtrArray *
split (const UpscaleLocalPicture *picture)
{
  GPtrArray *planes = planes_new ();

  for (int channel = 0; channel < UPSCALE_LOCAL_PICTURE_CHANNELS; channel++)
    g_ptr_array_add (planes, upscale_local_plane_from_picture (picture, channel));
  return planes;
}

static UpscaleLocalPicture *
join (GPtrArray *planes)
{
  const UpscaleLocalPlane *first = planes->pdata[0];
  UpscaleLocalPicture     *picture =
      upscale_local_picture_new (first->width_px, first->height_px);

  for (int channel = 0; channel < UPSCALE_LOCAL_PICTURE_CHANNELS; channel++)
    upscale_local_plane_to_picture (planes->pdata[channel], picture, channel);
  return picture;
}

static UpscaleLocalPicture *
enlarge (const UpscaleLocalEngine  *engine,
         const UpscaleLocalPicture *source,
         int                        width_px,
         int                        height_px,
         GError                   **error)
{
  const UpscaleLocalNetwork *self = (const UpscaleLocalNetwork *) engine;
  double                     scale =
      MAX ((double) width_px / source->width_px, (double) height_px / source->height_px);
  g_autoptr (GPtrArray) planes = NULL;
  g_autoptr (GPtrArray) larger = NULL;
  Route route;

  if (scale <= 1)
    return upscale_local_resampler_engine.enlarge (engine, source, width_px, height_px,
                                                   error);
  route = plan_route (self, scale);
  planes = split (source);
  larger = route.steps[0]->info.n_channels == 1
               ? enlarge_by_luma (route, planes, width_px, height_px, error)
               : follow (route, planes, width_px, height_px, error);
  if (larger)
    return join (larger);
  g_prefix_error (error, "the model '%s' failed: ", self->name);
  return NULL;
}

static void
free_network (UpscaleLocalEngine *engine)
{
  UpscaleLocalNetwork *self = (UpscaleLocalNetwork *) engine;

  g_free (self->name);
  g_array_unref (self->models);
  g_free (self);
}

static void
model_clear (gpointer data)
{
  upscale_local_session_free (((Model *) data)->session);
}

/**
 * upscale_local_network_new:
 * @name: the name of the models, for messages
 *
 * Returns: (transfer full): an engine without a model. All models must be added before
 * the engine is used or shared between threads
 */
UpscaleLocalNetwork *
upscale_local_network_new (const char *name)
{
  UpscaleLocalNetwork *self = g_new0 (UpscaleLocalNetwork, 1);

  g_return_val_if_fail (name != NULL, NULL);

  self->engine.enlarge = enlarge;
  self->engine.free = free_network;
  self->name = g_strdup (name);
  self->models = g_array_new (FALSE, FALSE, sizeof (Model));
  g_array_set_clear_func (self->models, model_clear);
  return self;
}

static int
compare_factors (gconstpointer one, gconstpointer other)
{
  return ((const Model *) one)->info.factor - ((const Model *) other)->info.factor;
}

/**
 * upscale_local_network_add:
 * @network: a network
 * @session: (transfer full): a model
 * @info: the properties of @session
 */
void
upscale_local_network_add (UpscaleLocalNetwork  *network,
                           UpscaleLocalSession  *session,
                           UpscaleLocalModelInfo info)
{
  Model model = { session, info };

  g_return_if_fail (network != NULL);

  g_array_append_val (network->models, model);
  g_array_sort (network->models, compare_factors);
}
