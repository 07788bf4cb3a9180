/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-form.h"

typedef struct
{
  const char *name;
  UpscaleRect tile;
  double      scale;
  int         multiple_of;
  gboolean    resizes;
  gboolean    at_source_size;
  int         sent_width_px;
  int         sent_height_px;
  int         target_width_px;
  int         target_height_px;
} Row;

static const Row rows[] = {
  { "resampled-when-endpoint-does-not-resize",
    { 0, 0, 1024, 1024 },
    4.0,
    64,
    FALSE,
    FALSE,
    1024,
    1024,
    1024,
    1024 },
  { "source-size-at-whole-factor",
    { 832, 824, 1024, 1024 },
    4.0,
    64,
    TRUE,
    TRUE,
    256,
    256,
    1024,
    1024 },
  { "resampled-when-tile-starts-between-source-pixels",
    { 833, 824, 1024, 1024 },
    4.0,
    64,
    TRUE,
    FALSE,
    1024,
    1024,
    1024,
    1024 },
  { "resampled-at-broken-factor",
    { 0, 0, 1024, 1024 },
    1.5,
    64,
    TRUE,
    FALSE,
    1024,
    1024,
    1024,
    1024 },
  { "resampled-at-factor-one",
    { 0, 0, 512, 512 },
    1.0,
    64,
    TRUE,
    FALSE,
    512,
    512,
    512,
    512 },
  { "padded-to-multiple", { 0, 0, 100, 30 }, 1.0, 64, FALSE, FALSE, 128, 64, 128, 64 },
  { "padded-at-source-size", { 0, 0, 100, 30 }, 2.0, 64, TRUE, TRUE, 64, 32, 128, 64 },
  { "padding-that-does-not-divide",
    { 0, 0, 99, 30 },
    3.0,
    64,
    TRUE,
    FALSE,
    128,
    64,
    128,
    64 },
};

static void
test_row (gconstpointer data)
{
  const Row      *row = data;
  UpscaleTileForm form =
      upscale_tile_form (row->tile, row->scale, row->multiple_of, row->resizes);

  g_assert_cmpint (form.at_source_size, ==, row->at_source_size);
  g_assert_cmpint (form.sent_width_px, ==, row->sent_width_px);
  g_assert_cmpint (form.sent_height_px, ==, row->sent_height_px);
  g_assert_cmpint (form.target_width_px, ==, row->target_width_px);
  g_assert_cmpint (form.target_height_px, ==, row->target_height_px);
}

/* A tile may start anywhere when any size may be sent: the source's pixels that cover it
 * are sent, and the tile is cut out of the answer. */
static void
test_any_place_is_covered (void)
{
  UpscaleTileForm form =
      upscale_tile_form ((UpscaleRect) { 833, 826, 1024, 1024 }, 4.0, 1, TRUE);

  g_assert_true (form.at_source_size);
  g_assert_true (upscale_rect_equal (form.source, (UpscaleRect) { 208, 206, 257, 257 }));
  g_assert_cmpint (form.target_width_px, ==, 4 * 257);
  g_assert_cmpint (form.target_height_px, ==, 4 * 257);
  g_assert_cmpint (form.inside.x, ==, 1);
  g_assert_cmpint (form.inside.y, ==, 2);
}

/* At 2.5, two source pixels are five target pixels. */
static void
test_broken_factors_are_covered_in_steps (void)
{
  UpscaleTileForm form =
      upscale_tile_form ((UpscaleRect) { 7, 10, 100, 100 }, 2.5, 1, TRUE);

  g_assert_true (form.at_source_size);
  g_assert_true (upscale_rect_equal (form.source, (UpscaleRect) { 2, 4, 42, 40 }));
  g_assert_cmpint (form.sent_width_px, ==, 42);
  g_assert_cmpint (form.target_width_px, ==, 105);
  g_assert_cmpint (form.target_height_px, ==, 100);
  g_assert_cmpint (form.inside.x, ==, 2);
  g_assert_cmpint (form.inside.y, ==, 0);
}

static void
test_factors_without_a_step_are_resampled (void)
{
  UpscaleTileForm form =
      upscale_tile_form ((UpscaleRect) { 0, 0, 100, 100 }, G_PI, 1, TRUE);

  g_assert_false (form.at_source_size);
  g_assert_cmpint (form.sent_width_px, ==, 100);
}

static void
test_source_rect_covers_the_tile (void)
{
  UpscaleTileForm form =
      upscale_tile_form ((UpscaleRect) { 832, 824, 1024, 1024 }, 4.0, 64, TRUE);

  g_assert_true (upscale_rect_equal (form.source, (UpscaleRect) { 208, 206, 256, 256 }));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/tile-form/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/tile-form/any-place-is-covered", test_any_place_is_covered);
  g_test_add_func ("/tile-form/broken-factors-are-covered-in-steps",
                   test_broken_factors_are_covered_in_steps);
  g_test_add_func ("/tile-form/factors-without-a-step-are-resampled",
                   test_factors_without_a_step_are_resampled);
  g_test_add_func ("/tile-form/source-rect-covers-the-tile",
                   test_source_rect_covers_the_tile);
  return g_test_run ();
}
