/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-model-info.h"

G_BEGIN_DECLS

#define UPSCALE_LOCAL_MODEL_PROBE_OPTION "try-model"

/**
 * UpscaleLocalModelProbeLimits:
 * @seconds: largest run time of the process
 * @memory_mib: largest memory of the process
 *
 * Limits of the process that probes a model.
 */
typedef struct
{
  int seconds;
  int memory_mib;
} UpscaleLocalModelProbeLimits;

gboolean upscale_local_model_probe_start (const char                  *path,
                                          UpscaleLocalModelProbeLimits limits,
                                          UpscaleLocalModelInfo       *info,
                                          GError                     **error);
int      upscale_local_model_probe_main (const char                  *path,
                                         UpscaleLocalModelProbeLimits limits);

G_END_DECLS
