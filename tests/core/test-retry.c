/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-error.h"
#include "upscale-retry.h"

#define S ((gint64) G_USEC_PER_SEC)

typedef struct
{
  const char          *name;
  UpscaleError         code;
  gint64               retry_after_us;
  UpscaleRetryCase     what;
  UpscaleRetryDecision expected; /* wait_us is not compared */
} Row;

/* n_open, n_tries, max_tries, n_resends, is_submitted, has_others, jitter, n_busy,
 * patience_us, is_late */
static const Row rows[] = {
  { "broken-connection-sends-the-same-again",
    UPSCALE_ERROR_TRANSPORT,
    0,
    { 9, 1, 4, 0, FALSE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_RESEND, 0, TRUE, FALSE } },
  { "failed-server-sends-the-same-again",
    UPSCALE_ERROR_SERVER,
    0,
    { 9, 1, 4, 0, FALSE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_RESEND, 0, TRUE, FALSE } },
  { "what-was-not-taken-twice-goes-elsewhere",
    UPSCALE_ERROR_SERVER,
    0,
    { 9, 1, 4, 1, FALSE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, TRUE } },
  { "what-was-taken-is-asked-for-twice",
    UPSCALE_ERROR_TRANSPORT,
    0,
    { 9, 1, 4, 1, TRUE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_RESEND, 0, TRUE, FALSE } },
  { "and-then-goes-elsewhere",
    UPSCALE_ERROR_TRANSPORT,
    0,
    { 9, 1, 4, 2, TRUE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, TRUE } },
  { "second-failure-isolates",
    UPSCALE_ERROR_SERVER,
    0,
    { 9, 2, 4, 2, TRUE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_ISOLATE, 0, TRUE, TRUE } },
  { "single-tile-goes-elsewhere",
    UPSCALE_ERROR_SERVER,
    0,
    { 1, 2, 4, 2, TRUE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, TRUE } },
  { "lost-job-is-submitted-anew",
    UPSCALE_ERROR_EXPIRED,
    0,
    { 9, 1, 4, 0, TRUE, FALSE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, FALSE, TRUE } },
  { "job-that-was-never-known-is-a-failure",
    UPSCALE_ERROR_EXPIRED,
    0,
    { 9, 1, 4, 1, FALSE, FALSE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, TRUE } },
  { "unreachable-is-no-try",
    UPSCALE_ERROR_UNREACHABLE,
    0,
    { 9, 1, 4, 0, FALSE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, FALSE } },
  { "what-lies-behind-a-broken-line-is-waited-for",
    UPSCALE_ERROR_UNREACHABLE,
    0,
    { 9, 1, 4, 1, TRUE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_RESEND, 0, TRUE, FALSE } },
  { "but-not-long-when-others-could-do-it",
    UPSCALE_ERROR_UNREACHABLE,
    0,
    { 9, 1, 4, 2, TRUE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, TRUE, FALSE } },
  { "and-long-when-nobody-else-could",
    UPSCALE_ERROR_UNREACHABLE,
    0,
    { 9, 1, 4, 9, TRUE, FALSE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_RESEND, 0, TRUE, FALSE } },
  { "same-id-when-nobody-else-could-as-it-may-have-got-through",
    UPSCALE_ERROR_UNREACHABLE,
    0,
    { 9, 1, 4, 0, FALSE, FALSE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_RESEND, 0, TRUE, FALSE } },
  { "late-batch-is-halved",
    UPSCALE_ERROR_TIMED_OUT,
    0,
    { 8, 1, 4, 0, TRUE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_HALVE, 0, TRUE, TRUE } },
  { "too-large-batch-is-halved-without-harm",
    UPSCALE_ERROR_TOO_LARGE,
    0,
    { 8, 1, 4, 0, FALSE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_HALVE, 0, FALSE, FALSE } },
  { "too-large-tile-is-a-try",
    UPSCALE_ERROR_TOO_LARGE,
    0,
    { 1, 1, 4, 0, FALSE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_HALVE, 0, FALSE, TRUE } },
  { "refusal-stops-the-endpoint",
    UPSCALE_ERROR_REJECTED,
    0,
    { 9, 1, 4, 0, FALSE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_STOP_ENDPOINT, 0, TRUE, FALSE } },
  { "what-a-busy-endpoint-did-not-take-is-free",
    UPSCALE_ERROR_BUSY,
    5 * S,
    { 9, 1, 4, 0, FALSE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, FALSE, FALSE } },
  { "what-a-busy-endpoint-has-stays-there",
    UPSCALE_ERROR_BUSY,
    5 * S,
    { 9, 1, 4, 7, TRUE, TRUE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_RESEND, 0, FALSE, FALSE } },
  { "endpoint-that-was-busy-for-too-long-is-stopped",
    UPSCALE_ERROR_BUSY,
    0,
    { 9, 1, 4, 0, FALSE, TRUE, 1.0, 9, 0, FALSE },
    { UPSCALE_RETRY_STOP_ENDPOINT, 0, TRUE, FALSE } },
  { "batch-that-lies-there-for-too-long-has-timed-out",
    UPSCALE_ERROR_BUSY,
    0,
    { 9, 1, 4, 7, TRUE, TRUE, 1.0, 9, 60 * S, TRUE },
    { UPSCALE_RETRY_HALVE, 0, TRUE, TRUE } },
  { "busy-endpoint-is-waited-for-without-retries-too",
    UPSCALE_ERROR_BUSY,
    5 * S,
    { 9, 1, 1, 0, FALSE, FALSE, 1.0, 1, 60 * S, FALSE },
    { UPSCALE_RETRY_REQUEUE, 0, FALSE, FALSE } },
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
test_wait_has_bounds (void)
{
  g_autoptr (GError) error = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_BUSY, "x");

  upscale_error_set_retry_after (error, 40 * S);
  g_assert_cmpint (upscale_retry_wait (error, 1, 2400 * S, 1.0), ==, 40 * S);
  g_assert_cmpint (upscale_retry_wait (error, 1, 30 * S, 1.0), ==, 30 * S);
  g_assert_cmpint (upscale_retry_wait (error, 1, 0, 1.0), ==, 0);
  upscale_error_set_retry_after (error, 3600 * S);
  g_assert_cmpint (upscale_retry_wait (error, 1, 2400 * S, 1.0), ==, 300 * S);
  upscale_error_set_retry_after (error, 0);
  g_assert_cmpint (upscale_retry_wait (error, 1, 2400 * S, 1.0), <,
                   upscale_retry_wait (error, 3, 2400 * S, 1.0));
}

static void
test_no_second_try_for_who_wants_none (void)
{
  UpscaleError codes[] = {
    UPSCALE_ERROR_UNREACHABLE, UPSCALE_ERROR_TRANSPORT, UPSCALE_ERROR_EXPIRED,
    UPSCALE_ERROR_TOO_LARGE,   UPSCALE_ERROR_TIMED_OUT, UPSCALE_ERROR_SERVER,
    UPSCALE_ERROR_PROTOCOL,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = g_error_new (UPSCALE_ERROR, (int) codes[i], "x");
      UpscaleRetryCase     what = { 1, 1, 1, 0, TRUE, FALSE, 0.5, 1, 60 * S, FALSE };
      UpscaleRetryDecision decision = upscale_retry_decide (error, what);

      g_assert_cmpint (decision.action, ==, UPSCALE_RETRY_REQUEUE);
      g_assert_true (decision.is_try);
    }
}

static void
test_backoff_doubles_up_to_half_a_minute (void)
{
  gint64 expected[] = { 1, 2, 4, 8, 16, 30, 30, 30, 30 };

  for (int i = 0; i < (int) G_N_ELEMENTS (expected); i++)
    {
      g_assert_cmpint (upscale_retry_backoff (i + 1, 1.0), ==, expected[i] * S);
      g_assert_cmpint (upscale_retry_backoff (i + 1, 0.0), ==, expected[i] * S / 2);
    }
}

static void
test_an_endpoint_that_has_worked_gets_time_to_come_back (void)
{
  UpscaleHealthCase never = { 3, 10 * S, FALSE, 4, FALSE };
  UpscaleHealthCase worked = { 20, 299 * S, TRUE, 4, TRUE };

  g_assert_false (upscale_retry_should_stop (never));
  never.n_strikes = 4;
  g_assert_true (upscale_retry_should_stop (never));
  g_assert_false (upscale_retry_should_stop (worked));
  worked.unwell_us = 300 * S;
  g_assert_true (upscale_retry_should_stop (worked));
  worked = (UpscaleHealthCase) { 1, 0, TRUE, 1, TRUE };
  g_assert_true (upscale_retry_should_stop (worked));
  worked = (UpscaleHealthCase) { 3, 0, TRUE, 1, FALSE };
  g_assert_false (upscale_retry_should_stop (worked));
  worked.n_strikes = 4;
  g_assert_true (upscale_retry_should_stop (worked));
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
  g_test_add_func ("/retry/wait-has-bounds", test_wait_has_bounds);
  g_test_add_func ("/retry/no-second-try-for-who-wants-none",
                   test_no_second_try_for_who_wants_none);
  g_test_add_func ("/retry/backoff-doubles-up-to-half-a-minute",
                   test_backoff_doubles_up_to_half_a_minute);
  g_test_add_func ("/retry/an-endpoint-that-has-worked-gets-time-to-come-back",
                   test_an_endpoint_that_has_worked_gets_time_to_come_back);
  return g_test_run ();
}
