/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-http.h"

G_BEGIN_DECLS

/**
 * UpscaleEnvironmentKeyParseFunc:
 * @text: an address as a user writes it
 *
 * Returns: (transfer full) (nullable): the address, %NULL if @text is none
 */
typedef GUri *(*UpscaleEnvironmentKeyParseFunc) (const char *text);

gboolean upscale_environment_key_check (GUri                          *address,
                                        UpscaleEnvironmentKeyParseFunc parse,
                                        GError                       **error);
void     upscale_environment_key_add (UpscaleHttp                   *http,
                                      GUri                          *address,
                                      UpscaleEnvironmentKeyParseFunc parse);

G_END_DECLS
