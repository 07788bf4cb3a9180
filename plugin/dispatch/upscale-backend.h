/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-batch.h"
#include "upscale-capabilities.h"
#include "upscale-phase.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_BACKEND (upscale_backend_get_type ())
G_DECLARE_INTERFACE (UpscaleBackend, upscale_backend, UPSCALE, BACKEND, GObject)

/**
 * UpscaleTileAnswer:
 * @tile_index: a tile of the batch
 * @image: (nullable): the answered file, or the text of a batch that wants captions, not
 * checked yet; %NULL if the endpoint failed at this tile
 * @failure: (nullable): the endpoint's reason, if @image is %NULL
 *
 * An endpoint's answer about one tile. Valid during the call only.
 */
typedef struct
{
  guint         tile_index;
  GBytes       *image;
  const GError *failure;
} UpscaleTileAnswer;

/**
 * UpscaleBatchFuncs:
 * @on_answer: an answer has come; at most one for each tile
 * @on_phase: the batch has entered a phase. Backends that can't tell never call this
 * @on_named: (nullable): the endpoint has acknowledged the batch and set @remote_id, by
 * which a later run can collect the results
 *
 * The reports of a backend about a batch, on the main thread, always before the batch
 * ends.
 */
typedef struct
{
  void (*on_answer) (const UpscaleTileAnswer *answer, gpointer user_data);
  void (*on_phase) (UpscalePhase phase, gpointer user_data);
  void (*on_named) (gpointer user_data);
} UpscaleBatchFuncs;

/**
 * UpscaleBackendInterface:
 * @probe_async: asks the endpoint for its capabilities; starts a server that the backend
 * owns
 * @probe_finish: ends the probe
 * @process_async: sends one batch and follows it to its end. The caller cancels the batch
 * at the deadline. A cancelled batch is cancelled at the endpoint too, which may take
 * longer than the call. Many batches may be under way at once. A batch that was processed
 * before goes on where it stopped
 * @process_finish: ends the batch. %TRUE if the endpoint ended the batch, even if single
 * tiles failed
 * @abandon: (nullable): tells the endpoint to stop a batch whose results are not fetched
 * any more; does not wait for the answer
 *
 * The code that speaks to one kind of endpoint. All calls and callbacks are on the main
 * thread.
 */
struct _UpscaleBackendInterface
{
  GTypeInterface parent_iface;

  void (*probe_async) (UpscaleBackend     *backend,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data);
  UpscaleCapabilities *(*probe_finish) (UpscaleBackend *backend,
                                        GAsyncResult   *result,
                                        GError        **error);

  void (*process_async) (UpscaleBackend          *backend,
                         UpscaleBatch            *batch,
                         const UpscaleBatchFuncs *funcs,
                         gpointer                 funcs_data,
                         GCancellable            *cancellable,
                         GAsyncReadyCallback      callback,
                         gpointer                 user_data);
  gboolean (*process_finish) (UpscaleBackend *backend,
                              GAsyncResult   *result,
                              GError        **error);
  void (*abandon) (UpscaleBackend *backend, UpscaleBatch *batch);
};

void                 upscale_backend_probe_async (UpscaleBackend     *backend,
                                                  GCancellable       *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer            user_data);
UpscaleCapabilities *upscale_backend_probe_finish (UpscaleBackend *backend,
                                                   GAsyncResult   *result,
                                                   GError        **error);
void                 upscale_backend_process_async (UpscaleBackend          *backend,
                                                    UpscaleBatch            *batch,
                                                    const UpscaleBatchFuncs *funcs,
                                                    gpointer                 funcs_data,
                                                    GCancellable            *cancellable,
                                                    GAsyncReadyCallback      callback,
                                                    gpointer                 user_data);
gboolean             upscale_backend_process_finish (UpscaleBackend *backend,
                                                     GAsyncResult   *result,
                                                     GError        **error);
void upscale_backend_abandon (UpscaleBackend *backend, UpscaleBatch *batch);

G_END_DECLS
