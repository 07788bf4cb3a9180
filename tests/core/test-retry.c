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
  UpscaleRetryDecision expected; /* action, is_endpoint_failure and is_try */
} Row;

static const Row rows[] = {
  { .name = "broken-connection-sends-the-same-again",
    .code = UPSCALE_ERROR_TRANSPORT,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_RESEND, .is_endpoint_failure = TRUE } },
  { .name = "failed-server-sends-the-same-again",
    .code = UPSCALE_ERROR_SERVER,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_RESEND, .is_endpoint_failure = TRUE } },
  { .name = "batch-refused-twice-goes-elsewhere",
    .code = UPSCALE_ERROR_SERVER,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 1,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE,
                  .is_endpoint_failure = TRUE,
                  .is_try = TRUE } },
  { .name = "acknowledged-batch-is-resent-twice",
    .code = UPSCALE_ERROR_TRANSPORT,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 1,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_RESEND, .is_endpoint_failure = TRUE } },
  { .name = "acknowledged-batch-goes-elsewhere-after-two-resends",
    .code = UPSCALE_ERROR_TRANSPORT,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 2,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE,
                  .is_endpoint_failure = TRUE,
                  .is_try = TRUE } },
  { .name = "second-failure-isolates",
    .code = UPSCALE_ERROR_SERVER,
    .what = { .n_open = 9,
              .n_tries = 2,
              .max_tries = 4,
              .n_resends = 2,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_ISOLATE,
                  .is_endpoint_failure = TRUE,
                  .is_try = TRUE } },
  { .name = "single-tile-goes-elsewhere-at-first",
    .code = UPSCALE_ERROR_SERVER,
    .what = { .n_open = 1,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 2,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE,
                  .is_endpoint_failure = TRUE,
                  .is_try = TRUE } },
  { .name = "single-tile-that-failed-before-is-blamed",
    .code = UPSCALE_ERROR_SERVER,
    .what = { .n_open = 1,
              .n_tries = 2,
              .max_tries = 4,
              .n_resends = 2,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE, .is_try = TRUE } },
  { .name = "batch-that-the-endpoint-has-lost-is-requeued",
    .code = UPSCALE_ERROR_EXPIRED,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .is_submitted = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE, .is_try = TRUE } },
  { .name = "expired-batch-that-was-never-acknowledged-is-a-failure",
    .code = UPSCALE_ERROR_EXPIRED,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 1,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE,
                  .is_endpoint_failure = TRUE,
                  .is_try = TRUE } },
  { .name = "unreachable-endpoint-costs-no-try",
    .code = UPSCALE_ERROR_UNREACHABLE,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE, .is_endpoint_failure = TRUE } },
  { .name = "acknowledged-batch-waits-for-an-unreachable-endpoint",
    .code = UPSCALE_ERROR_UNREACHABLE,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 1,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_RESEND, .is_endpoint_failure = TRUE } },
  { .name = "acknowledged-batch-goes-to-other-endpoints-after-two-resends",
    .code = UPSCALE_ERROR_UNREACHABLE,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 2,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE, .is_endpoint_failure = TRUE } },
  { .name = "acknowledged-batch-waits-long-without-other-endpoints",
    .code = UPSCALE_ERROR_UNREACHABLE,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 9,
              .is_submitted = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_RESEND, .is_endpoint_failure = TRUE } },
  { .name = "unacknowledged-batch-is-resent-without-other-endpoints",
    .code = UPSCALE_ERROR_UNREACHABLE,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_RESEND, .is_endpoint_failure = TRUE } },
  { .name = "late-batch-is-halved",
    .code = UPSCALE_ERROR_TIMED_OUT,
    .what = { .n_open = 8,
              .n_tries = 1,
              .max_tries = 4,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_HALVE,
                  .is_endpoint_failure = TRUE,
                  .is_try = TRUE } },
  { .name = "too-large-batch-is-halved-without-a-try",
    .code = UPSCALE_ERROR_TOO_LARGE,
    .what = { .n_open = 8,
              .n_tries = 1,
              .max_tries = 4,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_HALVE } },
  { .name = "too-large-tile-is-a-try",
    .code = UPSCALE_ERROR_TOO_LARGE,
    .what = { .n_open = 1,
              .n_tries = 1,
              .max_tries = 4,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_HALVE, .is_try = TRUE } },
  { .name = "refusal-stops-the-endpoint",
    .code = UPSCALE_ERROR_REJECTED,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_STOP_ENDPOINT, .is_endpoint_failure = TRUE } },
  { .name = "batch-that-a-busy-endpoint-refused-costs-no-try",
    .code = UPSCALE_ERROR_BUSY,
    .retry_after_us = 5 * S,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE } },
  { .name = "acknowledged-batch-stays-at-a-busy-endpoint",
    .code = UPSCALE_ERROR_BUSY,
    .retry_after_us = 5 * S,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 7,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_RESEND } },
  { .name = "endpoint-that-was-busy-for-too-long-is-stopped",
    .code = UPSCALE_ERROR_BUSY,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 9 },
    .expected = { .action = UPSCALE_RETRY_STOP_ENDPOINT, .is_endpoint_failure = TRUE } },
  { .name = "acknowledged-batch-times-out-at-a-busy-endpoint",
    .code = UPSCALE_ERROR_BUSY,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 4,
              .n_resends = 7,
              .is_submitted = TRUE,
              .has_others = TRUE,
              .jitter = 1.0,
              .n_busy = 9,
              .patience_us = 60 * S,
              .is_late = TRUE },
    .expected = { .action = UPSCALE_RETRY_HALVE,
                  .is_endpoint_failure = TRUE,
                  .is_try = TRUE } },
  { .name = "busy-endpoint-is-waited-for-without-retries-too",
    .code = UPSCALE_ERROR_BUSY,
    .retry_after_us = 5 * S,
    .what = { .n_open = 9,
              .n_tries = 1,
              .max_tries = 1,
              .jitter = 1.0,
              .n_busy = 1,
              .patience_us = 60 * S },
    .expected = { .action = UPSCALE_RETRY_REQUEUE } },
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
  g_assert_cmpint (decision.is_endpoint_failure, ==, row->expected.is_endpoint_failure);
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
test_one_try_means_no_resend (void)
{
  UpscaleError codes[] = {
    UPSCALE_ERROR_UNREACHABLE, UPSCALE_ERROR_TRANSPORT, UPSCALE_ERROR_EXPIRED,
    UPSCALE_ERROR_TOO_LARGE,   UPSCALE_ERROR_TIMED_OUT, UPSCALE_ERROR_SERVER,
    UPSCALE_ERROR_PROTOCOL,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = g_error_new (UPSCALE_ERROR, (int) codes[i], "x");
      UpscaleRetryCase     what = { .n_open = 1,
                                    .n_tries = 1,
                                    .max_tries = 1,
                                    .is_submitted = TRUE,
                                    .jitter = 0.5,
                                    .n_busy = 1,
                                    .patience_us = 60 * S };
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
test_endpoint_that_has_worked_gets_time_to_come_back (void)
{
  UpscaleRetryHealthCase never = { .n_failures = 3,
                                   .failing_us = 10 * S,
                                   .max_tries = 4 };
  UpscaleRetryHealthCase worked = { .n_failures = 20,
                                    .failing_us = 299 * S,
                                    .has_worked = TRUE,
                                    .max_tries = 4,
                                    .is_probe = TRUE };

  g_assert_false (upscale_retry_should_stop (never));
  never.n_failures = 4;
  g_assert_true (upscale_retry_should_stop (never));
  g_assert_false (upscale_retry_should_stop (worked));
  worked.failing_us = 300 * S;
  g_assert_true (upscale_retry_should_stop (worked));
  worked = (UpscaleRetryHealthCase) {
    .n_failures = 1, .has_worked = TRUE, .max_tries = 1, .is_probe = TRUE
  };
  g_assert_true (upscale_retry_should_stop (worked));
  worked =
      (UpscaleRetryHealthCase) { .n_failures = 3, .has_worked = TRUE, .max_tries = 1 };
  g_assert_false (upscale_retry_should_stop (worked));
  worked.n_failures = 4;
  g_assert_true (upscale_retry_should_stop (worked));
}

static void
test_lost_work_decides_about_the_endpoint (void)
{
  g_autoptr (GError) broken = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TRANSPORT, "x");
  g_autoptr (GError) busy = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_BUSY, "x");
  UpscaleRetryCase what = {
    .n_open = 9, .n_tries = 1, .max_tries = 4, .has_others = TRUE, .patience_us = 60 * S
  };
  UpscaleRetryDecision decision = upscale_retry_decide (broken, what);

  g_assert_false (decision.backs_off || decision.needs_probe || decision.reduces_slots);
  what.n_resends = 1;
  decision = upscale_retry_decide (broken, what);
  g_assert_true (decision.backs_off && decision.needs_probe && !decision.reduces_slots);
  decision = upscale_retry_decide (busy, what);
  g_assert_true (decision.backs_off && !decision.needs_probe && decision.reduces_slots);
}

static void
test_failed_probe (void)
{
  const struct
  {
    UpscaleError            code;
    UpscaleRetryProbeAction expected;
  } cases[] = {
    { UPSCALE_ERROR_BUSY, UPSCALE_RETRY_PROBE_WAIT },
    { UPSCALE_ERROR_UNREACHABLE, UPSCALE_RETRY_PROBE_BACK_OFF },
    { UPSCALE_ERROR_REJECTED, UPSCALE_RETRY_PROBE_STOP },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new (UPSCALE_ERROR, (int) cases[i].code, "x");

      g_assert_cmpint (upscale_retry_decide_probe (error), ==, cases[i].expected);
    }
}

static void
test_tile_is_blamed_for_its_own_failures_only (void)
{
  g_autoptr (GError) server = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_SERVER, "x");
  g_autoptr (GError) large = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TOO_LARGE, "x");
  g_autoptr (GError) broken = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_TRANSPORT, "x");

  g_assert_true (upscale_retry_blames_tile (server, 9, TRUE));
  g_assert_true (upscale_retry_blames_tile (server, 1, FALSE));
  g_assert_false (upscale_retry_blames_tile (server, 9, FALSE));
  g_assert_true (upscale_retry_blames_tile (large, 1, TRUE));
  g_assert_false (upscale_retry_blames_tile (large, 9, TRUE));
  g_assert_false (upscale_retry_blames_tile (broken, 1, FALSE));
  g_assert_true (upscale_retry_should_halve (large, 9));
  g_assert_false (upscale_retry_should_halve (large, 1));
  g_assert_false (upscale_retry_should_halve (server, 9));
  g_assert_true (upscale_retry_takes_try_back (large, 9, 4));
  g_assert_false (upscale_retry_takes_try_back (large, 9, 1));
  g_assert_false (upscale_retry_takes_try_back (large, 1, 4));
  upscale_error_set_unready (server);
  g_assert_false (upscale_retry_blames_tile (server, 1, FALSE));
}

static void
test_tile_is_given_up_after_its_tries_or_a_repeated_failure (void)
{
  UpscaleRetryTileCase what = { .n_tries = 3, .max_tries = 4 };

  g_assert_cmpint (upscale_retry_decide_tile (what), ==, UPSCALE_RETRY_TILE_WAIT);
  what.n_tries = 4;
  g_assert_cmpint (upscale_retry_decide_tile (what), ==, UPSCALE_RETRY_TILE_GIVE_UP);
  what.n_tries = 2;
  what.is_repeated = TRUE;
  g_assert_cmpint (upscale_retry_decide_tile (what), ==, UPSCALE_RETRY_TILE_GIVE_UP);
}

static void
test_tile_that_cannot_be_prepared_is_given_up (void)
{
  UpscaleRetryTileCase what = { .n_tries = 1, .max_tries = 4, .is_unsent = TRUE };

  g_assert_cmpint (upscale_retry_decide_tile (what), ==, UPSCALE_RETRY_TILE_GIVE_UP);
}

/* Two requests may paint one tile. The failure of the first is no reason to give up. */
static void
test_tile_is_left_to_another_request (void)
{
  UpscaleRetryTileCase what = {
    .n_tries = 4, .max_tries = 4, .is_repeated = TRUE, .has_other_request = TRUE
  };

  g_assert_cmpint (upscale_retry_decide_tile (what), ==, UPSCALE_RETRY_TILE_LEAVE);
  what.is_unsent = TRUE;
  g_assert_cmpint (upscale_retry_decide_tile (what), ==, UPSCALE_RETRY_TILE_CLAIM);
}

static void
test_batch_is_resent_while_that_has_a_use (void)
{
  UpscaleRetryDecision resend = { .action = UPSCALE_RETRY_RESEND };
  UpscaleRetryDecision requeue = { .action = UPSCALE_RETRY_REQUEUE };

  g_assert_true (upscale_retry_should_resend (resend, 1, TRUE, TRUE));
  g_assert_false (upscale_retry_should_resend (requeue, 1, TRUE, TRUE));
  g_assert_false (upscale_retry_should_resend (resend, 0, TRUE, TRUE));
  g_assert_false (upscale_retry_should_resend (resend, 1, FALSE, TRUE));
  g_assert_false (upscale_retry_should_resend (resend, 1, TRUE, FALSE));
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
  g_test_add_func ("/retry/one-try-means-no-resend", test_one_try_means_no_resend);
  g_test_add_func ("/retry/backoff-doubles-up-to-half-a-minute",
                   test_backoff_doubles_up_to_half_a_minute);
  g_test_add_func ("/retry/endpoint-that-has-worked-gets-time-to-come-back",
                   test_endpoint_that_has_worked_gets_time_to_come_back);
  g_test_add_func ("/retry/lost-work-decides-about-the-endpoint",
                   test_lost_work_decides_about_the_endpoint);
  g_test_add_func ("/retry/failed-probe", test_failed_probe);
  g_test_add_func ("/retry/tile-is-blamed-for-its-own-failures-only",
                   test_tile_is_blamed_for_its_own_failures_only);
  g_test_add_func ("/retry/tile-is-given-up-after-its-tries-or-a-repeated-failure",
                   test_tile_is_given_up_after_its_tries_or_a_repeated_failure);
  g_test_add_func ("/retry/tile-that-cannot-be-prepared-is-given-up",
                   test_tile_that_cannot_be_prepared_is_given_up);
  g_test_add_func ("/retry/tile-is-left-to-another-request",
                   test_tile_is_left_to_another_request);
  g_test_add_func ("/retry/batch-is-resent-while-that-has-a-use",
                   test_batch_is_resent_while_that_has_a_use);
  return g_test_run ();
}
