/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-model-follower.h"

#include "upscale-argument-table.h"

static double
get_default (const char *name)
{
  return upscale_argument_table_find (name)->value;
}

/* Returns @told, or the default of the table if @told is not stated or not possible. */
static double
choose (const char *name, double told)
{
  const UpscaleArgument *argument = upscale_argument_table_find (name);
  gboolean               is_multiple =
      argument->multiple_of == 0 || (int) told % argument->multiple_of == 0;

  return told > 0.0 && told >= argument->least && told <= argument->most && is_multiple
             ? told
             : argument->value;
}

static int
follow_int (GObject *config, const char *name, int before, double told)
{
  int now = 0;
  int next = (int) choose (name, told);

  g_object_get (config, name, &now, NULL);
  if (now != before || now == next)
    return before;
  g_object_set (config, name, next, NULL);
  return next;
}

static double
follow_double (GObject *config, const char *name, double before, double told)
{
  double now = 0.0;
  double next = choose (name, told);

  g_object_get (config, name, &now, NULL);
  if (now != before || now == next)
    return before;
  g_object_set (config, name, next, NULL);
  return next;
}

/**
 * upscale_model_follower_new:
 *
 * Returns: a follower that has set nothing yet
 */
UpscaleModelFollower
upscale_model_follower_new (void)
{
  return (UpscaleModelFollower) { (int) get_default ("steps"), get_default ("cfg-scale"),
                                  (int) get_default ("tile-size") };
}

/**
 * upscale_model_follower_update:
 * @follower: a follower
 * @config: an object with the arguments of the table as properties, changed
 * @completions: the values that servers have told
 *
 * Sets steps, CFG scale and tile size to the values that suit the model. An argument with
 * another value than the one set before is the user's, and stays. The size is that of the
 * tile, since a model paints best at the size it was trained for, and painting a tile
 * smaller than it is loses detail.
 */
void
upscale_model_follower_update (UpscaleModelFollower *follower,
                               GObject              *config,
                               UpscaleCompletions   *completions)
{
  static const UpscaleModelDefaults unknown = { 0 };
  const UpscaleModelDefaults       *told;
  g_autofree char                  *model = NULL;
  gboolean                          repaints = FALSE;

  g_return_if_fail (follower != NULL);
  g_return_if_fail (G_IS_OBJECT (config));
  g_return_if_fail (completions != NULL);

  g_object_get (config, "model", &model, "repaint-selection", &repaints, NULL);
  told = upscale_completions_find_defaults (completions, model ? model : "");
  if (!told)
    told = &unknown;
  follower->steps = follow_int (config, "steps", follower->steps, told->steps);
  follower->cfg_scale =
      follow_double (config, "cfg-scale", follower->cfg_scale, told->cfg_scale);
  if (!repaints)
    follower->tile_px =
        follow_int (config, "tile-size", follower->tile_px, told->native_px);
}
