/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleHttpHeader:
 * @name: name of the header
 * @value: its value, which may be a secret
 *
 * A header that goes with every request.
 */
typedef struct
{
  char *name;
  char *value;
} UpscaleHttpHeader;

UpscaleHttpHeader *upscale_http_header_new (const char *name, const char *value);
void               upscale_http_header_free (UpscaleHttpHeader *header);

G_END_DECLS
