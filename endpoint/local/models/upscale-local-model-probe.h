/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-model-info.h"

G_BEGIN_DECLS

#define UPSCALE_LOCAL_MODEL_PROBE_OPTION "try-model"

/**
 * UpscaleLocalModelProbeLimits:
 * @seconds: time that trying a model may take
 * @memory_mib: memory that it may take
 *
 * What a model must get along with.
 */
typedef struct
{
  int seconds;
  int memory_mib;
} UpscaleLocalModelProbeLimits;

gboolean upscale_local_model_probe_start (const char                  *path,
                                          UpscaleLocalModelProbeLimits limits,
                                          UpscaleLocalModelInfo       *facts,
                                          GError                     **error);
int      upscale_local_model_probe_main (const char                  *path,
                                         UpscaleLocalModelProbeLimits limits);

G_END_DECLS
