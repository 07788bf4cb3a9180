/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The recipe in a layer of a stranger's file, up to the number of tiles. */
#include "fuzz.h"
#include "stand-in-config.h"

#include <gio/gio.h>

#include "upscale-argument-table.h"
#include "upscale-gen-params.h"
#include "upscale-settings.h"
#include "upscale-tile-plan.h"

#define SOURCE_GROUP "Source"
#define SIDE_PX 512
#define N_SIDES 4

static UpscaleRect
read_selection (GKeyFile *keys)
{
  gsize           n = 0;
  g_autofree int *sides =
      g_key_file_get_integer_list (keys, SOURCE_GROUP, "selection", &n, NULL);

  return n == N_SIDES ? (UpscaleRect) { sides[0], sides[1], sides[2], sides[3] }
                      : (UpscaleRect) { 0 };
}

static void
plan (GObject *config, UpscaleRect selection)
{
  UpscaleRect whole = { 0, 0, SIDE_PX, SIDE_PX };
  double      scale;
  int         tile_px;
  int         overlap_px;
  UpscaleRect target;
  g_autoptr (UpscaleTilePlan) tiles = NULL;

  g_object_get (config, "scale", &scale, "tile-size", &tile_px, "overlap", &overlap_px,
                NULL);
  if (!upscale_rect_contains (whole, selection))
    return;
  target = upscale_rect_scale (whole, scale, scale);
  tiles = upscale_tile_plan_new (
      (UpscaleTilePlanCase) {
          target.width, target.height,
          upscale_rect_intersect (target, upscale_rect_scale (selection, scale, scale)),
          tile_px, overlap_px, scale },
      NULL);
}

/* No recipe may change these arguments of the user. */
static void
check_untouched (GObject *config)
{
  g_autofree char *endpoints = NULL;
  g_autofree char *model = NULL;
  g_autoptr (GFile) file = NULL;
  int retries;

  g_object_get (config, "endpoints", &endpoints, "ip-adapter-image", &file, "retries",
                &retries, "model", &model, NULL);
  g_assert_cmpstr (endpoints, ==, "");
  g_assert_null (file);
  g_assert_cmpint (retries, ==, (int) upscale_argument_table_find ("retries")->value);
  g_assert_false (upscale_gen_params_name_is_path (model));
}

static void
check_loras (GObject *config)
{
  g_autoptr (UpscaleGenParams) recipe = upscale_gen_params_new ();
  g_autofree char *loras = NULL;

  g_object_get (config, "loras", &loras, NULL);
  (void) upscale_gen_params_parse_loras (recipe, loras, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GObject) config = stand_in_config_new ();
  g_autofree char *text = g_strndup ((const char *) data, size);

  if (!g_key_file_load_from_data (keys, text, size, G_KEY_FILE_NONE, NULL))
    return 0;
  upscale_settings_read (config, keys, &upscale_settings_recipe, NULL);
  check_untouched (config);
  check_loras (config);
  plan (config, read_selection (keys));
  return 0;
}
