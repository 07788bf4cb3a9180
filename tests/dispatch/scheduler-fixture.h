/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake-backend.h"
#include "fake-provider.h"
#include "upscale-scheduler.h"

G_BEGIN_DECLS

#define N_TILES 20

/** A scheduler of N_TILES tiles with one or two endpoints, on a clock that jumps. */
typedef struct
{
  FakeClock                   *clock;
  FakeProvider                *provider;
  FakeBackend                 *first;
  FakeBackend                 *second;
  UpscalePolicy                policy;
  UpscaleScheduler            *scheduler;
  const UpscaleDispatchStatus *status; /* of @scheduler */
  GCancellable                *cancellable;
  GPtrArray                   *orphans;
  gboolean                     has_ended;
  gboolean                     succeeded;
  GError                      *error;
} SchedulerFixture;

void scheduler_fixture_set_up (SchedulerFixture *fixture, gconstpointer data);
void scheduler_fixture_tear_down (SchedulerFixture *fixture, gconstpointer data);
void scheduler_fixture_start (SchedulerFixture *fixture, gboolean with_second);
void scheduler_fixture_finish (SchedulerFixture *fixture);
void scheduler_fixture_run (SchedulerFixture *fixture, gboolean with_second);
void scheduler_fixture_assert_all_painted (SchedulerFixture *fixture);

G_END_DECLS
