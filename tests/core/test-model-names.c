/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-model-names.h"

typedef struct
{
  const char        *names; /* with commas between */
  const char *const *words;
  const char        *model;
  const char        *chosen; /* NULL: none */
} Row;

static const Row rows[] = {
  { "canny,control_v11f1e_sd15_tile [a371]", UPSCALE_WORDS_TILE, "photo",
    "control_v11f1e_sd15_tile [a371]" },
  { "Tile SDXL,Tile", UPSCALE_WORDS_TILE, "dreamXL", "Tile SDXL" },
  { "Tile SDXL,Tile", UPSCALE_WORDS_TILE, "photo_v3", "Tile" },
  { "control_v11f1e_sd15_tile,xinsir_union_sdxl", UPSCALE_WORDS_TILE, "dreamXL",
    "xinsir_union_sdxl" },
  { "control_v11f1e_sd15_tile,TTPLANET_Tile_v2", UPSCALE_WORDS_TILE, "ponyMix",
    "TTPLANET_Tile_v2" },
  { "control_v11f1e_sd15_tile,xinsir_union_sdxl", UPSCALE_WORDS_TILE, NULL,
    "control_v11f1e_sd15_tile" },
  { "xinsir_tile_sdxl", UPSCALE_WORDS_TILE, "photo", "xinsir_tile_sdxl" },
  { "canny,depth", UPSCALE_WORDS_TILE, "photo", NULL },
  { "", UPSCALE_WORDS_TILE, "photo", NULL },
  { "ip-adapter_sd15,ip-adapter-plus_sdxl_vit-h", UPSCALE_WORDS_IP_ADAPTER, "dreamXL",
    "ip-adapter-plus_sdxl_vit-h" },
  { "union_sdxl,Tile", UPSCALE_WORDS_TILE, "dreamXL", "union_sdxl" },
};

typedef struct
{
  const char *names; /* with commas between */
  const char *wanted;
  const char *found; /* NULL: none, or ambiguous */
} NameRow;

static const NameRow fitting[] = {
  { "control_v11f1e_sd15_tile,xinsir_tile_sdxl", "dreamXL", "xinsir_tile_sdxl" },
  { "control_v11f1e_sd15_tile", "dreamXL", NULL },
  { "xinsir_tile_sdxl", "v1-5-pruned-emaonly", NULL },
  { "xinsir_tile_sdxl,Tile", "v1-5-pruned-emaonly", "Tile" },
  { "xinsir_tile_sdxl", "photo", "xinsir_tile_sdxl" },
  { "xinsir_tile_sdxl", "flux1-dev", NULL },
};

static const NameRow findable[] = {
  { "photo.safetensors [1234567890],xl", "photo.safetensors",
    "photo.safetensors [1234567890]" },
  { "photo.safetensors,xl", "photo.safetensors [1234567890]", "photo.safetensors" },
  { "photo.safetensors [1234567890]", "photo", "photo.safetensors [1234567890]" },
  { "sub/photo.safetensors", "photo", "sub/photo.safetensors" },
  { "one/photo.safetensors,two/photo.safetensors", "photo", NULL },
  { "one/photo.safetensors,two/photo.safetensors", "two/photo.safetensors",
    "two/photo.safetensors" },
  { "one/photo.safetensors,two/photo.safetensors", "two/photo", "two/photo.safetensors" },
  { "one/photo.safetensors", "two/photo.safetensors", NULL },
  { "other\\soft.pt,soft.v2.safetensors", "soft", "other\\soft.pt" },
  { "other\\soft.pt,soft.v2.safetensors", "other/soft", "other\\soft.pt" },
  { "other\\soft.pt,soft.v2.safetensors", "soft.v2", "soft.v2.safetensors" },
  { "other\\soft.pt,soft.v2.safetensors", "other", NULL },
  { "other\\soft.pt,soft.v2.safetensors", "other/", NULL },
  { "photo.safetensors,photo.ckpt", "photo", NULL },
  { "photo [new].safetensors", "photo", NULL },
  { "photo", "portrait", NULL },
  { "", "photo", NULL },
};

static void
test_choose (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) names = g_strsplit (rows[i].names, ",", -1);

      g_auto (GStrv) found =
          upscale_model_names_filter ((const char *const *) names, rows[i].words);

      g_test_message ("%s for %s", rows[i].names, rows[i].model);
      g_assert_cmpstr (upscale_model_names_fit ((const char *const *) found,
                                                rows[i].model),
                       ==, rows[i].chosen);
    }
}

static void
test_fit (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fitting); i++)
    {
      g_auto (GStrv) names = g_strsplit (fitting[i].names, ",", -1);

      g_test_message ("%s for %s", fitting[i].names, fitting[i].wanted);
      g_assert_cmpstr (upscale_model_names_fit ((const char *const *) names,
                                                fitting[i].wanted),
                       ==, fitting[i].found);
    }
}

static void
test_find (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (findable); i++)
    {
      g_auto (GStrv) names = g_strsplit (findable[i].names, ",", -1);

      g_test_message ("%s in %s", findable[i].wanted, findable[i].names);
      g_assert_cmpstr (upscale_model_names_find ((const char *const *) names,
                                                 findable[i].wanted),
                       ==, findable[i].found);
    }
  g_assert_null (upscale_model_names_find (NULL, "photo"));
}

static void
test_filter (void)
{
  const char *const names[] = { "union tile", "canny", "Union", "A Tile", NULL };
  g_auto (GStrv) found = upscale_model_names_filter (names, UPSCALE_WORDS_TILE);
  g_auto (GStrv) nothing = upscale_model_names_filter (NULL, UPSCALE_WORDS_TILE);
  g_autofree char *joined = g_strjoinv (",", found);

  g_assert_cmpstr (joined, ==, "union tile,A Tile,Union");
  g_assert_null (*nothing);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-names/choose", test_choose);
  g_test_add_func ("/model-names/fit", test_fit);
  g_test_add_func ("/model-names/find", test_find);
  g_test_add_func ("/model-names/filter", test_filter);
  return g_test_run ();
}
