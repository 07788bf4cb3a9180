/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-capabilities.h"

G_BEGIN_DECLS

/**
 * UpscalePoolMember:
 * @name: the endpoint, as the user knows it
 * @can: the endpoint's capabilities
 *
 * An endpoint that paints tiles of a picture.
 */
typedef struct
{
  const char                *name;
  const UpscaleCapabilities *can;
} UpscalePoolMember;

char *upscale_pool_look_dup_warning (const UpscalePoolMember *members,
                                     guint                    n_members,
                                     const UpscaleGenParams  *gen_params);

G_END_DECLS
