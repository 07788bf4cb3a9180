/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "upscale-arguments.h"
#include "upscale-endpoint-list.h"
#include "upscale-job.h"

G_BEGIN_DECLS

/**
 * UpscaleJobRunnerRequest:
 * @arguments: the procedure's arguments
 * @job: the job, without endpoints, which the runner makes from @arguments
 * @tools: the tools that make endpoints
 * @picture: (nullable): thumbnail of the source for the progress window; %NULL for a run
 * without a user
 *
 * Input of upscale_job_runner_run(). Borrows all memory from its caller.
 */
typedef struct
{
  const UpscaleArguments     *arguments;
  UpscaleJobRequest           job;
  const UpscaleEndpointTools *tools;
  GdkPixbuf                  *picture;
} UpscaleJobRunnerRequest;

UpscaleJob *upscale_job_runner_run (const UpscaleJobRunnerRequest *request,
                                    GError                       **error);

G_END_DECLS
