/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake-clock.h"
#include "upscale-backend.h"

G_BEGIN_DECLS

#define FAKE_TYPE_BACKEND (fake_backend_get_type ())
G_DECLARE_FINAL_TYPE (FakeBackend, fake_backend, FAKE, BACKEND, GObject)

/** No tile, where a tile's index is wanted. */
#define FAKE_NONE G_MAXUINT

/** An endpoint that paints tile after tile on the fake clock; what goes wrong is set in
 * its fields. */
struct _FakeBackend
{
  GObject parent_instance;

  FakeClock *clock;
  double     seconds_per_tile;
  double     round_trip_s; /* of each batch, before it is worked on */
  double     cold_start_s; /* of each slot, once */
  double     probe_s;      /* until it says what it can do */
  int        concurrency;
  int        n_queued;
  int        max_tiles;

  int      n_unready_left;  /* this many probes find a machine that is being started */
  int      n_failures_left; /* this many batches fail first, with @failure */
  int      failure;         /* an UpscaleError */
  gint64   retry_after_us;
  guint    answers_before_failure;
  guint    poison;    /* a tile that sinks its whole batch */
  guint    forgotten; /* a tile that is left out of the answer, once */
  guint    slow;      /* a tile that takes @slow_factor as long, once */
  gboolean hangs;
  gint64   dies_us;  /* nobody is there from then... */
  gint64   lives_us; /* ...until then */

  GRand *random;
  guint  seed;
  guint *n_begun;         /* for each tile, shared by all endpoints of a job */
  double straggler_share; /* of tiles, which take @slow_factor as long */
  double slow_factor;
  double failure_share; /* of batches, which fail at some moment */

  GArray *batch_sizes; /* of guint, one for each batch sent */
  GArray *tiles;       /* of guint, in the order sent */
  guint   n_probes;
  guint   n_cancelled;
  guint   n_abandoned;
  guint   n_painted;

  GQueue      waiting; /* of GTask: sent, not begun */
  GHashTable *working; /* of GTask */
  int         n_warm;
  gboolean    is_doomed;
};

FakeBackend *fake_backend_new (FakeClock *clock);
gboolean
fake_backend_is_straggler (guint seed, guint tile_index, guint n_begun, double share);

G_END_DECLS
