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
};

static void
test_choose (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) names = g_strsplit (rows[i].names, ",", -1);

      g_test_message ("%s for %s", rows[i].names, rows[i].model);
      g_assert_cmpstr (upscale_model_names_choose ((const char *const *) names,
                                                   rows[i].words, rows[i].model),
                       ==, rows[i].chosen);
    }
}

static void
test_join (void)
{
  const char *const names[] = { "canny", "A Tile", "union", NULL };
  g_autofree char *joined = upscale_model_names_join_matching (names, UPSCALE_WORDS_TILE);
  g_autofree char *nothing = upscale_model_names_join_matching (NULL, UPSCALE_WORDS_TILE);

  g_assert_cmpstr (joined, ==, " A Tile union");
  g_assert_cmpstr (nothing, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-names/choose", test_choose);
  g_test_add_func ("/model-names/join", test_join);
  return g_test_run ();
}
