/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-geometry.h"

static UpscaleTilePlan *
make_plan (int width_px, int height_px, int tile_px, int overlap_px, double scale)
{
  UpscaleRect         whole = { 0, 0, width_px, height_px };
  UpscaleTilePlanCase plan = { width_px, height_px, whole, tile_px, overlap_px, scale };

  return upscale_tile_plan_new (plan, NULL);
}

static UpscaleCapabilities *
make_endpoint (int multiple_of, gboolean resizes, gboolean uses_prompt)
{
  UpscaleCapabilities *endpoint = upscale_capabilities_new ("some");

  endpoint->multiple_of = multiple_of;
  endpoint->resizes = resizes;
  endpoint->uses_prompt = uses_prompt;
  return endpoint;
}

static UpscaleTileGeometry
choose_geometry (const UpscaleTilePlan     *plan,
                 guint                      index,
                 const UpscaleCapabilities *endpoint)
{
  return upscale_tile_geometry_choose (upscale_tile_plan_get_grid (plan),
                                       upscale_tile_plan_get_tile (plan, index)->rect,
                                       endpoint);
}

typedef struct
{
  int      width_px;
  double   scale;
  int      multiple_of;
  gboolean resizes;
  gboolean uses_prompt;
  int      sent_px;
  int      target_px;
} Row;

/* Sizes of the first of the plan's tiles of 1024 px, or fewer where the picture is
 * smaller. */
static const Row rows[] = {
  /* The endpoint does not enlarge. */
  { .width_px = 8192,
    .scale = 4.0,
    .multiple_of = 64,
    .uses_prompt = TRUE,
    .sent_px = 1024,
    .target_px = 1024 },
  { .width_px = 8192,
    .scale = 4.0,
    .multiple_of = 64,
    .resizes = TRUE,
    .uses_prompt = TRUE,
    .sent_px = 256,
    .target_px = 1024 },
  { .width_px = 8192,
    .scale = 1.0,
    .multiple_of = 64,
    .resizes = TRUE,
    .uses_prompt = TRUE,
    .sent_px = 1024,
    .target_px = 1024 },
  { .width_px = 6000,
    .scale = 2.0,
    .multiple_of = 1,
    .resizes = TRUE,
    .sent_px = 512,
    .target_px = 1024 },
  { .width_px = 6000,
    .scale = 1.5,
    .multiple_of = 8,
    .resizes = TRUE,
    .uses_prompt = TRUE,
    .sent_px = 688,
    .target_px = 1032 },
  { .width_px = 6000,
    .scale = 3.0,
    .multiple_of = 64,
    .resizes = TRUE,
    .uses_prompt = TRUE,
    .sent_px = 384,
    .target_px = 1152 },
  /* Source pixels would make 1280 px, too many for a painter. */
  { .width_px = 6000,
    .scale = 5.0,
    .multiple_of = 64,
    .resizes = TRUE,
    .uses_prompt = TRUE,
    .sent_px = 1024,
    .target_px = 1024 },
  /* Source pixels make 1280 px, which suits an enlarger. */
  { .width_px = 6000,
    .scale = 5.0,
    .multiple_of = 64,
    .resizes = TRUE,
    .sent_px = 256,
    .target_px = 1280 },
  { .width_px = 6000,
    .scale = 1.37,
    .multiple_of = 64,
    .resizes = TRUE,
    .uses_prompt = TRUE,
    .sent_px = 1024,
    .target_px = 1024 },
  { .width_px = 6000,
    .scale = 1.37,
    .multiple_of = 1,
    .resizes = TRUE,
    .sent_px = 900,
    .target_px = 1233 },
  { .width_px = 6000,
    .scale = G_PI,
    .multiple_of = 1,
    .resizes = TRUE,
    .sent_px = 1024,
    .target_px = 1024 },
  { .width_px = 1000,
    .scale = 2.0,
    .multiple_of = 8,
    .resizes = TRUE,
    .uses_prompt = TRUE,
    .sent_px = 504,
    .target_px = 1008 },
  { .width_px = 1000,
    .scale = 2.0,
    .multiple_of = 64,
    .resizes = TRUE,
    .uses_prompt = TRUE,
    .sent_px = 512,
    .target_px = 1024 },
  { .width_px = 1000,
    .scale = 1.0,
    .multiple_of = 8,
    .uses_prompt = TRUE,
    .sent_px = 1000,
    .target_px = 1000 },
  { .width_px = 100,
    .scale = 1.0,
    .multiple_of = 64,
    .uses_prompt = TRUE,
    .sent_px = 128,
    .target_px = 128 },
  { .width_px = 1,
    .scale = 1.0,
    .multiple_of = 64,
    .uses_prompt = TRUE,
    .sent_px = 64,
    .target_px = 64 },
};

static void
test_known_sizes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Row row = rows[i];
      g_autoptr (UpscaleTilePlan) plan =
          make_plan (row.width_px, 512, 1024, 128, row.scale);
      g_autoptr (UpscaleCapabilities) endpoint =
          make_endpoint (row.multiple_of, row.resizes, row.uses_prompt);
      UpscaleTileGeometry geometry = choose_geometry (plan, 0, endpoint);

      g_assert_cmpint (geometry.sent.width, ==, row.sent_px);
      g_assert_cmpint (geometry.target.width, ==, row.target_px);
      g_assert_cmpint (geometry.at_source_size, ==, row.sent_px != row.target_px);
    }
}

static void
check_sizes (UpscaleTileGeometry geometry, UpscaleTileGeometry first, int multiple_of)
{
  g_assert_cmpint (geometry.at_source_size, ==, first.at_source_size);
  g_assert_cmpint (geometry.sent.width, ==, first.sent.width);
  g_assert_cmpint (geometry.sent.height, ==, first.sent.height);
  g_assert_cmpint (geometry.target.width, ==, first.target.width);
  g_assert_cmpint (geometry.target.height, ==, first.target.height);
  g_assert_cmpint (geometry.sent.width % multiple_of, ==, 0);
  g_assert_cmpint (geometry.sent.height % multiple_of, ==, 0);
  g_assert_cmpint (geometry.target.width % multiple_of, ==, 0);
  g_assert_cmpint (geometry.target.height % multiple_of, ==, 0);
}

/* The sent and the returned rectangle cover the same pixels of the picture, to the last
 * one. */
static void
check_places (UpscaleTileGeometry geometry, UpscaleRect tile, UpscaleLatticeStep step)
{
  UpscaleRect back = { geometry.target.x + geometry.inside.x,
                       geometry.target.y + geometry.inside.y, geometry.inside.width,
                       geometry.inside.height };

  g_assert_true (upscale_rect_equal (back, tile));
  g_assert_true (upscale_rect_contains (geometry.target, tile));
  if (!geometry.at_source_size)
    {
      g_assert_true (upscale_rect_equal (geometry.sent, geometry.target));
      return;
    }
  g_assert_cmpint (geometry.sent.x * step.target_px, ==,
                   geometry.target.x * step.source_px);
  g_assert_cmpint (geometry.sent.y * step.target_px, ==,
                   geometry.target.y * step.source_px);
  g_assert_cmpint (geometry.sent.width * step.target_px, ==,
                   geometry.target.width * step.source_px);
  g_assert_cmpint (geometry.sent.height * step.target_px, ==,
                   geometry.target.height * step.source_px);
}

static void
check_choice (UpscaleTileGeometry        geometry,
              UpscaleTilePlanGrid        grid,
              const UpscaleCapabilities *endpoint)
{
  int      m = endpoint->multiple_of;
  int      width = upscale_lattice_round_up (grid.tile_width_px, m);
  gboolean enlarges = endpoint->resizes && grid.step.target_px > grid.step.source_px;
  gboolean is_whole = grid.step.source_px == 1;

  if (!enlarges)
    g_assert_false (geometry.at_source_size);
  else
    g_assert_cmpfloat (geometry.target.width, <=,
                       width * (endpoint->uses_prompt ? 1.125 : 3.0));
  /* An engine that takes any size and only enlarges gets source pixels. */
  if (enlarges && !endpoint->uses_prompt && m == 1 && grid.tile_width_px >= 800 &&
      grid.tile_height_px >= 800)
    g_assert_true (geometry.at_source_size);
  /* Tiles of a usual size at a whole scale are sent as source pixels. */
  if (enlarges && is_whole && m <= 8 && grid.tile_width_px >= 512 &&
      grid.tile_height_px >= 512 && grid.slack_x_px == 0 && grid.slack_y_px == 0)
    g_assert_true (geometry.at_source_size);
}

static void
check_plan (const UpscaleTilePlan *plan, const UpscaleCapabilities *endpoint)
{
  UpscaleTilePlanGrid grid = upscale_tile_plan_get_grid (plan);
  UpscaleTileGeometry first = choose_geometry (plan, 0, endpoint);

  check_choice (first, grid, endpoint);
  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    {
      UpscaleTileGeometry geometry = choose_geometry (plan, i, endpoint);

      check_sizes (geometry, first, endpoint->multiple_of);
      check_places (geometry, upscale_tile_plan_get_tile (plan, i)->rect, grid.step);
    }
}

/* Each endpoint gets all tiles of a picture in one size. */
static void
test_any_endpoint_gets_one_size (void)
{
  int multiples[] = { 1, 8, 64, 128 };
  g_autoptr (GRand) random = g_rand_new_with_seed (14);

  for (int i = 0; i < 2000; i++)
    {
      int tile_px = 64 * g_rand_int_range (random, 1, 33);
      int overlap_px = g_rand_int_range (random, 0, tile_px / 2 + 1);
      g_autoptr (UpscaleTilePlan) plan =
          make_plan (g_rand_int_range (random, 1, 9001),
                     g_rand_int_range (random, 1, 9001), tile_px, overlap_px,
                     g_rand_int_range (random, 100, 801) / 100.0);
      g_autoptr (UpscaleCapabilities) endpoint =
          make_endpoint (multiples[g_rand_int_range (random, 0, 4)],
                         g_rand_boolean (random), g_rand_boolean (random));

      /* A plan of too many tiles is refused. */
      if (plan)
        check_plan (plan, endpoint);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile-geometry/known-sizes", test_known_sizes);
  g_test_add_func ("/tile-geometry/any-endpoint-gets-one-size",
                   test_any_endpoint_gets_one_size);
  return g_test_run ();
}
