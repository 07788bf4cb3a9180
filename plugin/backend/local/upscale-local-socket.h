/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _UpscaleLocalSocket UpscaleLocalSocket;

UpscaleLocalSocket *upscale_local_socket_new (const char *runtime_folder, GError **error);
void                upscale_local_socket_free (UpscaleLocalSocket *local);
int                 upscale_local_socket_steal_descriptor (UpscaleLocalSocket *local);
GSocketAddress     *upscale_local_socket_get_address (UpscaleLocalSocket *local);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalSocket, upscale_local_socket_free)

G_END_DECLS
