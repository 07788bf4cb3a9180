/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-model-info.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalNetwork UpscaleLocalNetwork;

UpscaleLocalNetwork *upscale_local_network_new (const char *name);
void                 upscale_local_network_add (UpscaleLocalNetwork  *network,
                                                UpscaleLocalSession  *session,
                                                UpscaleLocalModelInfo info);

G_END_DECLS
