/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-key-scheme.h"

G_BEGIN_DECLS

/**
 * UpscaleKeySpec:
 * @endpoint_name: name of the endpoint, for messages and labels
 * @origin: the origin that the key belongs to, see upscale_http_origin_to_string()
 * @scheme: the way in which requests carry the key
 * @header: name of the header, for %UPSCALE_KEY_HEADER
 * @variable: environment variable that holds the key, "" for the keyring
 *
 * The description of an endpoint's key. The key itself is never here.
 */
typedef struct
{
  char            *endpoint_name;
  char            *origin;
  UpscaleKeyScheme scheme;
  char            *header;
  char            *variable;
} UpscaleKeySpec;

void upscale_key_spec_free (UpscaleKeySpec *spec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleKeySpec, upscale_key_spec_free)

G_END_DECLS
