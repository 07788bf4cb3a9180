/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "upscale-arguments.h"
#include "upscale-endpoint-list.h"
#include "upscale-job.h"
#include "upscale-progress-window.h"

G_BEGIN_DECLS

/**
 * UpscaleJobRunnerRequest:
 * @arguments: the procedure's arguments
 * @job: the job, without endpoints, which the runner makes from @arguments
 * @tools: the tools that make endpoints
 * @picture: (nullable): thumbnail of the source for the progress window; %NULL for a run
 * without a user
 * @image_name: name of the image
 *
 * Input of upscale_job_runner_run(). Borrows all memory from its caller.
 */
typedef struct
{
  const UpscaleArguments     *arguments;
  UpscaleJobRequest           job;
  const UpscaleEndpointTools *tools;
  GdkPixbuf                  *picture;
  const char                 *image_name;
} UpscaleJobRunnerRequest;

/**
 * UpscaleJobRunnerOutcome:
 * @job: the job whose result becomes the layer
 * @window: (nullable): the progress window; %NULL for a run without a user
 * @before: the target before the first job
 * @after: the result of the last job
 * @progress: the progress of the job at its end, with the cost of all jobs that were run
 * @seconds: duration of all jobs that were run
 *
 * Result of upscale_job_runner_run().
 */
typedef struct
{
  UpscaleJob            *job;
  UpscaleProgressWindow *window;
  UpscaleView           *before;
  UpscaleView           *after;
  UpscaleProgress        progress;
  double                 seconds;
} UpscaleJobRunnerOutcome;

gboolean upscale_job_runner_run (const UpscaleJobRunnerRequest *request,
                                 UpscaleJobRunnerOutcome       *outcome,
                                 GError                       **error);
void     upscale_job_runner_show_end (const UpscaleJobRunnerOutcome *outcome,
                                      const char                    *name);
void     upscale_job_runner_wait_until (GSourceFunc is_done, gpointer user_data);
void     upscale_job_runner_outcome_clear (UpscaleJobRunnerOutcome *outcome);

G_END_DECLS
