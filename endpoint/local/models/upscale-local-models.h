/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-engine.h"
#include "upscale-local-model-probe.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalModels UpscaleLocalModels;

UpscaleLocalModels *upscale_local_models_new (const char *const           *folders,
                                              UpscaleLocalModelProbeLimits limits);
void                upscale_local_models_free (UpscaleLocalModels *models);
char              **upscale_local_models_list (UpscaleLocalModels *models);
char               *upscale_local_models_get_identity (UpscaleLocalModels *models);
const char         *upscale_local_models_get_about (UpscaleLocalModels *models);
const UpscaleLocalEngine *
upscale_local_models_find (UpscaleLocalModels *models, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalModels, upscale_local_models_free)

G_END_DECLS
