/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "upscale-argument-table.h"

G_BEGIN_DECLS

/**
 * UpscaleSettingsKind:
 * @group: group of the key file
 * @flags: flags of the arguments in the file; no other argument is written or read
 * @is_document: whether people hand the file on. Then models and LoRAs are written and
 * read by their bare names, without a path
 *
 * A kind of file that holds arguments.
 */
typedef struct
{
  const char          *group;
  UpscaleArgumentFlags flags;
  gboolean             is_document;
} UpscaleSettingsKind;

/** The recipe of a layer. */
extern const UpscaleSettingsKind upscale_settings_recipe;

void
upscale_settings_write (GObject *config, GKeyFile *keys, const UpscaleSettingsKind *kind);
gboolean upscale_settings_read (GObject                   *config,
                                GKeyFile                  *keys,
                                const UpscaleSettingsKind *kind,
                                GError                   **error);

G_END_DECLS
