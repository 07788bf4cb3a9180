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

/**
 * UpscaleEndpointFormRows:
 * @UPSCALE_ENDPOINT_FORM_ADDRESS: name and address
 * @UPSCALE_ENDPOINT_FORM_KEY: how requests carry the key, and the key
 * @UPSCALE_ENDPOINT_FORM_PRICE: the price
 * @UPSCALE_ENDPOINT_FORM_REST: all other rows
 * @UPSCALE_ENDPOINT_FORM_ALL: all rows
 *
 * Rows of a form.
 */
typedef enum
{
  UPSCALE_ENDPOINT_FORM_ADDRESS = 1 << 0,
  UPSCALE_ENDPOINT_FORM_KEY = 1 << 1,
  UPSCALE_ENDPOINT_FORM_PRICE = 1 << 2,
  UPSCALE_ENDPOINT_FORM_REST = 1 << 3,
  UPSCALE_ENDPOINT_FORM_ALL = (1 << 4) - 1,
} UpscaleEndpointFormRows;

GtkWidget *upscale_endpoint_form_new (UpscaleEndpointFormRows rows);
void       upscale_endpoint_form_show (UpscaleEndpointForm        *form,
                                       const UpscaleEndpointEntry *entry,
                                       GStrv                       key_parts);
void  upscale_endpoint_form_read (UpscaleEndpointForm *form, UpscaleEndpointEntry *entry);
GStrv upscale_endpoint_form_dup_key (UpscaleEndpointForm *form);

G_END_DECLS
