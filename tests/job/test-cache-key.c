/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-capabilities.h"
#include "upscale-cache-key.h"

typedef struct
{
  UpscaleGenParams    *gen_params;
  UpscaleCacheKeyInput input;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->gen_params = upscale_gen_params_new ();
  fixture->input = (UpscaleCacheKeyInput) {
    .pixels_digest = "digest",
    .sent_width_px = 4,
    .sent_height_px = 4,
    .target_width_px = 8,
    .target_height_px = 8,
    .seed = 1,
  };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  upscale_gen_params_unref (fixture->gen_params);
}

static char *
compute_key (Fixture *fixture, const char *identity)
{
  g_autoptr (GChecksum) gen_params = g_checksum_new (G_CHECKSUM_SHA256);

  upscale_gen_params_digest_shared (fixture->gen_params, gen_params);
  upscale_gen_params_digest_own (fixture->gen_params, gen_params);
  fixture->input.gen_params = gen_params;
  return upscale_cache_key_compute (&fixture->input, identity);
}

static void
assert_differs (Fixture *fixture, const char *before)
{
  g_autofree char *after = compute_key (fixture, "model");

  g_assert_cmpstr (before, !=, after);
}

static void
test_same_input_same_key (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = compute_key (fixture, "model");
  g_autofree char *second = compute_key (fixture, "model");

  g_assert_cmpstr (first, ==, second);
  g_assert_cmpuint (strlen (first), ==, 64);
}

static void
test_pixels_count (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = compute_key (fixture, "model");

  fixture->input.pixels_digest = "other";
  assert_differs (fixture, before);
}

static void
test_sizes_and_seed_count (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = compute_key (fixture, "model");

  fixture->input.target_width_px = 16;
  assert_differs (fixture, before);
  fixture->input.target_width_px = 8;
  fixture->input.offset_x_px = 1;
  assert_differs (fixture, before);
  fixture->input.offset_x_px = 0;
  fixture->input.seed = 2;
  assert_differs (fixture, before);
}

/* A server may paint by the place of a tile in the whole picture. */
static void
test_place_counts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = compute_key (fixture, "model");
  int             *lengths[] = { &fixture->input.x_px, &fixture->input.y_px,
                                 &fixture->input.picture_width_px,
                                 &fixture->input.picture_height_px };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      *lengths[i] = 64;
      assert_differs (fixture, before);
      *lengths[i] = 0;
    }
}

static void
test_every_part_of_the_gen_params_counts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = compute_key (fixture, "model");
  double *numbers[] = { &fixture->gen_params->strength, &fixture->gen_params->cfg_scale };
  int *integers[] = { &fixture->gen_params->steps, &fixture->gen_params->generation_px };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      *numbers[i] = 0.25;
      assert_differs (fixture, before);
      *numbers[i] = 0.0;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (integers); i++)
    {
      *integers[i] = 64;
      assert_differs (fixture, before);
      *integers[i] = 0;
    }
  fixture->gen_params->controlnet_enabled = TRUE;
  assert_differs (fixture, before);
  fixture->gen_params->controlnet_enabled = FALSE;
  upscale_gen_params_add_lora (fixture->gen_params, "detail", 0.5);
  assert_differs (fixture, before);
}

static void
test_texts_do_not_run_together (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = NULL;

  g_free (fixture->gen_params->prompt);
  fixture->gen_params->prompt = g_strdup ("ab");
  before = compute_key (fixture, "model");
  g_free (fixture->gen_params->prompt);
  fixture->gen_params->prompt = g_strdup ("a");
  g_free (fixture->gen_params->negative_prompt);
  fixture->gen_params->negative_prompt = g_strdup ("b");
  assert_differs (fixture, before);
}

static void
test_painter_counts (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = compute_key (fixture, "model-a");
  g_autofree char *second = compute_key (fixture, "model-b");

  g_assert_cmpstr (first, !=, second);
}

static char *
name_painter (const char *scope, const char *identity, const char *default_model)
{
  g_autoptr (UpscaleCapabilities) capabilities = upscale_capabilities_new (identity);
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();

  capabilities->sharing_scope = g_strdup (scope);
  capabilities->default_model = g_strdup (default_model);
  return upscale_capabilities_dup_painter (capabilities, gen_params);
}

/* A server chooses its identity, but no identity makes its tiles pass for those of
 * another server. */
static void
test_painters_are_told_apart_by_place (Fixture *fixture, gconstpointer data)
{
  const char *const liar = "http://127.0.0.1:2/";
  const struct
  {
    const char *identity;
    const char *default_model;
  } rows[] = {
    { .identity = "model" },
    { .identity = "/ model" },
    { .identity = " model" },
    { .identity = "http://127.0.0.1:1/ model" },
    { .identity = "\nhttp://127.0.0.1:1/ model" },
    { .identity = "", .default_model = "model" },
  };
  g_autofree char *honest = name_painter ("http://127.0.0.1:1/", "model", NULL);
  g_autofree char *shared = name_painter ("shared", "model", NULL);
  g_autofree char *double_of_shared = name_painter ("shared", "model", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name =
          name_painter (liar, rows[i].identity, rows[i].default_model);

      g_assert_cmpstr (name, !=, honest);
      g_assert_cmpstr (name, !=, shared);
    }
  g_assert_cmpstr (shared, ==, double_of_shared);
  g_assert_cmpstr (shared, !=, honest);
}

static void
test_base_seed_alone_does_not_count (Fixture *fixture, gconstpointer data)
{
  g_autofree char *before = compute_key (fixture, "model");
  g_autofree char *after = NULL;

  /* The request holds the tile's own seed, which is derived from the base seed. */
  fixture->gen_params->seed = 99;
  after = compute_key (fixture, "model");
  g_assert_cmpstr (before, ==, after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/cache-key/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("same-input-same-key", test_same_input_same_key);
  ADD ("pixels-count", test_pixels_count);
  ADD ("sizes-and-seed-count", test_sizes_and_seed_count);
  ADD ("place-counts", test_place_counts);
  ADD ("every-part-of-the-gen-params-counts", test_every_part_of_the_gen_params_counts);
  ADD ("texts-do-not-run-together", test_texts_do_not_run_together);
  ADD ("painter-counts", test_painter_counts);
  ADD ("painters-are-told-apart-by-place", test_painters_are_told_apart_by_place);
  ADD ("base-seed-alone-does-not-count", test_base_seed_alone_does_not_count);
#undef ADD
  return g_test_run ();
}
