/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-job.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalPool UpscaleLocalPool;

UpscaleLocalPool *upscale_local_pool_new (guint n_workers, UpscaleLocalMemory *memory);
void              upscale_local_pool_free (UpscaleLocalPool *pool);
void              upscale_local_pool_add (UpscaleLocalPool    *pool,
                                          UpscaleLocalJob     *job,
                                          UpscaleLocalRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalPool, upscale_local_pool_free)

G_END_DECLS
