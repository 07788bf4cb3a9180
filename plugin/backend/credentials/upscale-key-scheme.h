/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleKeyScheme:
 * @UPSCALE_KEY_NONE: the server asks for no key
 * @UPSCALE_KEY_BEARER: `Authorization: Bearer KEY`
 * @UPSCALE_KEY_BASIC: `Authorization: Basic`, from a user name and a password
 * @UPSCALE_KEY_MODAL: `Modal-Key` and `Modal-Secret`
 * @UPSCALE_KEY_HEADER: a header that the user names
 *
 * The way in which requests carry a key.
 */
typedef enum
{
  UPSCALE_KEY_NONE,
  UPSCALE_KEY_BEARER,
  UPSCALE_KEY_BASIC,
  UPSCALE_KEY_MODAL,
  UPSCALE_KEY_HEADER,
} UpscaleKeyScheme;

#define UPSCALE_N_KEY_SCHEMES 5

const char *upscale_key_scheme_get_name (UpscaleKeyScheme scheme);
guint       upscale_key_scheme_count_parts (UpscaleKeyScheme scheme);

G_END_DECLS
