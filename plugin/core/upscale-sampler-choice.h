/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleSamplerChoice:
 * @sampler: a sampler; "" for the server's own
 * @scheduler: a noise schedule; "" for the server's own, or that of @sampler
 *
 * A sampler and its schedule, as the user or as a server spells them.
 */
typedef struct
{
  const char *sampler;
  const char *scheduler;
} UpscaleSamplerChoice;

gboolean upscale_sampler_choice_find (UpscaleSamplerChoice  wanted,
                                      const char *const    *samplers,
                                      const char *const    *schedulers,
                                      UpscaleSamplerChoice *found);
char    *upscale_sampler_choice_dup_text (UpscaleSamplerChoice choice);

G_END_DECLS
