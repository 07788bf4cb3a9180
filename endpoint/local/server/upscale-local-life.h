/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void upscale_local_life_begin (GMainLoop *loop, gboolean is_bound_to_parent);

G_END_DECLS
