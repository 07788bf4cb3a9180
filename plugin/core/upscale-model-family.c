/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers list files of models, and the name of a file tells the family of its model. */
#include "upscale-model-family.h"

#include <string.h>

/* The first row counts whose part is in the name, so names with a part of another stand
 * before it. A row that is not folded is about the name in lower case: `v2-1` is a
 * version of Stable Diffusion, while any model may have a version 2.1. */
static const struct
{
  const char        *sign;
  gboolean           is_folded; /* see upscale_model_family_dup_folded() */
  UpscaleModelFamily family;
} signs[] = {
  { "seedvr", TRUE, UPSCALE_MODEL_FAMILY_SEEDVR2 },
  { "qwenimage", TRUE, UPSCALE_MODEL_FAMILY_QWEN_IMAGE },
  { "zimage", TRUE, UPSCALE_MODEL_FAMILY_Z_IMAGE },
  { "flux2", TRUE, UPSCALE_MODEL_FAMILY_FLUX2 },
  { "klein", TRUE, UPSCALE_MODEL_FAMILY_FLUX2 },
  { "flux", TRUE, UPSCALE_MODEL_FAMILY_FLUX },
  { "sd3", TRUE, UPSCALE_MODEL_FAMILY_SD3 },
  { "xl", FALSE, UPSCALE_MODEL_FAMILY_SDXL },
  { "pony", FALSE, UPSCALE_MODEL_FAMILY_SDXL },
  { "noobai", FALSE, UPSCALE_MODEL_FAMILY_SDXL },
  { "illustrious", FALSE, UPSCALE_MODEL_FAMILY_SDXL },
  { "sd21", TRUE, UPSCALE_MODEL_FAMILY_SD2 },
  { "sd_2", FALSE, UPSCALE_MODEL_FAMILY_SD2 },
  { "v2-1", FALSE, UPSCALE_MODEL_FAMILY_SD2 },
  { "sd15", TRUE, UPSCALE_MODEL_FAMILY_SD1 },
  { "sdv1", TRUE, UPSCALE_MODEL_FAMILY_SD1 },
  { "v1-5", FALSE, UPSCALE_MODEL_FAMILY_SD1 },
  { "v11", FALSE, UPSCALE_MODEL_FAMILY_SD1 },
};

/* The authors' numbers. A few-step model paints a whole picture in 4 to 8 steps. Tiles
 * take steps times strength, and ComfyUI's own upscaling with Z-Image Turbo runs 5 steps
 * at strength 0.33, so the numbers of few-step models are for a strength of about a
 * third. */
#define FEW_STEPS 12
#define Z_IMAGE_TURBO_STEPS 15

static const struct
{
  UpscaleModelFamily family;
  const char        *sign;  /* of a variant, NULL: any */
  const char        *other; /* a second sign of the variant, or NULL */
  UpscaleModelAdvice advice;
} advices[] = {
  { UPSCALE_MODEL_FAMILY_SD1, "lcm", NULL, { 512, FEW_STEPS, 1.5 } },
  { UPSCALE_MODEL_FAMILY_SD1, NULL, NULL, { 512, 0, 0.0 } },
  { UPSCALE_MODEL_FAMILY_SD2, NULL, NULL, { 768, 0, 0.0 } },
  { UPSCALE_MODEL_FAMILY_SD3, NULL, NULL, { 1024, 28, 4.5 } },
  { UPSCALE_MODEL_FAMILY_SDXL, "lightning", NULL, { 1024, FEW_STEPS, 1.0 } },
  { UPSCALE_MODEL_FAMILY_SDXL, "hyper", NULL, { 1024, FEW_STEPS, 1.0 } },
  { UPSCALE_MODEL_FAMILY_SDXL, "lcm", NULL, { 1024, FEW_STEPS, 1.5 } },
  { UPSCALE_MODEL_FAMILY_SDXL, "turbo", NULL, { 512, FEW_STEPS, 1.0 } },
  { UPSCALE_MODEL_FAMILY_SDXL, NULL, NULL, { 1024, 0, 0.0 } },
  { UPSCALE_MODEL_FAMILY_FLUX, "schnell", NULL, { 1024, FEW_STEPS, 1.0 } },
  { UPSCALE_MODEL_FAMILY_FLUX, NULL, NULL, { 1024, 20, 3.5 } },
  { UPSCALE_MODEL_FAMILY_FLUX2, "klein", "base", { 1024, 20, 5.0 } },
  { UPSCALE_MODEL_FAMILY_FLUX2, "klein", NULL, { 1024, FEW_STEPS, 1.0 } },
  { UPSCALE_MODEL_FAMILY_FLUX2, NULL, NULL, { 1024, 20, 4.0 } },
  { UPSCALE_MODEL_FAMILY_Z_IMAGE, "turbo", NULL, { 1024, Z_IMAGE_TURBO_STEPS, 1.0 } },
  { UPSCALE_MODEL_FAMILY_Z_IMAGE, NULL, NULL, { 1024, 30, 4.0 } },
  { UPSCALE_MODEL_FAMILY_QWEN_IMAGE, "lightning", NULL, { 1024, FEW_STEPS, 1.0 } },
  { UPSCALE_MODEL_FAMILY_QWEN_IMAGE, NULL, NULL, { 1024, 20, 2.5 } },
};

/**
 * upscale_model_family_dup_folded:
 * @name: (nullable): the name of a file
 *
 * Authors write `qwen_2.5_vl_7b`, `Qwen2.5-VL-7B` and `qwen25vl7b`.
 *
 * Returns: (transfer full): the letters and digits of @name, in lower case
 */
char *
upscale_model_family_dup_folded (const char *name)
{
  GString *folded = g_string_new (NULL);

  for (; name && *name; name++)
    if (g_ascii_isalnum (*name))
      g_string_append_c (folded, g_ascii_tolower (*name));
  return g_string_free_and_steal (folded);
}

/**
 * upscale_model_family_read:
 * @name: (nullable): the name of a model, as a server lists it
 *
 * Returns: the family that the name tells
 */
UpscaleModelFamily
upscale_model_family_read (const char *name)
{
  g_autofree char *plain = g_ascii_strdown (name ? name : "", -1);
  g_autofree char *folded = upscale_model_family_dup_folded (name);

  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    if (strstr (signs[i].is_folded ? folded : plain, signs[i].sign))
      return signs[i].family;
  return UPSCALE_MODEL_FAMILY_UNKNOWN;
}

/**
 * upscale_model_family_advise:
 * @name: (nullable): the name of a model, as a server lists it
 *
 * Returns: the values that suit the model, as far as the name tells them
 */
UpscaleModelAdvice
upscale_model_family_advise (const char *name)
{
  g_autofree char   *folded = upscale_model_family_dup_folded (name);
  UpscaleModelFamily family = upscale_model_family_read (name);
  UpscaleModelAdvice none = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (advices); i++)
    if (advices[i].family == family &&
        (!advices[i].sign || strstr (folded, advices[i].sign)) &&
        (!advices[i].other || strstr (folded, advices[i].other)))
      return advices[i].advice;
  return none;
}

/**
 * upscale_model_family_uses_prompt:
 * @family: a family
 *
 * Returns: %FALSE for models that restore pictures without prompt, steps and strength
 */
gboolean
upscale_model_family_uses_prompt (UpscaleModelFamily family)
{
  return family != UPSCALE_MODEL_FAMILY_SEEDVR2;
}

/**
 * upscale_model_family_has_tile_controlnet:
 * @family: a family
 *
 * The ControlNets for Qwen-Image and Z-Image that have the word union in their names do
 * not support tiles, or are loaded in another way.
 *
 * Returns: %TRUE if there are ControlNets for tiles of the family
 */
gboolean
upscale_model_family_has_tile_controlnet (UpscaleModelFamily family)
{
  return family <= UPSCALE_MODEL_FAMILY_FLUX;
}

/**
 * upscale_model_family_has_ip_adapter:
 * @family: a family
 *
 * Returns: %TRUE if servers can follow a reference picture with models of the family
 */
gboolean
upscale_model_family_has_ip_adapter (UpscaleModelFamily family)
{
  return family == UPSCALE_MODEL_FAMILY_UNKNOWN || family == UPSCALE_MODEL_FAMILY_SD1 ||
         family == UPSCALE_MODEL_FAMILY_SDXL;
}
