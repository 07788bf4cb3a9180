/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean upscale_picture_compare_equal (GBytes *picture, GBytes *other);

G_END_DECLS
