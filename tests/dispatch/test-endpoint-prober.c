/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-backend.h"
#include "upscale-endpoint-prober.h"

#define S ((gint64) G_USEC_PER_SEC)

/** One endpoint and its prober, on a clock that jumps. */
typedef struct
{
  FakeClock             *clock;
  FakeBackend           *backend;
  UpscaleEndpoint       *endpoint;
  UpscaleEndpointProber *prober;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  UpscalePolicy policy = { .batch_timeout_us = 100 * S, .max_tries = 4 };

  fixture->clock = fake_clock_new ();
  fixture->backend = fake_backend_new (fixture->clock);
  fixture->endpoint = upscale_endpoint_new ("first", UPSCALE_BACKEND (fixture->backend));
  fixture->prober = upscale_endpoint_prober_new (UPSCALE_CLOCK (fixture->clock), policy,
                                                 GPOINTER_TO_INT (data));
  upscale_endpoint_prober_start (fixture->prober);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->prober);
  g_object_unref (fixture->endpoint);
  g_object_unref (fixture->backend);
  g_object_unref (fixture->clock);
}

static gint64
get_now (Fixture *fixture)
{
  return upscale_clock_get_now (UPSCALE_CLOCK (fixture->clock));
}

static void
on_tick (gpointer user_data)
{
}

/* Probes as soon as a probe is due, until the endpoint is in a state. */
static void
probe_until (Fixture *fixture, UpscaleEndpointState state)
{
  while (upscale_endpoint_get_state (fixture->endpoint) != state)
    {
      upscale_endpoint_prober_probe_when_due (fixture->prober, fixture->endpoint);
      if (g_main_context_iteration (NULL, FALSE))
        continue;
      upscale_clock_add_timer (UPSCALE_CLOCK (fixture->clock), S / 10, on_tick, NULL);
      g_assert_true (fake_clock_jump (fixture->clock));
    }
}

static void
test_opens_when_every_probe_is_answered (Fixture *fixture, gconstpointer data)
{
  g_assert_false (upscale_endpoint_prober_is_open (fixture->prober));
  probe_until (fixture, UPSCALE_ENDPOINT_READY);
  g_assert_true (upscale_endpoint_prober_is_open (fixture->prober));
  g_assert_cmpint (get_now (fixture), ==, 0);
}

static void
test_endpoint_without_captions_is_stopped_where_they_are_wanted (Fixture      *fixture,
                                                                 gconstpointer data)
{
  probe_until (fixture, UPSCALE_ENDPOINT_STOPPED);
  g_assert_cmpstr (upscale_endpoint_get_reason (fixture->endpoint), ==,
                   "it can't describe tiles");
}

static void
test_endpoint_with_captions_becomes_ready (Fixture *fixture, gconstpointer data)
{
  fixture->backend->gives_captions = TRUE;
  probe_until (fixture, UPSCALE_ENDPOINT_READY);
}

static void
test_opens_after_three_seconds_without_an_answer (Fixture *fixture, gconstpointer data)
{
  fixture->backend->probe_s = 50.0;
  upscale_endpoint_prober_probe_when_due (fixture->prober, fixture->endpoint);
  while (!upscale_endpoint_prober_is_open (fixture->prober))
    g_assert_true (fake_clock_jump (fixture->clock));
  g_assert_cmpint (get_now (fixture), ==, 3 * S);
  g_assert_cmpint (upscale_endpoint_get_state (fixture->endpoint), ==,
                   UPSCALE_ENDPOINT_PROBING);
  probe_until (fixture, UPSCALE_ENDPOINT_READY);
}

static void
test_unreachable_endpoint_backs_off_and_is_stopped (Fixture *fixture, gconstpointer data)
{
  fixture->backend->dies_us = 0;
  probe_until (fixture, UPSCALE_ENDPOINT_STOPPED);
  g_assert_cmpuint (fixture->backend->n_probes, ==, 4);
  g_assert_cmpstr (upscale_endpoint_get_reason (fixture->endpoint), ==, "gone");
}

static void
test_starting_endpoint_is_probed_again (Fixture *fixture, gconstpointer data)
{
  fixture->backend->n_unready_left = 5;
  probe_until (fixture, UPSCALE_ENDPOINT_READY);
  g_assert_cmpuint (fixture->backend->n_probes, ==, 6);
  g_assert_cmpint (upscale_endpoint_get_health (fixture->endpoint)->n_busy, ==, 0);
}

static void
test_endpoint_that_starts_for_too_long_is_stopped (Fixture *fixture, gconstpointer data)
{
  fixture->backend->n_unready_left = G_MAXINT;
  probe_until (fixture, UPSCALE_ENDPOINT_STOPPED);
  g_assert_cmpint (get_now (fixture), >=, 100 * S);
  g_assert_cmpint (get_now (fixture), <, 102 * S);
}

static void
test_stopped_prober_passes_over_failures (Fixture *fixture, gconstpointer data)
{
  upscale_endpoint_prober_probe_when_due (fixture->prober, fixture->endpoint);
  upscale_endpoint_prober_stop (fixture->prober);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (upscale_endpoint_get_state (fixture->endpoint), ==,
                   UPSCALE_ENDPOINT_UNPROBED);
  g_assert_cmpint (upscale_endpoint_get_health (fixture->endpoint)->n_failures, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/endpoint-prober/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("opens-when-every-probe-is-answered", test_opens_when_every_probe_is_answered);
  ADD ("opens-after-three-seconds-without-an-answer",
       test_opens_after_three_seconds_without_an_answer);
  ADD ("unreachable-endpoint-backs-off-and-is-stopped",
       test_unreachable_endpoint_backs_off_and_is_stopped);
  ADD ("starting-endpoint-is-probed-again", test_starting_endpoint_is_probed_again);
  ADD ("endpoint-that-starts-for-too-long-is-stopped",
       test_endpoint_that_starts_for_too_long_is_stopped);
  ADD ("stopped-prober-passes-over-failures", test_stopped_prober_passes_over_failures);
#undef ADD
#define ADD(name, function)                                                              \
  g_test_add ("/endpoint-prober/" name, Fixture, GINT_TO_POINTER (TRUE), set_up,         \
              function, tear_down)
  ADD ("endpoint-without-captions-is-stopped-where-they-are-wanted",
       test_endpoint_without_captions_is_stopped_where_they_are_wanted);
  ADD ("endpoint-with-captions-becomes-ready", test_endpoint_with_captions_becomes_ready);
#undef ADD
  return g_test_run ();
}
