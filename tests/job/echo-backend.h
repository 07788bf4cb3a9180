/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"

G_BEGIN_DECLS

#define ECHO_TYPE_BACKEND (echo_backend_get_type ())
G_DECLARE_FINAL_TYPE (EchoBackend, echo_backend, ECHO, BACKEND, GObject)

EchoBackend *echo_backend_new (void);
void         echo_backend_fail_tile (EchoBackend *backend, guint tile_index);
void         echo_backend_enlarge (EchoBackend *backend);
guint        echo_backend_get_n_tiles (EchoBackend *backend);

G_END_DECLS
