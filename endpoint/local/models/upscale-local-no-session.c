/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for upscale-local-session.c where the build has no ONNX Runtime. */
#include "upscale-local-session.h"

#include <gio/gio.h>

gboolean
upscale_local_session_is_supported (void)
{
  return FALSE;
}

UpscaleLocalSession *
upscale_local_session_open (const char *path, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "this endpoint was built without ONNX Runtime");
  return NULL;
}

void
upscale_local_session_free (UpscaleLocalSession *session)
{
}

UpscaleLocalSessionInput
upscale_local_session_get_input (const UpscaleLocalSession *session)
{
  return (UpscaleLocalSessionInput) { 0 };
}

GPtrArray *
upscale_local_session_run (const UpscaleLocalSession *session,
                           GPtrArray                 *planes,
                           GError                   **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "this endpoint was built without ONNX Runtime");
  return NULL;
}
