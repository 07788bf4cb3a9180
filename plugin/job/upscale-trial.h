/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint.h"

G_BEGIN_DECLS

/**
 * UpscaleTrial:
 * @works: a tile was painted, and the answer can be used
 * @capabilities: (nullable): what the endpoint said it can do
 * @seconds: how long the tile took
 * @sentence: how it went, in words
 *
 * What has become of a trial.
 */
typedef struct
{
  gboolean             works;
  UpscaleCapabilities *capabilities;
  double               seconds;
  char                *sentence;
} UpscaleTrial;

void          upscale_trial_run_async (UpscaleEndpoint    *endpoint,
                                       UpscaleRecipe      *recipe,
                                       UpscaleClock       *clock,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
UpscaleTrial *upscale_trial_run_finish (GAsyncResult *result, GError **error);
void          upscale_trial_free (UpscaleTrial *trial);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleTrial, upscale_trial_free)

G_END_DECLS
