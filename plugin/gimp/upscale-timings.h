/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-arguments.h"
#include "upscale-estimate.h"
#include "upscale-job.h"
#include "upscale-completions.h"

G_BEGIN_DECLS

void upscale_timings_note (UpscaleJob *job, const UpscaleArguments *arguments);
void upscale_timings_note_test (GKeyFile *timings, const char *endpoint, double seconds);
double upscale_timings_get_test (GKeyFile *timings, const char *endpoint);
void   upscale_timings_look_up (GKeyFile                *timings,
                                const char              *endpoint,
                                const UpscaleArguments  *arguments,
                                UpscaleEstimateEndpoint *estimate);
void upscale_timings_add_completions (GKeyFile *timings, UpscaleCompletions *completions);
void upscale_timings_add_model_defaults (GKeyFile           *timings,
                                         const char         *endpoint,
                                         UpscaleCompletions *completions);
GKeyFile *upscale_timings_load (void);

G_END_DECLS
