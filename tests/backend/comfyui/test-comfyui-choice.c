/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-comfyui-choice.h"

#include <string.h>

#define N_ROUNDS 3000

/* A model with the files that its template in ComfyUI, or its author, names. */
typedef struct
{
  const char *model;
  const char *workflow;
  const char *encoders[UPSCALE_COMFYUI_MAX_ENCODERS];
  const char *vae;
} Row;

static const Row rows[] = {
  { "flux1-dev", "flux", { "clip_l", "t5xxl_fp16" }, "ae" },
  { "flux1-schnell-fp8-e4m3fn", "flux", { "clip_l", "t5-v1_1-xxl-encoder-Q8_0" }, "ae" },
  { "flux-2-klein-4b-fp8", "flux2", { "qwen_3_4b" }, "flux2-vae" },
  { "flux-2-klein-9b", "flux2", { "qwen_3_8b_fp8mixed" }, "flux2-vae" },
  { "flux-2-klein-base-9b", "flux2", { "qwen_3_8b_fp8mixed" }, "flux2-vae" },
  { "flux2_dev_fp8mixed", "flux2", { "mistral_3_small_flux2_fp8" }, "flux2-vae" },
  { "z_image_turbo_bf16", "z-image", { "qwen_3_4b" }, "ae" },
  { "Qwen_Image-Q4_K_M",
    "qwen-image",
    { "Qwen2.5-VL-7B-Instruct-Q4_K_M" },
    "qwen_image_vae" },
  { "seedvr2_7b_sharp_fp16", "seedvr2", { NULL }, "ema_vae_fp16" },
};

/* Files that are of no use to any row. */
static const char *const others[] = { "sdxl_vae", "llava_llama3", "umt5_base", "taef1" };

static char *
decorate (const char *stem, const char *ending)
{
  static const char *const folders[] = { "", "new/", "old\\deep\\" };
  GString                 *name = g_string_new (folders[g_test_rand_int_range (0, 3)]);
  gboolean                 is_loud = g_test_rand_bit ();

  for (; *stem; stem++)
    g_string_append_c (name, is_loud ? g_ascii_toupper (*stem) : *stem);
  g_string_append (name, ending);
  return g_string_free_and_steal (name);
}

static void
add_file (GStrvBuilder *list, const char *stem, const char *ending)
{
  g_autofree char *name = decorate (stem, ending);

  if (g_test_rand_bit ())
    g_strv_builder_add (list, others[g_test_rand_int_range (0, G_N_ELEMENTS (others))]);
  g_strv_builder_add (list, name);
}

static gboolean
holds (GStrv list, const char *name)
{
  return list && name && g_strv_contains ((const char *const *) list, name);
}

static gboolean
are_alike (const char *file, const char *stem)
{
  g_autofree char *loud = g_ascii_strup (file, -1);
  g_autofree char *wanted = g_ascii_strup (stem, -1);

  return strstr (loud, wanted) != NULL;
}

/* Puts the files of a row on a server, each with a likelihood. Returns %TRUE if all are
 * there. */
static gboolean
fill_lists (const Row *row, UpscaleComfyuiLists *lists, gboolean is_gguf)
{
  g_autoptr (GStrvBuilder) models = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) encoders = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) ggufs = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) vaes = g_strv_builder_new ();
  gboolean is_whole = TRUE;

  add_file (models, row->model, is_gguf ? ".gguf" : ".safetensors");
  for (gsize i = 0; i < UPSCALE_COMFYUI_MAX_ENCODERS && row->encoders[i]; i++)
    if (g_test_rand_int_range (0, 8) == 0)
      is_whole = FALSE;
    else if (g_test_rand_bit ())
      add_file (encoders, row->encoders[i], ".safetensors");
    else
      add_file (ggufs, row->encoders[i], ".gguf");
  if (g_test_rand_int_range (0, 8) == 0)
    is_whole = FALSE;
  else
    add_file (vaes, row->vae, ".safetensors");
  *(is_gguf ? &lists->ggufs : &lists->diffusion_models) = g_strv_builder_end (models);
  lists->text_encoders = g_strv_builder_end (encoders);
  lists->gguf_text_encoders = g_strv_builder_end (ggufs);
  lists->vaes = g_strv_builder_end (vaes);
  return is_whole;
}

static void
check_choice (const Row                  *row,
              const UpscaleComfyuiLists  *lists,
              const UpscaleComfyuiChoice *choice,
              gboolean                    is_gguf)
{
  gboolean needs_gguf = FALSE;

  g_assert_cmpstr (choice->workflow, ==, row->workflow);
  g_assert_cmpstr (choice->loader, ==, is_gguf ? "UnetLoaderGGUF" : "UNETLoader");
  g_assert_true (holds (is_gguf ? lists->ggufs : lists->diffusion_models, choice->model));
  g_assert_true (are_alike (choice->vae, row->vae));
  g_assert_false (upscale_comfyui_choice_is_whole (choice));
  for (gsize i = 0; i < UPSCALE_COMFYUI_MAX_ENCODERS; i++)
    {
      g_assert_true ((choice->encoders[i] == NULL) == (row->encoders[i] == NULL));
      if (!row->encoders[i])
        continue;
      g_assert_true (are_alike (choice->encoders[i], row->encoders[i]));
      needs_gguf = needs_gguf || holds (lists->gguf_text_encoders, choice->encoders[i]);
    }
  if (!row->encoders[0])
    g_assert_null (choice->encoder_loader);
  else
    g_assert_true (
        g_str_has_prefix (choice->encoder_loader, row->encoders[1] ? "Dual" : "CLIP") &&
        g_str_has_suffix (choice->encoder_loader, "GGUF") == needs_gguf);
}

static void
test_parts_of_any_server (void)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      const Row           *row = &rows[g_test_rand_int_range (0, G_N_ELEMENTS (rows))];
      gboolean             is_gguf = g_test_rand_bit ();
      UpscaleComfyuiLists  lists = { 0 };
      UpscaleComfyuiChoice choice = { 0 };
      g_autofree char     *missing = NULL;
      gboolean             is_whole = fill_lists (row, &lists, is_gguf);
      gboolean             is_made =
          upscale_comfyui_choice_make (&lists, row->model, &choice, &missing);

      g_test_message ("%s: %s", row->model, missing);
      g_assert_cmpint (is_made, ==, is_whole);
      g_assert_true (is_made == (missing == NULL));
      if (is_made)
        check_choice (row, &lists, &choice, is_gguf);
      g_assert_true (is_made || strstr (missing, "(models/"));
      upscale_comfyui_choice_clear_lists (&lists);
    }
}

static void
test_whole_checkpoints (void)
{
  UpscaleComfyuiLists lists = { 0 };

  lists.checkpoints = g_strsplit ("dream.safetensors,flux1-dev-fp8.safetensors,"
                                  "sdxl_lightning_4step.safetensors",
                                  ",", -1);
  for (gsize i = 0; lists.checkpoints[i]; i++)
    {
      static const char *const workflows[] = { "checkpoint", "flux", "checkpoint" };
      static const char *const schedulers[] = { "karras", "simple", "sgm_uniform" };
      UpscaleComfyuiChoice     choice = { 0 };

      g_assert_true (
          upscale_comfyui_choice_make (&lists, lists.checkpoints[i], &choice, NULL));
      g_assert_true (upscale_comfyui_choice_is_whole (&choice));
      g_assert_true (choice.model == lists.checkpoints[i]);
      g_assert_cmpstr (choice.workflow, ==, workflows[i]);
      g_assert_cmpstr (choice.scheduler, ==, schedulers[i]);
      g_assert_cmpstr (choice.loader, ==, UPSCALE_COMFYUI_LOADER);
    }
  upscale_comfyui_choice_clear_lists (&lists);
}

/* The server then refuses the prompt and names the model. */
static void
test_unknown_models_count_as_checkpoints (void)
{
  UpscaleComfyuiLists  lists = { 0 };
  UpscaleComfyuiChoice choice = { 0 };

  g_assert_true (upscale_comfyui_choice_make (&lists, "nobody", &choice, NULL));
  g_assert_cmpstr (choice.model, ==, "nobody");
  g_assert_cmpstr (choice.workflow, ==, "checkpoint");
}

static void
test_models_without_workflow (void)
{
  UpscaleComfyuiLists  lists = { 0 };
  UpscaleComfyuiChoice choice = { 0 };
  g_autofree char     *missing = NULL;

  lists.diffusion_models = g_strsplit ("wan2.1_t2v_14B.safetensors", ",", -1);
  g_assert_false (
      upscale_comfyui_choice_make (&lists, lists.diffusion_models[0], &choice, &missing));
  g_assert_null (missing);
  upscale_comfyui_choice_clear_lists (&lists);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/comfyui-choice/parts-of-any-server", test_parts_of_any_server);
  g_test_add_func ("/comfyui-choice/whole-checkpoints", test_whole_checkpoints);
  g_test_add_func ("/comfyui-choice/unknown-models",
                   test_unknown_models_count_as_checkpoints);
  g_test_add_func ("/comfyui-choice/models-without-workflow",
                   test_models_without_workflow);
  return g_test_run ();
}
