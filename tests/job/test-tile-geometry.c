/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-geometry.h"

static UpscaleTilePlan *
make_plan (int width_px, int height_px, int tile_px, int overlap_px, double scale)
{
  UpscaleRect         whole = { 0, 0, width_px, height_px };
  UpscaleTilePlanCase what = { width_px, height_px, whole, tile_px, overlap_px, scale };

  return upscale_tile_plan_new (what, NULL);
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
get_form (const UpscaleTilePlan *plan, guint index, const UpscaleCapabilities *endpoint)
{
  return upscale_tile_geometry (upscale_tile_plan_get_grid (plan),
                                upscale_tile_plan_get_tile (plan, index)->rect, endpoint);
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

/* One tile of 1024 px, or less where the picture is smaller. */
static const Row rows[] = {
  { 8192, 4.0, 64, FALSE, TRUE, 1024, 1024 }, /* it does not enlarge */
  { 8192, 4.0, 64, TRUE, TRUE, 256, 1024 },
  { 8192, 1.0, 64, TRUE, TRUE, 1024, 1024 },
  { 6000, 2.0, 1, TRUE, FALSE, 512, 1024 },
  { 6000, 1.5, 8, TRUE, TRUE, 688, 1032 },
  { 6000, 3.0, 64, TRUE, TRUE, 384, 1152 },
  { 6000, 5.0, 64, TRUE, TRUE, 1024, 1024 }, /* 1280 would be too much */
  { 6000, 5.0, 64, TRUE, FALSE, 256, 1280 }, /* but it has nothing else to do */
  { 6000, 1.37, 64, TRUE, TRUE, 1024, 1024 },
  { 6000, 1.37, 1, TRUE, FALSE, 900, 1233 },
  { 6000, G_PI, 1, TRUE, FALSE, 1024, 1024 },
  { 1000, 2.0, 8, TRUE, TRUE, 504, 1008 },
  { 1000, 2.0, 64, TRUE, TRUE, 512, 1024 },
  { 1000, 1.0, 8, FALSE, TRUE, 1000, 1000 },
  { 100, 1.0, 64, FALSE, TRUE, 128, 128 },
  { 1, 1.0, 64, FALSE, TRUE, 64, 64 },
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
      UpscaleTileGeometry form = get_form (plan, 0, endpoint);

      g_assert_cmpint (form.sent.width, ==, row.sent_px);
      g_assert_cmpint (form.target.width, ==, row.target_px);
      g_assert_cmpint (form.at_source_size, ==, row.sent_px != row.target_px);
    }
}

static void
check_sizes (UpscaleTileGeometry form, UpscaleTileGeometry first, int multiple_of)
{
  g_assert_cmpint (form.at_source_size, ==, first.at_source_size);
  g_assert_cmpint (form.sent.width, ==, first.sent.width);
  g_assert_cmpint (form.sent.height, ==, first.sent.height);
  g_assert_cmpint (form.target.width, ==, first.target.width);
  g_assert_cmpint (form.target.height, ==, first.target.height);
  g_assert_cmpint (form.sent.width % multiple_of, ==, 0);
  g_assert_cmpint (form.sent.height % multiple_of, ==, 0);
  g_assert_cmpint (form.target.width % multiple_of, ==, 0);
  g_assert_cmpint (form.target.height % multiple_of, ==, 0);
}

/* What is sent is what comes back: the same pixels of the picture, to the last one. */
static void
check_places (UpscaleTileGeometry form, UpscaleRect tile, UpscaleLatticeStep step)
{
  UpscaleRect back = { form.target.x + form.inside.x, form.target.y + form.inside.y,
                       form.inside.width, form.inside.height };

  g_assert_true (upscale_rect_equal (back, tile));
  g_assert_true (upscale_rect_contains (form.target, tile));
  if (!form.at_source_size)
    {
      g_assert_true (upscale_rect_equal (form.sent, form.target));
      return;
    }
  g_assert_cmpint (form.sent.x * step.target_px, ==, form.target.x * step.source_px);
  g_assert_cmpint (form.sent.y * step.target_px, ==, form.target.y * step.source_px);
  g_assert_cmpint (form.sent.width * step.target_px, ==,
                   form.target.width * step.source_px);
  g_assert_cmpint (form.sent.height * step.target_px, ==,
                   form.target.height * step.source_px);
}

static void
check_choice (UpscaleTileGeometry        form,
              UpscaleTilePlanGrid        grid,
              const UpscaleCapabilities *endpoint)
{
  int      m = endpoint->multiple_of;
  int      width = upscale_lattice_round_up (grid.tile_width_px, m);
  gboolean enlarges = endpoint->resizes && grid.step.target_px > grid.step.source_px;
  gboolean is_whole = grid.step.source_px == 1;

  if (!enlarges)
    g_assert_false (form.at_source_size);
  else
    g_assert_cmpfloat (form.target.width, <=,
                       width * (endpoint->uses_prompt ? 1.125 : 3.0));
  /* What takes any size and only enlarges gets something to enlarge. */
  if (enlarges && !endpoint->uses_prompt && m == 1 && grid.tile_width_px >= 800 &&
      grid.tile_height_px >= 800)
    g_assert_true (form.at_source_size);
  /* Tiles of a usual size at a whole factor. */
  if (enlarges && is_whole && m <= 8 && grid.tile_width_px >= 512 &&
      grid.tile_height_px >= 512 && grid.slack_x_px == 0 && grid.slack_y_px == 0)
    g_assert_true (form.at_source_size);
}

static void
check_plan (const UpscaleTilePlan *plan, const UpscaleCapabilities *endpoint)
{
  UpscaleTilePlanGrid grid = upscale_tile_plan_get_grid (plan);
  UpscaleTileGeometry first = get_form (plan, 0, endpoint);

  check_choice (first, grid, endpoint);
  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (plan); i++)
    {
      UpscaleTileGeometry form = get_form (plan, i, endpoint);

      check_sizes (form, first, endpoint->multiple_of);
      check_places (form, upscale_tile_plan_get_tile (plan, i)->rect, grid.step);
    }
}

/* Whoever paints: one way of sending for all tiles of a picture. */
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

      /* Else it has more tiles than a job may. */
      if (plan)
        check_plan (plan, endpoint);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile-form/known-sizes", test_known_sizes);
  g_test_add_func ("/tile-form/any-endpoint-gets-one-size",
                   test_any_endpoint_gets_one_size);
  return g_test_run ();
}
