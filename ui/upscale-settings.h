/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * UpscaleSettingsKind:
 * @group: group of the key file
 * @names: (array zero-terminated=1): the arguments that are in it: no other is written,
 * and no other is ever read
 * @is_document: other people get the file, or made it. No path is in it: models and LoRAs
 * go by their bare names, both ways
 *
 * What a kind of file holds of a procedure's arguments.
 */
typedef struct
{
  const char        *group;
  const char *const *names;
  gboolean           is_document;
} UpscaleSettingsKind;

/** What a layer's recipe holds. */
extern const UpscaleSettingsKind upscale_settings_recipe;

void
upscale_settings_write (GObject *config, GKeyFile *keys, const UpscaleSettingsKind *kind);
gboolean upscale_settings_read (GObject                   *config,
                                GKeyFile                  *keys,
                                const UpscaleSettingsKind *kind,
                                GError                   **error);

G_END_DECLS
