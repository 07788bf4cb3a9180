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
 * @seconds: time the endpoint spent on it, 0 when unknown
 *
 * What an endpoint says about one tile. Valid during the call only.
 */
typedef struct
{
  guint       tile_index;
  GBytes     *image;
  const char *failure;
  double      seconds;
} UpscaleTileAnswer;

/**
 * UpscaleTileAnswerFunc:
 * @answer: (transfer none): one tile's answer
 * @user_data: what was given with it
 *
 * Called on the main thread, at most once a tile, as answers come in, always before the
 * batch ends.
 */
typedef void (*UpscaleTileAnswerFunc) (const UpscaleTileAnswer *answer,
                                       gpointer                 user_data);

/**
 * UpscaleBackendInterface:
 * @probe_async: asks what the endpoint can do; starts it where the backend owns it
 * @probe_finish: its end
 * @process_async: sends one batch and sees it through. The caller owns the deadline: it
 * cancels. A cancelled batch is cancelled at the endpoint too, which may go on behind the
 * caller's back. Many batches may be under way at once.
 * @process_finish: its end. %TRUE when the endpoint ended the batch, whatever it said of
 * the single tiles
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

  void (*process_async) (UpscaleBackend       *backend,
                         UpscaleBatch         *batch,
                         UpscaleTileAnswerFunc on_answer,
                         gpointer              answer_data,
                         GCancellable         *cancellable,
                         GAsyncReadyCallback   callback,
                         gpointer              user_data);
  gboolean (*process_finish) (UpscaleBackend *backend,
                              GAsyncResult   *result,
                              GError        **error);
};

void                 upscale_backend_probe_async (UpscaleBackend     *backend,
                                                  GCancellable       *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer            user_data);
UpscaleCapabilities *upscale_backend_probe_finish (UpscaleBackend *backend,
                                                   GAsyncResult   *result,
                                                   GError        **error);
void                 upscale_backend_process_async (UpscaleBackend       *backend,
                                                    UpscaleBatch         *batch,
                                                    UpscaleTileAnswerFunc on_answer,
                                                    gpointer              answer_data,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
gboolean             upscale_backend_process_finish (UpscaleBackend *backend,
                                                     GAsyncResult   *result,
                                                     GError        **error);

G_END_DECLS
