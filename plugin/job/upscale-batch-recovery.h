/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GPtrArray *upscale_batch_recovery_find (GFile *folder);

G_END_DECLS
