/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

void upscale_settings_write (GObject           *config,
                             GKeyFile          *keys,
                             const char        *group,
                             const char *const *names);
void upscale_settings_read (GObject *config, GKeyFile *keys, const char *group);

G_END_DECLS
