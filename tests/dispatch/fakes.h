/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-clock.h"
#include "upscale-tile-exchange.h"

G_BEGIN_DECLS

#define FAKE_TYPE_CLOCK (fake_clock_get_type ())
G_DECLARE_FINAL_TYPE (FakeClock, fake_clock, FAKE, CLOCK, UpscaleClock)

#define FAKE_TYPE_BACKEND (fake_backend_get_type ())
G_DECLARE_FINAL_TYPE (FakeBackend, fake_backend, FAKE, BACKEND, GObject)

#define FAKE_TYPE_EXCHANGE (fake_exchange_get_type ())
G_DECLARE_FINAL_TYPE (FakeExchange, fake_exchange, FAKE, EXCHANGE, GObject)

/** No tile, where a tile's index is wanted. */
#define FAKE_NONE G_MAXUINT

FakeClock *fake_clock_new (void);
gboolean   fake_clock_jump (FakeClock *clock);

/** An endpoint that takes @seconds_per_tile on the fake clock; what goes wrong is set in
 * its fields. */
struct _FakeBackend
{
  GObject parent_instance;

  FakeClock *clock;
  double     seconds_per_tile;
  int        concurrency;
  int        max_tiles;
  int        n_failures_left; /* this many batches fail first, with @failure */
  int        failure;         /* an UpscaleError */
  gint64     retry_after_us;
  guint      answers_before_failure;
  guint      poison;    /* a tile that sinks its whole batch */
  guint      forgotten; /* a tile that is left out of the answer, once */
  gboolean   hangs;
  GArray    *batch_sizes; /* of guint, one for each batch sent */
  GArray    *tiles;       /* of guint, in the order sent */
  guint      n_cancelled;
};

FakeBackend *fake_backend_new (FakeClock *clock);

/** Tiles without pixels. */
struct _FakeExchange
{
  GObject parent_instance;

  guint n_stored;    /* tiles below this are found in the store */
  guint bad_picture; /* the first answer for this tile is refused */
  guint n_accepted;
  guint n_given_up;
};

FakeExchange *fake_exchange_new (void);

G_END_DECLS
