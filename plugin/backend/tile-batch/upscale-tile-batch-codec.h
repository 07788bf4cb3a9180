/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-batch.h"
#include "upscale-capabilities.h"

G_BEGIN_DECLS

typedef struct _UpscaleWireAnswer UpscaleWireAnswer;

/**
 * UpscaleWireResult:
 * @tile_index: which tile of the plan
 * @image: (nullable): the painted file
 * @failure: (nullable): why there is none
 * @seconds: time the endpoint spent on it, 0 when it did not say
 */
typedef struct
{
  guint   tile_index;
  GBytes *image;
  char   *failure;
  double  seconds;
} UpscaleWireResult;

/**
 * UpscaleWireAnswer:
 * @phase: whether tiles are being painted, or it waits for a worker or a machine
 * @has_ended: no more tiles will be painted
 * @is_cancelled: it has ended because somebody, or the lease, has cancelled it
 * @n_processed: finished tiles, in all
 * @failure: (nullable): why the batch as a whole has failed
 * @results: (element-type UpscaleWireResult): finished tiles, from the one that was asked
 * for on
 *
 * What an endpoint says of a batch.
 */
struct _UpscaleWireAnswer
{
  UpscalePhase phase;
  gboolean     has_ended;
  gboolean     is_cancelled;
  guint        n_processed;
  char        *failure;
  GArray      *results;
};

GBytes *upscale_tile_batch_encode (const UpscaleBatch *batch, int lease_s);
UpscaleWireAnswer      *
upscale_tile_batch_decode (GBytes *body, const UpscaleBatch *batch, GError **error);
void upscale_tile_batch_decode_async (GBytes             *body,
                                      UpscaleBatch       *batch,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
UpscaleWireAnswer   *upscale_tile_batch_decode_finish (GAsyncResult *result,
                                                       GError      **error);
UpscaleCapabilities *upscale_tile_batch_decode_health (GBytes *body, GError **error);
void                 upscale_wire_answer_free (UpscaleWireAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleWireAnswer, upscale_wire_answer_free)

G_END_DECLS
