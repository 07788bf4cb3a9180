/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointTest:
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
} UpscaleEndpointTest;

void                 upscale_endpoint_test_run_async (UpscaleEndpoint    *endpoint,
                                                      UpscaleGenParams   *gen_params,
                                                      UpscaleClock       *clock,
                                                      GCancellable       *cancellable,
                                                      GAsyncReadyCallback callback,
                                                      gpointer            user_data);
UpscaleEndpointTest *upscale_endpoint_test_run_finish (GAsyncResult *result,
                                                       GError      **error);
void                 upscale_endpoint_test_free (UpscaleEndpointTest *trial);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleEndpointTest, upscale_endpoint_test_free)

G_END_DECLS
