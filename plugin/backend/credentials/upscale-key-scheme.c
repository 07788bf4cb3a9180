/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-key-scheme.h"

typedef struct
{
  const char *name;
  guint       n_parts;
} Row;

static const Row rows[UPSCALE_N_KEY_SCHEMES] = {
  [UPSCALE_KEY_NONE] = { .name = "none", .n_parts = 0 },
  [UPSCALE_KEY_BEARER] = { .name = "bearer", .n_parts = 1 },
  [UPSCALE_KEY_BASIC] = { .name = "basic", .n_parts = 2 },
  [UPSCALE_KEY_MODAL] = { .name = "modal", .n_parts = 2 },
  [UPSCALE_KEY_HEADER] = { .name = "header", .n_parts = 1 },
};

/**
 * upscale_key_scheme_get_name:
 * @scheme: a scheme
 *
 * Returns: (transfer none): the name of @scheme in files and in the keyring
 */
const char *
upscale_key_scheme_get_name (UpscaleKeyScheme scheme)
{
  g_return_val_if_fail (scheme < UPSCALE_N_KEY_SCHEMES, NULL);

  return rows[scheme].name;
}

/**
 * upscale_key_scheme_count_parts:
 * @scheme: a scheme
 *
 * Returns: the number of secrets in a key: user name and password are two
 */
guint
upscale_key_scheme_count_parts (UpscaleKeyScheme scheme)
{
  g_return_val_if_fail (scheme < UPSCALE_N_KEY_SCHEMES, 0);

  return rows[scheme].n_parts;
}
