/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointTest:
 * @works: %TRUE if the endpoint painted a tile that a job could use
 * @capabilities: (nullable): the capabilities that the endpoint told
 * @seconds: duration of the tile
 * @sentence: the outcome, for the user
 *
 * The outcome of a test.
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
void                 upscale_endpoint_test_free (UpscaleEndpointTest *test);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleEndpointTest, upscale_endpoint_test_free)

G_END_DECLS
