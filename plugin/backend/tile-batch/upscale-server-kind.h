/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-http.h"

G_BEGIN_DECLS

void    upscale_server_kind_explain_async (UpscaleHttp        *http,
                                           GUri               *base,
                                           UpscaleClock       *clock,
                                           GCancellable       *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer            user_data);
GError *upscale_server_kind_explain_finish (GAsyncResult *result);

G_END_DECLS
