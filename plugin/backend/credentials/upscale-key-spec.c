/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-key-spec.h"

/**
 * upscale_key_spec_free:
 * @spec: (transfer full): a description of a key
 */
void
upscale_key_spec_free (UpscaleKeySpec *spec)
{
  g_return_if_fail (spec != NULL);

  g_free (spec->endpoint_name);
  g_free (spec->origin);
  g_free (spec->header);
  g_free (spec->variable);
  g_free (spec);
}
