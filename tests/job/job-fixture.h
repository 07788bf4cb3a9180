/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "echo-endpoint.h"
#include "upscale-job.h"

G_BEGIN_DECLS

#define JOB_FIXTURE_SOURCE_PX 96
#define JOB_FIXTURE_TILE_PX 64

/**
 * JobFixture:
 *
 * The input of a whole job: a picture of noise, a tile cache, and endpoints that listen.
 */
typedef struct
{
  GFile            *folder; /* of the tile cache and of the logs */
  UpscaleTileCache *tile_cache;
  GFile            *logs;
  UpscaleClock     *clock;
  UpscaleGenParams *gen_params;
  GeglBuffer       *pixels;
  int               tile_px;
  GPtrArray        *echoes;    /* of EchoEndpoint, by default one */
  GPtrArray        *endpoints; /* of UpscaleEndpoint */
  GMainLoop        *loop;
  gboolean          succeeded;
  GError           *error;
} JobFixture;

void              job_fixture_set_up (JobFixture *fixture, gconstpointer data);
void              job_fixture_tear_down (JobFixture *fixture, gconstpointer data);
GeglBuffer       *job_fixture_make_noise (int darkest, int lightest);
void              job_fixture_delete_folder (GFile *folder);
EchoEndpoint     *job_fixture_get_echo (JobFixture *fixture);
guint             job_fixture_count_sent (JobFixture *fixture);
UpscaleJobRequest job_fixture_make_request (JobFixture *fixture, double scale);
UpscaleJob       *job_fixture_run_request (JobFixture              *fixture,
                                           const UpscaleJobRequest *request);
UpscaleJob       *job_fixture_run (JobFixture *fixture, double scale);

G_END_DECLS
