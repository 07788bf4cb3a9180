/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The workflow for a model. The family in the model's name decides on the workflow and on
 * the text encoders and the autoencoder that go with the model; the server's lists tell
 * whether it has them. */
#include "upscale-comfyui-choice.h"

#include <string.h>

#include "upscale-model-family.h"
#include "upscale-model-names.h"

#define ALTERNATIVES "|"
#define WHOLE_NAME '='
#define GGUF ".gguf"
#define FEW_STEPS_CFG 1.5

#define FLUX_VAE "=ae|flux-vae|flux1-vae|flux-ae"
#define FLUX2_VAE "flux2-vae|flux2-ae"
#define QWEN_VAE "qwen_image_vae"
#define SEEDVR2_VAE "seedvr2_ema_vae|seedvr2-vae|ema_vae"

/* Files are named as in ComfyUI's own templates and by the authors, the likeliest part of
 * a name first. Names are compared folded, see upscale_model_family_dup_folded(). "="
 * asks for the whole name. The sampler is "euler" where none stands here. */
typedef struct
{
  UpscaleModelFamily family;
  const char        *sign; /* of a variant, folded, or NULL: any */
  const char        *workflow;
  const char        *encoders[UPSCALE_COMFYUI_MAX_ENCODERS];
  const char        *vae;
} Recipe;

static const Recipe recipes[] = {
  { UPSCALE_MODEL_FAMILY_FLUX,
    NULL,
    "flux",
    { "clip_l", "t5xxl|t5-v1_1-xxl" },
    FLUX_VAE },
  { UPSCALE_MODEL_FAMILY_FLUX2, "klein9b", "flux2", { "qwen_3_8b" }, FLUX2_VAE },
  { UPSCALE_MODEL_FAMILY_FLUX2, "kleinbase9b", "flux2", { "qwen_3_8b" }, FLUX2_VAE },
  { UPSCALE_MODEL_FAMILY_FLUX2, "klein", "flux2", { "qwen_3_4b" }, FLUX2_VAE },
  { UPSCALE_MODEL_FAMILY_FLUX2, NULL, "flux2", { "mistral" }, FLUX2_VAE },
  { UPSCALE_MODEL_FAMILY_Z_IMAGE, NULL, "z-image", { "qwen_3_4b" }, FLUX_VAE },
  { UPSCALE_MODEL_FAMILY_QWEN_IMAGE, NULL, "qwen-image", { "qwen_2.5_vl_7b" }, QWEN_VAE },
  { UPSCALE_MODEL_FAMILY_SEEDVR2, NULL, "seedvr2", { NULL }, SEEDVR2_VAE },
};

const char *const UPSCALE_COMFYUI_WORKFLOWS[] = {
  UPSCALE_COMFYUI_DEFAULT_WORKFLOW,
  "flux",
  "flux2",
  "z-image",
  "qwen-image",
  "seedvr2",
  NULL,
};

/**
 * upscale_comfyui_choice_clear_lists:
 * @lists: lists
 *
 * Frees the members of @lists.
 */
void
upscale_comfyui_choice_clear_lists (UpscaleComfyuiLists *lists)
{
  g_return_if_fail (lists != NULL);

  g_strfreev (lists->checkpoints);
  g_strfreev (lists->diffusion_models);
  g_strfreev (lists->ggufs);
  g_strfreev (lists->text_encoders);
  g_strfreev (lists->gguf_text_encoders);
  g_strfreev (lists->vaes);
  *lists = (UpscaleComfyuiLists) { 0 };
}

static const Recipe *
find_recipe (const char *model)
{
  UpscaleModelFamily family = upscale_model_family_read (model);
  g_autofree char   *folded = upscale_model_family_dup_folded (model);

  for (gsize i = 0; i < G_N_ELEMENTS (recipes); i++)
    if (recipes[i].family == family &&
        (!recipes[i].sign || strstr (folded, recipes[i].sign)))
      return &recipes[i];
  return NULL;
}

static gboolean
fits (const char *file, const char *part)
{
  g_autofree char *stem = upscale_model_names_dup_stem (file);
  g_autofree char *folded = upscale_model_family_dup_folded (stem);
  g_autofree char *wanted = upscale_model_family_dup_folded (part);

  return *part == WHOLE_NAME ? g_str_equal (folded, wanted)
                             : strstr (folded, wanted) != NULL;
}

static const char *
find_file (GStrv files, const char *parts)
{
  g_auto (GStrv) alternatives = g_strsplit (parts, ALTERNATIVES, -1);

  for (gsize i = 0; files && alternatives[i]; i++)
    for (gsize j = 0; files[j]; j++)
      if (fits (files[j], alternatives[i]))
        return files[j];
  return NULL;
}

static gboolean
is_gguf (const char *file)
{
  g_autofree char *folded = g_ascii_strdown (file ? file : "", -1);

  return g_str_has_suffix (folded, GGUF);
}

/* Prefers the loaders of ComfyUI itself. Those of ComfyUI-GGUF load both kinds of files.
 */
static void
find_encoders (const UpscaleComfyuiLists *lists,
               const Recipe              *recipe,
               UpscaleComfyuiChoice      *choice)
{
  static const char *const loaders[][UPSCALE_COMFYUI_MAX_ENCODERS] = {
    { "CLIPLoader", "DualCLIPLoader" },
    { "CLIPLoaderGGUF", "DualCLIPLoaderGGUF" },
  };
  gsize    n_encoders = 0;
  gboolean needs_gguf = FALSE;

  for (; n_encoders < UPSCALE_COMFYUI_MAX_ENCODERS && recipe->encoders[n_encoders];
       n_encoders++)
    {
      const char *parts = recipe->encoders[n_encoders];
      const char *found = find_file (lists->text_encoders, parts);

      if (!found)
        found = find_file (lists->gguf_text_encoders, parts);
      choice->encoders[n_encoders] = found;
      needs_gguf = needs_gguf || is_gguf (found);
    }
  if (n_encoders > 0)
    choice->encoder_loader = loaders[needs_gguf ? 1 : 0][n_encoders - 1];
}

/* Returns the best part of a row as a user may look for it. */
static void
name_missing (GString *missing, const char *parts, const char *folder)
{
  g_auto (GStrv) alternatives = g_strsplit (parts, ALTERNATIVES, -1);
  const char *part = alternatives[0] + (*alternatives[0] == WHOLE_NAME ? 1 : 0);

  g_string_append_printf (missing, "%s'%s' (models/%s)", missing->len > 0 ? ", " : "",
                          part, folder);
}

static gboolean
check_parts (const Recipe *recipe, const UpscaleComfyuiChoice *choice, char **missing)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (gsize i = 0; i < UPSCALE_COMFYUI_MAX_ENCODERS && recipe->encoders[i]; i++)
    if (!choice->encoders[i])
      name_missing (names, recipe->encoders[i], "text_encoders");
  if (!choice->vae)
    name_missing (names, recipe->vae, "vae");
  if (names->len == 0)
    return TRUE;
  if (missing)
    *missing = g_strdup (names->str);
  return FALSE;
}

static void
follow (const Recipe *recipe, UpscaleComfyuiChoice *choice)
{
  choice->workflow = recipe->workflow;
  choice->sampler =
      recipe->family == UPSCALE_MODEL_FAMILY_Z_IMAGE ? "res_multistep" : "euler";
  choice->scheduler = "simple";
}

static gboolean
choose_parts (const UpscaleComfyuiLists *lists,
              const char                *loader,
              const char                *model,
              UpscaleComfyuiChoice      *choice,
              char                     **missing)
{
  const Recipe        *recipe = find_recipe (model);
  UpscaleComfyuiChoice made = { .model = model, .loader = loader };

  if (!recipe)
    return FALSE;
  follow (recipe, &made);
  made.vae = find_file (lists->vaes, recipe->vae);
  find_encoders (lists, recipe, &made);
  if (!check_parts (recipe, &made, missing))
    return FALSE;
  *choice = made;
  return TRUE;
}

/* A whole checkpoint of any family brings its own text encoder and VAE. */
static void
choose_whole (const char *model, UpscaleComfyuiChoice *choice)
{
  const Recipe      *recipe = find_recipe (model);
  UpscaleModelAdvice advice = upscale_model_family_advise (model);
  gboolean takes_few = advice.cfg_scale > 0.0 && advice.cfg_scale <= FEW_STEPS_CFG;

  *choice = (UpscaleComfyuiChoice) { .model = model, .loader = UPSCALE_COMFYUI_LOADER };
  choice->workflow = UPSCALE_COMFYUI_DEFAULT_WORKFLOW;
  choice->sampler = takes_few ? "euler" : "dpmpp_2m";
  choice->scheduler = takes_few ? "sgm_uniform" : "karras";
  if (recipe)
    follow (recipe, choice);
}

/**
 * upscale_comfyui_choice_make:
 * @lists: the files of the server
 * @model: a model, named as the user likes
 * @choice: (out): the workflow and its files
 * @missing: (out) (optional): the files that the model needs and the server lacks, in
 * words; set only if that is the reason
 *
 * A model that the server does not list counts as a checkpoint, so that the server names
 * it when it refuses the prompt.
 *
 * Returns: %TRUE if there is a workflow for @model
 */
gboolean
upscale_comfyui_choice_make (const UpscaleComfyuiLists *lists,
                             const char                *model,
                             UpscaleComfyuiChoice      *choice,
                             char                     **missing)
{
  const char *found;

  g_return_val_if_fail (lists != NULL, FALSE);
  g_return_val_if_fail (model != NULL, FALSE);
  g_return_val_if_fail (choice != NULL, FALSE);

  found = upscale_model_names_find ((const char *const *) lists->checkpoints, model);
  if (found)
    {
      choose_whole (found, choice);
      return TRUE;
    }
  found = upscale_model_names_find ((const char *const *) lists->diffusion_models, model);
  if (found)
    return choose_parts (lists, "UNETLoader", found, choice, missing);
  found = upscale_model_names_find ((const char *const *) lists->ggufs, model);
  if (found)
    return choose_parts (lists, "UnetLoaderGGUF", found, choice, missing);
  choose_whole (model, choice);
  return TRUE;
}

/**
 * upscale_comfyui_choice_find_workflow:
 * @model: a diffusion model that is no whole checkpoint
 *
 * Returns: (nullable): the workflow of its family, %NULL if there is none
 */
const char *
upscale_comfyui_choice_find_workflow (const char *model)
{
  const Recipe *recipe;

  g_return_val_if_fail (model != NULL, NULL);

  recipe = find_recipe (model);
  return recipe ? recipe->workflow : NULL;
}

/**
 * upscale_comfyui_choice_is_whole:
 * @choice: a choice
 *
 * Returns: %TRUE if the model is a whole checkpoint, with text encoder and VAE
 */
gboolean
upscale_comfyui_choice_is_whole (const UpscaleComfyuiChoice *choice)
{
  g_return_val_if_fail (choice != NULL, FALSE);

  return choice->vae == NULL;
}
