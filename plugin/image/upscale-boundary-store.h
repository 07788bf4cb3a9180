/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UpscaleBoundaryStore UpscaleBoundaryStore;

UpscaleBoundaryStore *upscale_boundary_store_new (void);
void                  upscale_boundary_store_free (UpscaleBoundaryStore *store);

int *upscale_boundary_store_add (UpscaleBoundaryStore *store,
                                 guint                 first,
                                 guint                 second,
                                 int                  *boundary,
                                 int                   length);
int *upscale_boundary_store_dup (UpscaleBoundaryStore *store, guint first, guint second);
gboolean
     upscale_boundary_store_has (UpscaleBoundaryStore *store, guint first, guint second);
void upscale_boundary_store_forget (UpscaleBoundaryStore *store, guint tile_index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleBoundaryStore, upscale_boundary_store_free)

G_END_DECLS
