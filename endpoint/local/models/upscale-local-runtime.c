/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-runtime.h"

#include <fcntl.h>
#include <unistd.h>

/* Debian's library registers the operators of ONNX twice, and reports this in 2000
 * lines on standard error, half of them when the first model is opened. Output of
 * other threads in these milliseconds is lost. */
static int
mute (void)
{
  int kept = dup (STDERR_FILENO);
  int nothing = open ("/dev/null", O_WRONLY | O_CLOEXEC);

  if (kept >= 0 && nothing >= 0)
    (void) dup2 (nothing, STDERR_FILENO);
  if (nothing >= 0)
    (void) close (nothing);
  return kept;
}

static void
unmute (int kept)
{
  if (kept < 0)
    return;
  (void) dup2 (kept, STDERR_FILENO);
  (void) close (kept);
}

static gpointer
start (gpointer data)
{
  g_autofree UpscaleLocalRuntime *runtime = g_new0 (UpscaleLocalRuntime, 1);
  OrtStatus                      *status;
  int                             kept;

  runtime->api = OrtGetApiBase ()->GetApi (ORT_API_VERSION);
  if (!runtime->api)
    return NULL;
  kept = mute ();
  status =
      runtime->api->CreateEnv (ORT_LOGGING_LEVEL_FATAL, "tile-upscale", &runtime->env);
  unmute (kept);
  if (!status)
    return g_steal_pointer (&runtime);
  runtime->api->ReleaseStatus (status);
  return NULL;
}

/**
 * upscale_local_runtime_get:
 *
 * May be called from any thread.
 *
 * Returns: (transfer none) (nullable): ONNX Runtime, or %NULL when the installed library
 * does not work or is older than that of the build
 */
const UpscaleLocalRuntime *
upscale_local_runtime_get (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, start, NULL);
}

/**
 * upscale_local_runtime_open:
 * @runtime: the runtime
 * @model: an ONNX model that refers to no file
 * @options: options of the session
 * @session: (out): the opened model
 *
 * Returns: (transfer full) (nullable): the error, or %NULL
 */
OrtStatus *
upscale_local_runtime_open (const UpscaleLocalRuntime *runtime,
                            GBytes                    *model,
                            const OrtSessionOptions   *options,
                            OrtSession               **session)
{
  gsize       n = 0;
  const void *data = g_bytes_get_data (model, &n);
  int         kept = mute ();
  OrtStatus  *status =
      runtime->api->CreateSessionFromArray (runtime->env, data, n, options, session);

  unmute (kept);
  return status;
}
