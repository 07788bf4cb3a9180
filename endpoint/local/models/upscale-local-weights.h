/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The largest model with all its weights. Protobuf allows 2 GiB. */
#define UPSCALE_LOCAL_WEIGHTS_MAX_BYTES ((gsize) 512 << 20)

#define UPSCALE_LOCAL_WEIGHTS_TO_END (-1)

/**
 * UpscaleLocalWeightsReader:
 * @file: a plain file name, never a path
 * @offset: the first byte to read
 * @length: the number of bytes, or %UPSCALE_LOCAL_WEIGHTS_TO_END
 * @user_data: data
 * @error: return location for an error
 *
 * Reads a part of a file beside the model. Offset and length come from the model and may
 * be any numbers.
 *
 * Returns: (transfer full): @length bytes, or %NULL with the reason, the end of a
 * sentence
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
