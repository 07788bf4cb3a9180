/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-batch.h"
#include "upscale-capabilities.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_BACKEND (upscale_backend_get_type ())
G_DECLARE_INTERFACE (UpscaleBackend, upscale_backend, UPSCALE, BACKEND, GObject)

/**
 * UpscaleTileAnswer:
 * @tile_index: which tile of the plan
 * @image: (nullable): the answered file, not yet looked at; %NULL when the endpoint
 * failed at this tile
 * @failure: (nullable): what the endpoint said about it, when @image is %NULL
 *
 * What an endpoint says about one tile. Valid during the call only.
 */
typedef struct
{
  guint         tile_index;
  GBytes       *image;
  const GError *failure;
} UpscaleTileAnswer;

/**
 * UpscaleBatchFuncs:
 * @on_answer: one tile's answer; at most once a tile, as answers come in
 * @on_phase: what the endpoint does with it from now on. Not called by backends that
 * can't tell
 * @on_named: (nullable): the endpoint has taken the batch and calls it @remote_id, by
 * which a later run can collect it
 *
 * What a backend tells of a batch, on the main thread, always before the batch ends.
 */
typedef struct
{
  void (*on_answer) (const UpscaleTileAnswer *answer, gpointer user_data);
  void (*on_phase) (UpscalePhase phase, gpointer user_data);
  void (*on_named) (gpointer user_data);
} UpscaleBatchFuncs;

/**
 * UpscaleBackendInterface:
 * @probe_async: asks what the endpoint can do; starts it where the backend owns it
 * @probe_finish: its end
 * @process_async: sends one batch and sees it through. The caller owns the deadline: it
 * cancels. A cancelled batch is cancelled at the endpoint too, which may go on behind the
 * caller's back. Many batches may be under way at once.
 * A batch that was processed before goes on where it stood
 * @process_finish: its end. %TRUE when the endpoint ended the batch, whatever it said of
 * the single tiles
 * @abandon: (nullable): tells the endpoint to stop a batch that is not asked for any
 * more; nothing is waited for
 *
 * Code that speaks to one kind of endpoint. Everything happens on the main thread.
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
