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
} Fixture;

void set_up (Fixture *fixture, gconstpointer data);
void tear_down (Fixture *fixture, gconstpointer data);
void start (Fixture *fixture, gboolean with_second);
void finish (Fixture *fixture);
void run (Fixture *fixture, gboolean with_second);
void assert_all_painted (Fixture *fixture);

G_END_DECLS
