/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _UpscalePresets UpscalePresets;

/**
 * UpscalePreset:
 * @name: name in the language of the user
 * @file: the key file
 * @is_own: whether the user has made the preset, and may delete it
 * @keys: content of the file
 *
 * A named set of arguments.
 */
typedef struct
{
  char     *name;
  GFile    *file;
  gboolean  is_own;
  GKeyFile *keys;
} UpscalePreset;

UpscalePresets *upscale_presets_new (GFile *shipped, GFile *own);
void            upscale_presets_free (UpscalePresets *presets);
GPtrArray      *upscale_presets_list (UpscalePresets *presets);
gboolean
upscale_presets_apply (const UpscalePreset *preset, GObject *config, GError **error);
gboolean upscale_presets_save (UpscalePresets *presets,
                               const char     *name,
                               GObject        *config,
                               GError        **error);
gboolean upscale_presets_delete (const UpscalePreset *preset, GError **error);
gboolean upscale_presets_has (UpscalePresets *presets, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscalePresets, upscale_presets_free)

G_END_DECLS
