/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * UpscaleLocalConfineFlags:
 * @UPSCALE_LOCAL_CONFINE_DEFAULT: no network and no write access
 * @UPSCALE_LOCAL_CONFINE_NO_PROGRAMS: no right to start programs
 *
 * Powers that a process gives up.
 */
typedef enum
{
  UPSCALE_LOCAL_CONFINE_DEFAULT = 0,
  UPSCALE_LOCAL_CONFINE_NO_PROGRAMS = 1 << 0,
} UpscaleLocalConfineFlags;

gboolean upscale_local_confine_process (UpscaleLocalConfineFlags flags, GError **error);

G_END_DECLS
