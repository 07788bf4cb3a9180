/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-server-sampler.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-json.h"

/* The sampler to ask stable-diffusion.cpp for where its owner has chosen none. It adds no
 * noise at each step, and noise would differ from tile to tile. */
#define SDCPP_FALLBACK "euler"

/**
 * upscale_server_sampler_read_sdcpp:
 * @self: zeros
 * @capabilities: (nullable): the answer of `/sdcpp/v1/capabilities`
 *
 * Keeps the sampler of a stable-diffusion.cpp that was started with --sampling-method.
 * The server's own default is replaced, as that one adds noise at each step.
 */
void
upscale_server_sampler_read_sdcpp (UpscaleServerSampler *self, JsonObject *capabilities)
{
  JsonObject *defaults = upscale_json_get_object (capabilities, "defaults");
  JsonObject *sampling = upscale_json_get_object (defaults, "sample_params");
  const char *method = upscale_json_get_string (sampling, "sample_method");

  g_return_if_fail (self != NULL);

  upscale_server_sampler_clear (self);
  self->samplers =
      upscale_json_dup_names (upscale_json_get_array (capabilities, "samplers"), NULL);
  self->schedulers =
      upscale_json_dup_names (upscale_json_get_array (capabilities, "schedulers"), NULL);
  self->fallback = method && !g_str_equal (method, "default") ? NULL : SDCPP_FALLBACK;
}

/**
 * upscale_server_sampler_clear:
 * @self: the sampling of a server
 *
 * Frees the members of @self.
 */
void
upscale_server_sampler_clear (UpscaleServerSampler *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->samplers, g_strfreev);
  g_clear_pointer (&self->schedulers, g_strfreev);
}

/**
 * upscale_server_sampler_describe:
 * @self: the sampling of a server
 * @capabilities: the capabilities of the server, which get its lists
 */
void
upscale_server_sampler_describe (const UpscaleServerSampler *self,
                                 UpscaleCapabilities        *capabilities)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (capabilities != NULL);

  capabilities->samplers = g_strdupv (self->samplers);
  capabilities->schedulers = g_strdupv (self->schedulers);
}

static gboolean
find (const UpscaleServerSampler *self,
      const UpscaleGenParams     *gen_params,
      UpscaleSamplerChoice       *found)
{
  return upscale_sampler_choice_find (upscale_gen_params_get_sampler_choice (gen_params),
                                      (const char *const *) self->samplers,
                                      (const char *const *) self->schedulers, found);
}

/**
 * upscale_server_sampler_check:
 * @self: the sampling of a server
 * @gen_params: names a sampler and a noise schedule, or leaves them to the server
 * @error: return location for an error
 *
 * Some servers take another sampler in place of an unknown one and say nothing, so the
 * names are compared with the server's lists.
 *
 * Returns: %TRUE if the server has both, or %FALSE with %UPSCALE_ERROR_REJECTED
 */
gboolean
upscale_server_sampler_check (const UpscaleServerSampler *self,
                              const UpscaleGenParams     *gen_params,
                              GError                    **error)
{
  UpscaleSamplerChoice found;
  g_autofree char     *wanted = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (gen_params != NULL, FALSE);

  if (find (self, gen_params, &found))
    return TRUE;
  wanted = upscale_sampler_choice_dup_text (
      upscale_gen_params_get_sampler_choice (gen_params));
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
               _ ("it has no sampler '%s'; choose one of its samplers and noise "
                  "schedules, or leave the choice to the server"),
               wanted);
  return FALSE;
}

/**
 * upscale_server_sampler_choose:
 * @self: the sampling of a server
 * @gen_params: names that upscale_server_sampler_check() has found
 *
 * Returns: the sampler and the schedule to ask for, as the server spells them, "" where
 * the server chooses; lives as long as both arguments
 */
UpscaleSamplerChoice
upscale_server_sampler_choose (const UpscaleServerSampler *self,
                               const UpscaleGenParams     *gen_params)
{
  UpscaleSamplerChoice found = { "", "" };

  g_return_val_if_fail (self != NULL, found);
  g_return_val_if_fail (gen_params != NULL, found);

  find (self, gen_params, &found);
  if (*found.sampler == '\0' && self->fallback)
    found.sampler = self->fallback;
  return found;
}

/**
 * upscale_server_sampler_add:
 * @self: the sampling of a server
 * @builder: inside a request
 * @member: the server's name for the sampler
 * @gen_params: names a sampler and a noise schedule, or leaves them to the server
 *
 * Adds the sampler and the member `scheduler`, where the server is not to choose them.
 */
void
upscale_server_sampler_add (const UpscaleServerSampler *self,
                            JsonBuilder                *builder,
                            const char                 *member,
                            const UpscaleGenParams     *gen_params)
{
  UpscaleSamplerChoice choice;

  g_return_if_fail (self != NULL);
  g_return_if_fail (member != NULL);
  g_return_if_fail (gen_params != NULL);

  choice = upscale_server_sampler_choose (self, gen_params);
  if (*choice.sampler)
    upscale_json_add_string (builder, member, choice.sampler);
  if (*choice.scheduler)
    upscale_json_add_string (builder, "scheduler", choice.scheduler);
}
