/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <onnxruntime_c_api.h>

G_BEGIN_DECLS

/**
 * UpscaleLocalRuntime:
 * @api: the functions of the library
 * @env: the environment
 *
 * ONNX Runtime. The process has one instance.
 */
typedef struct
{
  const OrtApi *api;
  OrtEnv       *env;
} UpscaleLocalRuntime;

const UpscaleLocalRuntime *upscale_local_runtime_get (void);
OrtStatus                 *upscale_local_runtime_open (const UpscaleLocalRuntime *runtime,
                                                       GBytes                    *model,
                                                       const OrtSessionOptions   *options,
                                                       OrtSession               **session);

G_END_DECLS
