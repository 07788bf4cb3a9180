/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-facts.h"

G_BEGIN_DECLS

#define UPSCALE_LOCAL_TRIAL_OPTION "try-model"

/**
 * UpscaleLocalTrialLimits:
 * @seconds: time that trying a model may take
 * @memory_mib: memory that it may take
 *
 * What a model must get along with.
 */
typedef struct
{
  int seconds;
  int memory_mib;
} UpscaleLocalTrialLimits;

gboolean upscale_local_trial_start (const char             *path,
                                    UpscaleLocalTrialLimits limits,
                                    UpscaleLocalFacts      *facts,
                                    GError                **error);
int      upscale_local_trial_main (const char *path, UpscaleLocalTrialLimits limits);

G_END_DECLS
