/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "upscale-endpoint-kind.h"
#include "upscale-endpoint-tools.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointFinderFunc:
 * @kind: (nullable): the kind of a server that was found; %NULL at the end of the search
 * @address: (nullable): address of the server
 * @user_data: the function's own data
 *
 * Gets the servers of this computer.
 */
typedef void (*UpscaleEndpointFinderFunc) (const UpscaleEndpointKind *kind,
                                           const char                *address,
                                           gpointer                   user_data);

GCancellable *upscale_endpoint_finder_start (const UpscaleEndpointTools *tools,
                                             UpscaleEndpointFinderFunc   func,
                                             gpointer                    user_data);

G_END_DECLS
