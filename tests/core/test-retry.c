/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-error.h"
#include "upscale-retry.h"

#define S G_USEC_PER_SEC

typedef struct
{
  const char          *name;
  UpscaleError         code;
  gint64               retry_after_us;
  UpscaleRetryCase     what;
  UpscaleRetryDecision expected; /* wait_us is not compared */
} Row;

#define CASE(open, answered, tries) { open, answered, tries, 4, 0, 100 * S, 1.0 }

static const Row rows[] = {
  { "broken-connection-sends-the-same-again",
    UPSCALE_ERROR_TRANSPORT,
    0,
    CASE (9, 0, 1),
    { UPSCALE_RETRY_RESEND, 0, TRUE, TRUE } },
  { "failed-server-sends-the-same-again",
    UPSCALE_ERROR_SERVER,
    0,
    CASE (9, 0, 1),
    { UPSCALE_RETRY_RESEND, 0, TRUE, TRUE } },
  { "lost-job-is-submitted-again",
    UPSCALE_ERROR_EXPIRED,
    0,
    CASE (9, 0, 1),
    { UPSCALE_RETRY_RESEND, 0, TRUE, TRUE } },
  { "what-came-back-is-not-painted-twice",
    UPSCALE_ERROR_TRANSPORT,
    0,
    CASE (5, 4, 1),
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, TRUE } },
  { "second-failure-isolates",
    UPSCALE_ERROR_SERVER,
    0,
    CASE (9, 0, 2),
    { UPSCALE_RETRY_ISOLATE, 0, TRUE, TRUE } },
  { "single-tile-goes-elsewhere",
    UPSCALE_ERROR_SERVER,
    0,
    CASE (1, 0, 2),
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, TRUE } },
  { "late-batch-is-halved",
    UPSCALE_ERROR_TIMED_OUT,
    0,
    CASE (8, 0, 1),
    { UPSCALE_RETRY_HALVE, 0, TRUE, TRUE } },
  { "too-large-batch-is-halved-without-harm",
    UPSCALE_ERROR_TOO_LARGE,
    0,
    CASE (8, 0, 1),
    { UPSCALE_RETRY_HALVE, 0, FALSE, FALSE } },
  { "too-large-tile-is-a-try",
    UPSCALE_ERROR_TOO_LARGE,
    0,
    CASE (1, 0, 1),
    { UPSCALE_RETRY_HALVE, 0, FALSE, TRUE } },
  { "refusal-stops-the-endpoint",
    UPSCALE_ERROR_REJECTED,
    0,
    CASE (9, 0, 1),
    { UPSCALE_RETRY_STOP_ENDPOINT, 0, TRUE, FALSE } },
  { "busy-waits-without-harm",
    UPSCALE_ERROR_BUSY,
    5 * S,
    CASE (9, 0, 1),
    { UPSCALE_RETRY_RESEND, 0, FALSE, FALSE } },
  { "busy-after-answers-goes-back",
    UPSCALE_ERROR_BUSY,
    5 * S,
    CASE (9, 2, 1),
    { UPSCALE_RETRY_REQUEUE, 0, FALSE, FALSE } },
  { "busy-longer-than-patience-is-a-strike",
    UPSCALE_ERROR_BUSY,
    101 * S,
    CASE (9, 0, 1),
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, TRUE } },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = g_error_new (UPSCALE_ERROR, (int) row->code, "x");
  UpscaleRetryDecision decision;

  upscale_error_set_retry_after (error, row->retry_after_us);
  decision = upscale_retry_decide (error, row->what);
  g_assert_cmpint (decision.action, ==, row->expected.action);
  g_assert_cmpint (decision.is_strike, ==, row->expected.is_strike);
  g_assert_cmpint (decision.is_try, ==, row->expected.is_try);
  if (row->retry_after_us)
    g_assert_cmpint (decision.wait_us, ==, row->retry_after_us);
}

static void
test_nothing_is_sent_again_when_no_try_is_left (void)
{
  g_autoptr (GError) error = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_SERVER, "x");
  UpscaleRetryCase what = { 1, 0, 1, 1, 0, 100 * S, 0.5 };

  g_assert_cmpint (upscale_retry_decide (error, what).action, ==, UPSCALE_RETRY_REQUEUE);
}

static void
test_backoff_doubles_up_to_a_minute (void)
{
  gint64 expected[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };

  for (int i = 0; i < (int) G_N_ELEMENTS (expected); i++)
    {
      g_assert_cmpint (upscale_retry_backoff (i + 1, 1.0), ==, expected[i] * S);
      g_assert_cmpint (upscale_retry_backoff (i + 1, 0.0), ==, expected[i] * S / 2);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/retry/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/retry/nothing-is-sent-again-when-no-try-is-left",
                   test_nothing_is_sent_again_when_no_try_is_left);
  g_test_add_func ("/retry/backoff-doubles-up-to-a-minute",
                   test_backoff_doubles_up_to_a_minute);
  return g_test_run ();
}
