/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-endpoint-entry.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_ENDPOINT_FORM (upscale_endpoint_form_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleEndpointForm,
                      upscale_endpoint_form,
                      UPSCALE,
                      ENDPOINT_FORM,
                      GtkGrid)

GtkWidget *upscale_endpoint_form_new (void);
void       upscale_endpoint_form_show (UpscaleEndpointForm        *form,
                                       const UpscaleEndpointEntry *entry,
                                       GStrv                       key_parts);
void  upscale_endpoint_form_read (UpscaleEndpointForm *form, UpscaleEndpointEntry *entry);
GStrv upscale_endpoint_form_dup_key (UpscaleEndpointForm *form);

G_END_DECLS
