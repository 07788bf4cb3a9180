/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-progress.h"

#include <glib/gi18n-lib.h>

#define MINUTE_S 60.0
#define HOUR_MIN 60
/* Shorter times are told in seconds or minutes alone. */
#define SHORT_S 120.0
#define SHORT_MIN 120
#define LEAST_COST 0.005 /* which is shown as $0.01 */

/**
 * upscale_progress_count_settled:
 * @progress: the progress
 *
 * Returns: the number of tiles that are finished, including failed ones
 */
guint
upscale_progress_count_settled (UpscaleProgress progress)
{
  return progress.n_painted + progress.n_stored + progress.n_skipped + progress.n_failed;
}

/**
 * upscale_progress_count_done:
 * @progress: the progress
 *
 * Returns: the number of tiles that need no more work; failed tiles need more
 */
guint
upscale_progress_count_done (UpscaleProgress progress)
{
  return progress.n_painted + progress.n_stored + progress.n_skipped;
}

static gboolean
is_anything_painted (UpscaleProgress progress)
{
  return progress.n_queued + progress.n_starting < progress.n_in_flight;
}

/**
 * upscale_progress_is_waiting:
 * @progress: the progress
 *
 * Returns: %TRUE if no tile is being painted, as the endpoints are busy or start, or have
 * not answered yet
 */
gboolean
upscale_progress_is_waiting (UpscaleProgress progress)
{
  return progress.wait_us > 0 || progress.is_probing ||
         (progress.n_in_flight > 0 && !is_anything_painted (progress));
}

/* Appends the reason that nothing is being painted. */
static void
append_wait (GString *line, UpscaleProgress progress)
{
  g_autofree char *wait = upscale_progress_describe_wait (progress.wait_us);
  g_autofree char *waited = upscale_progress_describe_time (progress.waited_us);

  if (!upscale_progress_is_waiting (progress))
    return;
  if (progress.wait_us > 0)
    g_string_append_printf (line, ", %s", wait);
  else if (progress.is_probing)
    g_string_append (line, _ (", waiting for the endpoints to answer"));
  else if (progress.n_starting > 0)
    g_string_append_printf (line, _ (", waiting for machines to start (%s)"), waited);
  else
    g_string_append_printf (line, _ (", waiting in the server's queue (%s)"), waited);
}

static void
append_time (GString *line, UpscaleProgress progress)
{
  int minutes = (int) (progress.seconds_left / MINUTE_S + 0.5);

  if (progress.seconds_left < 0.0 ||
      upscale_progress_count_settled (progress) == progress.n_tiles)
    return;
  if (minutes < 1)
    g_string_append (line, _ (", less than a minute left"));
  else
    g_string_append_printf (line, _ (", about %d min left"), minutes);
}

static void
append_cost (GString *line, UpscaleProgress progress)
{
  if (progress.expected_cost > 0.0)
    g_string_append_printf (line, _ (", $%.2f of about $%.2f"), progress.cost,
                            progress.expected_cost);
  else if (progress.cost > 0.0)
    g_string_append_printf (line, _ (", $%.2f so far"), progress.cost);
}

/**
 * upscale_progress_describe:
 * @progress: the progress
 *
 * Returns: (transfer full): one line, such as `5 of 45 tiles, 9 in flight, about 2 min
 * left`
 */
char *
upscale_progress_describe (UpscaleProgress progress)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_printf (line, _ ("%u of %u tiles"), upscale_progress_count_done (progress),
                   progress.n_tiles);
  if (progress.n_stored > 0)
    g_string_append_printf (line, _ (", %u from an earlier run"), progress.n_stored);
  if (progress.n_in_flight > 0)
    g_string_append_printf (line, _ (", %u in flight"), progress.n_in_flight);
  if (progress.n_failed > 0)
    g_string_append_printf (line, _ (", %u failed"), progress.n_failed);
  append_wait (line, progress);
  append_time (line, progress);
  append_cost (line, progress);
  return g_string_free_and_steal (g_steal_pointer (&line));
}

/**
 * upscale_progress_describe_wait:
 * @wait_us: the wait for a busy endpoint
 *
 * Returns: (transfer full): the wait in words
 */
char *
upscale_progress_describe_wait (gint64 wait_us)
{
  int seconds = (int) ((wait_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);

  return g_strdup_printf (_ ("busy, asks again in %d s"), seconds);
}

/**
 * upscale_progress_describe_time:
 * @time_us: a time that has passed
 *
 * Returns: (transfer full): the time in words, such as `40 s` or `3 min`
 */
char *
upscale_progress_describe_time (gint64 time_us)
{
  int seconds = (int) (time_us / G_USEC_PER_SEC);

  if (seconds < MINUTE_S)
    return g_strdup_printf (_ ("%d s"), seconds);
  return g_strdup_printf (_ ("%d min"), seconds / (int) MINUTE_S);
}

static gboolean
ends_sentence (const char *text)
{
  static const char *const ends[] = {
    ".", "?", "!", "\xe3\x80\x82", "\xef\xbc\x9f", "\xef\xbc\x81"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (text, ends[i]))
      return TRUE;
  return FALSE;
}

/**
 * upscale_progress_summarize:
 * @progress: the progress at the end
 * @first_failure: (nullable): the error of the first failed tile
 *
 * Returns: (transfer full): one sentence, such as `80 of 81 tiles; tile 12: it timed out.
 * Run again to finish.`
 */
char *
upscale_progress_summarize (UpscaleProgress progress, const char *first_failure)
{
  guint n_done = progress.n_tiles - progress.n_failed;

  if (progress.n_failed == 0)
    return g_strdup_printf (_ ("Upscaled %u of %u tiles"), n_done, progress.n_tiles);
  if (first_failure && ends_sentence (first_failure))
    return g_strdup_printf (_ ("%u of %u tiles; %s Run again to finish."), n_done,
                            progress.n_tiles, first_failure);
  return g_strdup_printf (_ ("%u of %u tiles; %s. Run again to finish."), n_done,
                          progress.n_tiles, first_failure ? first_failure : "");
}

static void
append_duration (GString *line, double seconds)
{
  int minutes = (int) (seconds / MINUTE_S + 0.5);

  if (seconds < SHORT_S)
    g_string_append_printf (line, _ (", %.0f s"), seconds);
  else if (minutes < SHORT_MIN)
    g_string_append_printf (line, _ (", %d min"), minutes);
  else
    g_string_append_printf (line, _ (", %d h %d min"), minutes / HOUR_MIN,
                            minutes % HOUR_MIN);
}

/**
 * upscale_progress_describe_end:
 * @progress: the progress at the end, with the cost of all that was paid for
 * @name: name of the result
 * @seconds: duration of the work
 *
 * Returns: (transfer full): one line, such as `photo.jpg 2x: 28 of 28 tiles, 41 s, $0.03`
 */
char *
upscale_progress_describe_end (UpscaleProgress progress, const char *name, double seconds)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_return_val_if_fail (name != NULL, NULL);

  g_string_printf (line, _ ("%s: %u of %u tiles"), name,
                   upscale_progress_count_done (progress), progress.n_tiles);
  append_duration (line, seconds);
  if (progress.cost >= LEAST_COST)
    g_string_append_printf (line, _ (", $%.2f"), progress.cost);
  return g_string_free_and_steal (g_steal_pointer (&line));
}
