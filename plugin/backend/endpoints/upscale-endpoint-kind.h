/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-http.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointKind:
 * @name: what files and scripts call it; an address may begin with it, as in
 * `tile-batch+https://gpu.example.net`
 * @make: makes the backend that speaks to such a server
 *
 * A kind of server that tiles can be sent to.
 */
typedef struct
{
  const char *name;
  UpscaleBackend *(*make) (GUri *base, UpscaleHttp *http, UpscaleClock *clock);
} UpscaleEndpointKind;

const UpscaleEndpointKind *upscale_endpoint_kinds (guint *n_kinds);
const UpscaleEndpointKind *upscale_endpoint_kind_split (const char **address);

G_END_DECLS
