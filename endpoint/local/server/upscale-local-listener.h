/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * UpscaleLocalListenerLimits:
 * @max_connections: the most connections at once
 * @patience_us: longest time to send a request, and again to receive its answer
 *
 * Limits for clients.
 */
typedef struct
{
  guint  max_connections;
  gint64 patience_us;
} UpscaleLocalListenerLimits;

typedef struct _UpscaleLocalListener UpscaleLocalListener;

GSocket *upscale_local_listener_open_port (guint16 port, GError **error);
GSocket *upscale_local_listener_adopt (int descriptor, GError **error);
char    *upscale_local_listener_dup_name (GSocket *socket);

UpscaleLocalListener *upscale_local_listener_new (GSocket                   *socket,
                                                  SoupServer                *soup,
                                                  UpscaleLocalListenerLimits limits);
void                  upscale_local_listener_free (UpscaleLocalListener *listener);
void     upscale_local_listener_sweep (UpscaleLocalListener *listener, gint64 now_us);
void     upscale_local_listener_cut (SoupServerMessage *message);
GSocket *upscale_local_listener_get_connection (SoupServerMessage *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalListener, upscale_local_listener_free)

G_END_DECLS
