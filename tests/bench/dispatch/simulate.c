/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the real scheduler on a clock that jumps, and the plain design for comparison. */
#include <sys/resource.h>

#include "fake-backend.h"
#include "fake-provider.h"
#include "scenario.h"
#include "upscale-scheduler.h"

#define N_SEEDS 25

typedef struct
{
  gboolean has_ended;
  guint    n_painted;
} Outcome;

#define PLAIN(n, slots)                                                                  \
  .n_endpoints = (n), .n_slots = (slots), .seconds_per_tile = SECONDS_PER_TILE

static const Scenario scenarios[] = {
  { .name = "equal", .n_tiles = 81, .kinds = { { PLAIN (9, 1), .n_queued = 1 } } },
  { .name = "quick",
    .n_tiles = 81,
    .kinds = { { .n_endpoints = 9,
                 .n_slots = 1,
                 .seconds_per_tile = QUICK_SECONDS_PER_TILE,
                 .n_queued = 1 } } },
  { .name = "quick_mixed",
    .n_tiles = 81,
    .kinds = { { .n_endpoints = 3,
                 .n_slots = 1,
                 .seconds_per_tile = QUICK_SECONDS_PER_TILE,
                 .n_queued = 1 },
               { .n_endpoints = 3,
                 .n_slots = 1,
                 .seconds_per_tile = 2 * QUICK_SECONDS_PER_TILE,
                 .n_queued = 1 } } },
  { .name = "cold", .n_tiles = 81, .kinds = { { PLAIN (1, 9), .cold_start_s = 45.0 } } },
  { .name = "mixed",
    .n_tiles = 81,
    .kinds = { { .n_endpoints = 3,
                 .n_slots = 1,
                 .seconds_per_tile = SECONDS_PER_TILE,
                 .n_queued = 1 },
               { .n_endpoints = 3,
                 .n_slots = 1,
                 .seconds_per_tile = 2 * SECONDS_PER_TILE,
                 .n_queued = 1 },
               { .n_endpoints = 3,
                 .n_slots = 1,
                 .seconds_per_tile = 4 * SECONDS_PER_TILE,
                 .n_queued = 1 } } },
  { .name = "stragglers",
    .n_tiles = 81,
    .straggler_share = 0.05,
    .kinds = { { PLAIN (9, 1), .n_queued = 1 } } },
  { .name = "death",
    .n_tiles = 81,
    .kinds = { { PLAIN (2, 3), .n_queued = 3 },
               { PLAIN (1, 3), .n_queued = 3, .dies_s = 280.0 } } },
  { .name = "failures",
    .n_tiles = 81,
    .failure_share = 0.1,
    .kinds = { { PLAIN (9, 1), .n_queued = 1 } } },
  { .name = "tiles_10k",
    .n_tiles = 10000,
    .kinds = { { PLAIN (10, 10), .n_queued = 10 } } },
  { .name = "tiles_100k",
    .n_tiles = 100000,
    .kinds = { { PLAIN (100, 10), .n_queued = 10 } } },
  { .name = "tiles_1m",
    .n_tiles = 1000000,
    .kinds = { { PLAIN (100, 100), .n_queued = 100 } } },
};

static void
on_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;
  g_autoptr (GError) error = NULL;

  if (!upscale_scheduler_run_finish (UPSCALE_SCHEDULER (object), result, &error))
    g_error ("the job failed: %s", error->message);
  outcome->n_painted = upscale_dispatch_status_get_progress (
                           upscale_scheduler_get_status (UPSCALE_SCHEDULER (object)))
                           .n_painted;
  outcome->has_ended = TRUE;
}

static void
add_endpoint (UpscaleScheduler *scheduler,
              FakeClock        *clock,
              const Scenario   *scenario,
              const Kind       *kind,
              guint             seed,
              guint            *n_begun)
{
  g_autoptr (FakeBackend) backend = fake_backend_new (clock);
  g_autoptr (UpscaleEndpoint) endpoint =
      upscale_endpoint_new ("fake", UPSCALE_BACKEND (backend));

  backend->concurrency = kind->n_slots;
  backend->seconds_per_tile = kind->seconds_per_tile;
  backend->n_queued = kind->n_queued;
  backend->cold_start_s = kind->cold_start_s;
  backend->round_trip_s = ROUND_TRIP_S;
  backend->straggler_share = scenario->straggler_share;
  backend->failure_share = scenario->failure_share;
  backend->slow_factor = SLOW_FACTOR;
  backend->seed = seed;
  backend->n_begun = n_begun;
  g_rand_set_seed (backend->random, g_random_int ());
  if (kind->dies_s > 0.0)
    backend->dies_us = (gint64) (kind->dies_s * G_USEC_PER_SEC);
  upscale_scheduler_add_endpoint (scheduler, endpoint);
}

/* Returns the makespan on the fake clock, seconds. */
static double
run_ours (const Scenario *scenario, guint seed)
{
  g_autoptr (FakeClock) clock = fake_clock_new ();
  g_autoptr (FakeProvider) provider = fake_provider_new ();
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  g_autoptr (GArray) order = fake_provider_make_order (scenario->n_tiles);
  g_autofree guint *n_begun = g_new0 (guint, scenario->n_tiles);
  UpscalePolicy     policy = { .batch_timeout_us = 2400 * (gint64) G_USEC_PER_SEC,
                               .max_tries = 6 };
  g_autoptr (UpscaleScheduler) scheduler =
      upscale_scheduler_new (UPSCALE_TILE_PROVIDER (provider), order->len, order, NULL,
                             gen_params, policy, UPSCALE_CLOCK (clock));
  Outcome outcome = { 0 };
  gint64  end_us;

  for (int i = 0; i < MAX_KINDS; i++)
    for (int n = 0; n < scenario->kinds[i].n_endpoints; n++)
      add_endpoint (scheduler, clock, scenario, &scenario->kinds[i], seed, n_begun);
  upscale_scheduler_run_async (scheduler, NULL, on_ran, &outcome);
  while (!outcome.has_ended)
    if (!g_main_context_iteration (NULL, FALSE) && !fake_clock_jump (clock))
      g_error ("the job hangs");
  end_us = upscale_clock_get_now (UPSCALE_CLOCK (clock));
  while (!upscale_scheduler_is_idle (scheduler))
    g_main_context_iteration (NULL, FALSE);
  if (outcome.n_painted != scenario->n_tiles)
    g_error ("%u of %u tiles", outcome.n_painted, scenario->n_tiles);
  return (double) end_us / G_USEC_PER_SEC;
}

static double
get_cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

static double
get_peak_mib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss / 1024.0;
}

static void
run_scenario (const Scenario *scenario)
{
  gboolean has_luck = scenario->straggler_share > 0.0 || scenario->failure_share > 0.0;
  guint    n_runs = has_luck ? N_SEEDS : 1;
  double   ours_s = 0.0;
  double   plain_s = 0.0;
  double   bound_s = 0.0;
  double   cpu_s = get_cpu_seconds ();

  for (guint seed = 0; seed < n_runs; seed++)
    ours_s += run_ours (scenario, seed) / n_runs;
  cpu_s = get_cpu_seconds () - cpu_s;
  for (guint seed = 0; seed < n_runs; seed++)
    {
      plain_s += scenario_get_static_map_s (scenario, seed) / n_runs;
      bound_s += scenario_get_bound_s (scenario, seed) / n_runs;
    }
  g_print ("%s.makespan %.1f s\n", scenario->name, ours_s);
  g_print ("%s.bound %.1f s\n", scenario->name, bound_s);
  g_print ("%s.static_map %.1f s\n", scenario->name, plain_s);
  g_print ("%s.ratio_to_bound %.3f x\n", scenario->name, ours_s / bound_s);
  g_print ("%s.ratio_to_static_map %.3f x\n", scenario->name, ours_s / plain_s);
  if (scenario->n_tiles < 10000)
    return;
  g_print ("%s.cpu %.2f s\n", scenario->name, cpu_s);
  g_print ("%s.peak_memory %.0f MiB\n", scenario->name, get_peak_mib ());
  g_print ("%s.us_per_tile %.2f us\n", scenario->name, cpu_s / scenario->n_tiles * 1e6);
}

int
main (int argc, char **argv)
{
  g_random_set_seed (1);
  for (gsize i = 0; i < G_N_ELEMENTS (scenarios); i++)
    if (argc < 2 || g_str_equal (argv[1], scenarios[i].name))
      run_scenario (&scenarios[i]);
  return 0;
}
