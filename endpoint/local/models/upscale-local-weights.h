/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The largest model with all its weights. Protobuf ends at 2 GiB. */
#define UPSCALE_LOCAL_MODEL_MAX_BYTES ((gsize) 512 << 20)

#define UPSCALE_LOCAL_WEIGHTS_TO_END (-1)

/**
 * UpscaleLocalWeightsReader:
 * @file: a plain file name, never a path
 * @offset: first byte that is wanted
 * @length: bytes that are wanted, or %UPSCALE_LOCAL_WEIGHTS_TO_END
 * @user_data: data
 * @error: return location for an error
 *
 * Reads a part of a file beside the model. Any offset and length may be asked for.
 *
 * Returns: (transfer full): the bytes, @length of them, or %NULL with the reason as the
 * end of a sentence
 */
typedef GBytes *(*UpscaleLocalWeightsReader) (const char *file,
                                              gint64      offset,
                                              gint64      length,
                                              gpointer    user_data,
                                              GError    **error);

GBytes *upscale_local_weights_embed (GBytes                   *model,
                                     UpscaleLocalWeightsReader reader,
                                     gpointer                  user_data,
                                     GError                  **error);

G_END_DECLS
