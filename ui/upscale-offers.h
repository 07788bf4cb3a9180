/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _UpscaleOffers UpscaleOffers;

UpscaleOffers *upscale_offers_new (void);
void           upscale_offers_free (UpscaleOffers *offers);
void          upscale_offers_add_models (UpscaleOffers *offers, const char *const *names);
void          upscale_offers_add_loras (UpscaleOffers *offers, const char *const *names);
GtkTreeModel *upscale_offers_get_models (UpscaleOffers *offers);
GtkTreeModel *upscale_offers_get_loras (UpscaleOffers *offers);
void          upscale_offers_attach (GtkTreeModel *names, GtkWidget *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleOffers, upscale_offers_free)

G_END_DECLS
