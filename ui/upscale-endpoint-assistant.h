/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint-tester.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointAssistantFunc:
 * @name: name of the new endpoint
 * @user_data: the function's own data
 *
 * Called when an endpoint was added to the user's list.
 */
typedef void (*UpscaleEndpointAssistantFunc) (const char *name, gpointer user_data);

void upscale_endpoint_assistant_open (GtkWindow                   *parent,
                                      UpscaleEndpointTesterParts   parts,
                                      UpscaleEndpointAssistantFunc func,
                                      gpointer                     user_data);

G_END_DECLS
