/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-model-family.h"

#define N_ROUNDS 2000

typedef struct
{
  const char        *name;
  UpscaleModelFamily family;
} Row;

/* Names of files by their authors. */
static const Row rows[] = {
  { "v1-5-pruned-emaonly", UPSCALE_MODEL_FAMILY_SD1 },
  { "sd_xl_base_1.0", UPSCALE_MODEL_FAMILY_SDXL },
  { "ponyDiffusionV6", UPSCALE_MODEL_FAMILY_SDXL },
  { "v2-1_768-ema-pruned", UPSCALE_MODEL_FAMILY_SD2 },
  { "sd3.5_large", UPSCALE_MODEL_FAMILY_SD3 },
  { "flux1-dev", UPSCALE_MODEL_FAMILY_FLUX },
  { "flux-2-klein-4b-fp8", UPSCALE_MODEL_FAMILY_FLUX2 },
  { "FLUX.2-klein-base-9B", UPSCALE_MODEL_FAMILY_FLUX2 },
  { "flux2_dev_fp8mixed", UPSCALE_MODEL_FAMILY_FLUX2 },
  { "z_image_turbo_bf16", UPSCALE_MODEL_FAMILY_Z_IMAGE },
  { "Z-Image-Turbo", UPSCALE_MODEL_FAMILY_Z_IMAGE },
  { "qwen_image_fp8_e4m3fn", UPSCALE_MODEL_FAMILY_QWEN_IMAGE },
  { "Qwen-Image-2512-Q4_K_M", UPSCALE_MODEL_FAMILY_QWEN_IMAGE },
  { "seedvr2_ema_7b_sharp_fp16", UPSCALE_MODEL_FAMILY_SEEDVR2 },
  { "dreamshaper_v2.1", UPSCALE_MODEL_FAMILY_UNKNOWN },
  { "photo", UPSCALE_MODEL_FAMILY_UNKNOWN },
};

static char *
disguise (const char *name)
{
  static const char *const folders[] = { "", "new/", "old\\deep\\" };
  static const char *const endings[] = { "", ".safetensors", ".gguf",
                                         ".ckpt [1234abcd]" };
  g_autofree char         *loud = g_ascii_strup (name, -1);

  return g_strconcat (folders[g_test_rand_int_range (0, 3)],
                      g_test_rand_bit () ? loud : name,
                      endings[g_test_rand_int_range (0, 4)], NULL);
}

static void
test_names_of_servers (void)
{
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      const Row       *row = &rows[g_test_rand_int_range (0, G_N_ELEMENTS (rows))];
      g_autofree char *name = disguise (row->name);

      g_test_message ("%s", name);
      g_assert_cmpint (upscale_model_family_read (name), ==, row->family);
    }
  g_assert_cmpint (upscale_model_family_read (NULL), ==, UPSCALE_MODEL_FAMILY_UNKNOWN);
}

/* A variant changes steps and weight of the prompt, and no family is given advice that
 * its arguments can't hold. */
static void
test_advice (void)
{
  const struct
  {
    const char *few;
    const char *many;
  } pairs[] = {
    { "flux1-schnell", "flux1-dev" },
    { "flux-2-klein-4b", "flux-2-klein-base-4b" },
    { "z_image_turbo", "z_image" },
    { "qwen_image_lightning", "qwen_image" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      UpscaleModelAdvice few = upscale_model_family_advise (pairs[i].few);
      UpscaleModelAdvice many = upscale_model_family_advise (pairs[i].many);

      g_assert_cmpint (few.steps, <, many.steps);
      g_assert_cmpfloat (few.cfg_scale, ==, 1.0);
      g_assert_cmpfloat (many.cfg_scale, >, 1.0);
      g_assert_cmpint (few.native_px, ==, 1024);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      UpscaleModelAdvice advice = upscale_model_family_advise (rows[i].name);

      g_assert_cmpint (advice.native_px % 64, ==, 0);
      g_assert_cmpint (advice.steps, >=, 0);
    }
  g_assert_cmpint (upscale_model_family_advise ("photo").native_px, ==, 0);
}

static void
test_guides (void)
{
  for (int family = 0; family < UPSCALE_N_MODEL_FAMILIES; family++)
    if (!upscale_model_family_uses_prompt (family))
      g_assert_false (upscale_model_family_has_tile_controlnet (family) ||
                      upscale_model_family_has_ip_adapter (family));
  g_assert_true (upscale_model_family_has_tile_controlnet (UPSCALE_MODEL_FAMILY_FLUX));
  g_assert_false (upscale_model_family_has_ip_adapter (UPSCALE_MODEL_FAMILY_FLUX));
  g_assert_false (
      upscale_model_family_has_tile_controlnet (UPSCALE_MODEL_FAMILY_QWEN_IMAGE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-family/names-of-servers", test_names_of_servers);
  g_test_add_func ("/model-family/advice", test_advice);
  g_test_add_func ("/model-family/guides", test_guides);
  return g_test_run ();
}
