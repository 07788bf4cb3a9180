/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-server-sampler.h"

#include "upscale-json.h"

/**
 * upscale_server_sampler_is_chosen:
 * @capabilities: (nullable): the answer of `/sdcpp/v1/capabilities`
 *
 * The sampler of a stable-diffusion.cpp that was started with --sampling-method stays.
 * The server's own default adds noise at each step.
 *
 * Returns: %TRUE if the server's owner has chosen a sampler
 */
gboolean
upscale_server_sampler_is_chosen (JsonObject *capabilities)
{
  JsonObject *defaults = upscale_json_get_object (capabilities, "defaults");
  JsonObject *sampling = upscale_json_get_object (defaults, "sample_params");
  const char *method = upscale_json_get_string (sampling, "sample_method");

  return method && !g_str_equal (method, "default");
}
