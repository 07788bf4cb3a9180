/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "upscale-arguments.h"
#include "upscale-endpoint-list.h"
#include "upscale-job.h"

G_BEGIN_DECLS

/**
 * UpscaleJobRunnerCase:
 * @arguments: what the caller wants
 * @request: the job; its endpoints are not set yet
 * @tools: what endpoints are made with
 * @picture: (nullable): what the source looks like, to show a window; %NULL without a
 * user
 *
 * What is to be painted. Points at its maker's memory.
 */
typedef struct
{
  const UpscaleArguments     *arguments;
  UpscaleJobRequest           request;
  const UpscaleEndpointTools *tools;
  GdkPixbuf                  *picture;
} UpscaleJobRunnerCase;

UpscaleJob *upscale_job_runner_run (const UpscaleJobRunnerCase *what, GError **error);

G_END_DECLS
