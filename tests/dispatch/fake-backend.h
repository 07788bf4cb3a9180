/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake-clock.h"
#include "upscale-backend.h"

G_BEGIN_DECLS

#define FAKE_TYPE_BACKEND (fake_backend_get_type ())
G_DECLARE_FINAL_TYPE (FakeBackend, fake_backend, FAKE, BACKEND, GObject)

/** The index that stands for no tile. */
#define FAKE_NONE G_MAXUINT

/** A backend whose endpoint paints tile after tile on the fake clock. Its fields say
 * which faults occur. */
struct _FakeBackend
{
  GObject parent_instance;

  FakeClock *clock;
  double     seconds_per_tile;
  double     round_trip_s; /* of each batch, before it is worked on */
  double     cold_start_s; /* of each slot, once */
  double     probe_s;      /* until the probe is answered */
  double     cancel_s;     /* until a cancelled batch ends */
  int        concurrency;
  int        n_queued;
  int        max_tiles;
  gboolean   gives_captions;

  int      n_unready_left;  /* probes that find a machine which is being started */
  int      n_failures_left; /* first batches that fail, with @failure */
  int      failure;         /* an UpscaleError */
  gint64   retry_after_us;
  guint    answers_before_failure;
  guint    poison;    /* a tile that fails its whole batch */
  guint    forgotten; /* a tile that is left out of the answer, once */
  guint    slow;      /* a tile that takes @slow_factor as long, once */
  gboolean hangs;
  gint64   dies_us;  /* the endpoint is unreachable from this time... */
  gint64   lives_us; /* ...until this time */

  GRand *random;
  guint  seed;
  guint *n_begun;         /* times that each tile was begun, at all endpoints of a job */
  double straggler_share; /* share of the tiles that take @slow_factor as long */
  double slow_factor;
  double failure_share; /* share of the batches that fail at some moment */

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
