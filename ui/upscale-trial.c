/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-trial.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-settings.h"

#define GROUP "Trial"
#define MAX_CHANGES 3

static const UpscaleSettingsKind kind = {
  .group = GROUP,
  .flags = UPSCALE_ARGUMENT_ANY,
  .is_document = FALSE,
};

/* The arguments that the first trial names. */
static const char *const main_arguments[] = { "strength", "steps" };

/**
 * upscale_trial_read_settings:
 * @config: the arguments
 *
 * Returns: (transfer full): the arguments as they are now, for a trial that begins
 */
GKeyFile *
upscale_trial_read_settings (GObject *config)
{
  GKeyFile *keys = g_key_file_new ();

  upscale_settings_write (config, keys, &kind);
  return keys;
}

static char *
dup_value (GKeyFile *settings, const char *name)
{
  return g_key_file_get_string (settings, GROUP, name, NULL);
}

static gboolean
is_main (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (main_arguments); i++)
    if (g_str_equal (name, main_arguments[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_named (const char *name, GKeyFile *settings, const UpscaleTrial *previous)
{
  g_autofree char *now = dup_value (settings, name);
  g_autofree char *before = previous ? dup_value (previous->settings, name) : NULL;

  return previous ? g_strcmp0 (now, before) != 0 : is_main (name);
}

/* Numbers are shown as the dialog shows them. */
static char *
dup_shown_value (const UpscaleArgument *argument, GKeyFile *settings)
{
  g_autofree char *text = dup_value (settings, argument->name);

  if (argument->type == UPSCALE_ARGUMENT_NUMBER && text)
    return g_strdup_printf ("%.*f", argument->digits, g_ascii_strtod (text, NULL));
  return g_steal_pointer (&text);
}

static char *
describe_argument (const UpscaleArgument *argument, GKeyFile *settings)
{
  g_autofree char *value = dup_shown_value (argument, settings);
  g_autofree char *name = upscale_control_dup_plain (_ (argument->label));

  return g_strdup_printf ("%s: %s", name, value && *value ? value : "–");
}

/* Names what differs from the trial before. */
static char *
make_caption (GKeyFile *settings, const UpscaleTrial *previous)
{
  const UpscaleArgument *argument = NULL;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_null_terminated (4, g_free, TRUE);

  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    if (lines->len < MAX_CHANGES && is_named (argument->name, settings, previous))
      g_ptr_array_add (lines, describe_argument (argument, settings));
  if (lines->len == 0)
    return g_strdup (_ ("the same settings"));
  return g_strjoinv ("\n", (GStrv) lines->pdata);
}

/**
 * upscale_trial_new:
 * @job: a job that has painted the tile
 * @tile_index: the tile
 * @settings: the arguments that @job was made from
 * @previous: (nullable): the trial before
 *
 * Keeps the pixels of the tile's part of the target, and nothing else of @job. Takes
 * milliseconds.
 *
 * Returns: (transfer full): the trial
 */
UpscaleTrial *
upscale_trial_new (UpscaleJob         *job,
                   guint               tile_index,
                   GKeyFile           *settings,
                   const UpscaleTrial *previous)
{
  UpscaleTrial    *trial;
  UpscaleTilePlan *plan;
  g_autoptr (UpscaleView) before = NULL;
  g_autoptr (UpscaleView) after = NULL;

  g_return_val_if_fail (UPSCALE_IS_JOB (job), NULL);
  g_return_val_if_fail (settings != NULL, NULL);

  plan = upscale_job_get_plan (job);
  trial = g_new0 (UpscaleTrial, 1);
  trial->number = previous ? previous->number + 1 : 1;
  trial->tile_index = tile_index;
  trial->target_width_px = upscale_tile_plan_get_width (plan);
  trial->target_height_px = upscale_tile_plan_get_height (plan);
  trial->area = upscale_tile_plan_get_share (plan, tile_index);
  before = upscale_job_view_before (job, trial->area);
  after = upscale_job_view_result (job, trial->area);
  trial->before = upscale_view_copy (before);
  trial->after = upscale_view_copy (after);
  trial->settings = g_key_file_ref (settings);
  trial->caption = make_caption (settings, previous);
  return trial;
}

/**
 * upscale_trial_free:
 * @trial: (transfer full): a trial
 */
void
upscale_trial_free (UpscaleTrial *trial)
{
  g_return_if_fail (trial != NULL);

  upscale_view_unref (trial->before);
  upscale_view_unref (trial->after);
  g_key_file_unref (trial->settings);
  g_free (trial->caption);
  g_free (trial);
}

/**
 * upscale_trial_shows_same_part:
 * @a: a trial
 * @b: a trial
 *
 * Returns: %TRUE if the trials can be compared with each other
 */
gboolean
upscale_trial_shows_same_part (const UpscaleTrial *a, const UpscaleTrial *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->target_width_px == b->target_width_px &&
         a->target_height_px == b->target_height_px &&
         upscale_rect_equal (a->area, b->area);
}

/**
 * upscale_trial_make_picture:
 * @trial: a trial
 * @side_px: the longest side that is wanted
 *
 * Returns: (transfer full): a small picture of the painted tile
 */
GdkPixbuf *
upscale_trial_make_picture (const UpscaleTrial *trial, int side_px)
{
  int    width = 0;
  int    height = 0;
  double factor;
  g_autoptr (UpscalePixels) pixels = NULL;
  g_autoptr (GdkPixbuf) borrowed = NULL;

  g_return_val_if_fail (trial != NULL, NULL);
  g_return_val_if_fail (side_px > 0, NULL);

  factor = MIN (1.0, (double) side_px / MAX (trial->area.width, trial->area.height));
  width = MAX (1, (int) (trial->area.width * factor));
  height = MAX (1, (int) (trial->area.height * factor));
  pixels =
      upscale_view_read (trial->after,
                         (UpscaleRect) { 0, 0, trial->area.width, trial->area.height },
                         width, height);
  borrowed =
      gdk_pixbuf_new_from_data (pixels->data, GDK_COLORSPACE_RGB, FALSE, 8,
                                pixels->width_px, pixels->height_px,
                                (int) upscale_pixels_get_row_bytes (pixels), NULL, NULL);
  return gdk_pixbuf_copy (borrowed);
}
