/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole jobs of which parts are painted otherwise than the picture. */
#include <string.h>

#include "job-fixture.h"
#include "upscale-tile-prompts.h"
#include "upscale-tile-request.h"

#define N_TILES 4
#define N_ROUNDS 12
#define N_PLANS 300
#define TILE_PX 1024
#define OVERLAP_PX 128
#define MAX_SIDE_PX 6000

/* A map or a region of the picture: white in a rectangle, in source px. */
static UpscaleCoverage *
make_coverage (GeglRectangle white, float value)
{
  g_autoptr (GeglBuffer) buffer =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, JOB_FIXTURE_SOURCE_PX,
                                       JOB_FIXTURE_SOURCE_PX),
                       babl_format (UPSCALE_COVERAGE_FORMAT));

  gegl_buffer_set_color_from_pixel (buffer, &white, &value,
                                    babl_format (UPSCALE_COVERAGE_FORMAT));
  return upscale_coverage_new (buffer, 1.0);
}

static guint
count_notes (JobFixture *fixture, const char *note)
{
  GPtrArray *notes = job_fixture_get_echo (fixture)->notes;
  guint      n = 0;

  for (guint i = 0; i < notes->len; i++)
    n += g_str_equal (notes->pdata[i], note);
  return n;
}

static guint
run (JobFixture *fixture, UpscaleWhere where)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, 1.0);
  guint             n_before = job_fixture_count_sent (fixture);
  g_autoptr (UpscaleJob) job = NULL;

  request.where = where;
  job = job_fixture_run_request (fixture, &request);
  g_assert_no_error (fixture->error);
  g_assert_true (fixture->succeeded);
  return job_fixture_count_sent (fixture) - n_before;
}

/* The tiles of the picture are at 0 and 32, both ways, of 64 px each. */
static void
test_black_tiles_are_not_sent (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleCoverage) right =
      make_coverage ((GeglRectangle) { 70, 0, 26, 96 }, 1.0F);
  g_autoptr (UpscaleCoverage) none =
      make_coverage ((GeglRectangle) { 0, 0, 96, 96 }, 0.0F);

  g_assert_cmpuint (run (fixture, (UpscaleWhere) { .strength_map = none }), ==, 0);
  g_assert_cmpuint (run (fixture, (UpscaleWhere) { .strength_map = right }), ==, 2);
  g_assert_cmpuint (count_notes (fixture, "1 |  |  | 0.300"), ==, 1);
  g_assert_cmpuint (count_notes (fixture, "3 |  |  | 0.300"), ==, 1);
  g_assert_cmpuint (run (fixture, (UpscaleWhere) { .strength_map = NULL }), ==, 2);
}

static void
test_gray_map_weakens_the_tiles (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleCoverage) gray =
      make_coverage ((GeglRectangle) { 0, 0, 96, 96 }, 0.5F);

  g_assert_cmpuint (run (fixture, (UpscaleWhere) { .strength_map = gray }), ==, N_TILES);
  for (guint i = 0; i < N_TILES; i++)
    {
      g_autofree char *note = g_strdup_printf ("%u |  |  | 0.150", i);

      g_assert_cmpuint (count_notes (fixture, note), ==, 1);
    }
}

/* A batch has one strength, so these tiles go in two batches, though four fit into one.
 */
static void
test_tiles_of_two_strengths_go_apart (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleCoverage) right =
      make_coverage ((GeglRectangle) { 70, 0, 26, 96 }, 0.5F);
  g_autoptr (UpscaleCoverage) all =
      make_coverage ((GeglRectangle) { 0, 0, 96, 96 }, 1.0F);
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_region_free);

  g_ptr_array_add (regions, upscale_region_new (right, "", "", 0.9));
  g_assert_cmpuint (run (fixture,
                         (UpscaleWhere) { .strength_map = all, .regions = regions }),
                    ==, N_TILES);
  g_assert_cmpuint (count_notes (fixture, "0 |  |  | 0.300"), ==, 1);
  g_assert_cmpuint (count_notes (fixture, "2 |  |  | 0.300"), ==, 1);
  /* The region covers 13 / 64 of each tile at the right. */
  g_assert_cmpuint (count_notes (fixture, "1 |  |  | 0.420"), ==, 1);
  g_assert_cmpuint (count_notes (fixture, "3 |  |  | 0.420"), ==, 1);
}

static void
test_regions_speak_to_the_tiles_that_they_cover (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleCoverage) corner =
      make_coverage ((GeglRectangle) { 0, 0, 26, 26 }, 1.0F);
  g_autoptr (GPtrArray) regions =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_region_free);
  UpscaleWhere where = { .regions = regions, .least_share = 0.1 };

  g_ptr_array_add (regions, upscale_region_new (corner, "sky", "birds", -1.0));
  g_assert_cmpuint (run (fixture, where), ==, N_TILES);
  g_assert_cmpuint (count_notes (fixture, "0 | sky | birds | 0.300"), ==, 1);
  g_assert_cmpuint (count_notes (fixture, "1 |  |  | 0.300"), ==, 1);
  /* The region covers 676 of 4096 px. */
  where.least_share = 0.2;
  g_assert_cmpuint (run (fixture, where), ==, 1);
  g_assert_cmpuint (count_notes (fixture, "0 |  |  | 0.300"), ==, 1);
}

static GPtrArray *
draw_prompts (GRand *random)
{
  GPtrArray *prompts = upscale_tile_prompts_parse ("", NULL);

  for (int i = 0; i < N_TILES; i++)
    {
      g_autofree char *text =
          g_strdup_printf ("text %d", g_rand_int_range (random, 0, 3));
      UpscaleTilePrompt prompt = { i / 2, i % 2, text, (char *) "" };

      if (g_rand_boolean (random))
        upscale_tile_prompts_set (prompts, &prompt);
    }
  return prompts;
}

static char *
describe (GPtrArray *prompts, int tile)
{
  const UpscaleTilePrompt *prompt =
      upscale_tile_prompts_find (prompts, tile / 2, tile % 2);

  return g_strdup_printf ("%d %s", tile, prompt ? prompt->prompt : "");
}

/* Every way in which a tile was painted before is in the store, and no other. */
static void
test_only_tiles_with_a_new_text_are_sent (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (8);
  g_autoptr (GHashTable) known =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GPtrArray) prompts = draw_prompts (random);
      guint n_new = 0;

      for (int tile = 0; tile < N_TILES; tile++)
        n_new += g_hash_table_add (known, describe (prompts, tile));
      g_assert_cmpuint (run (fixture, (UpscaleWhere) { .tile_prompts = prompts }), ==,
                        n_new);
    }
}

/* Tiles that lie between those that have texts get the texts of both. */
static void
test_tiles_on_borders_get_both_texts (JobFixture *fixture, gconstpointer data)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, 1.0);
  g_autoptr (UpscaleTilePlan) plan = upscale_job_plan_tiles (&request, 96, 96, NULL);
  g_autoptr (UpscaleTilePlan) on_borders = upscale_tile_plan_new_on_borders (plan, TRUE);
  g_autoptr (GPtrArray) prompts =
      upscale_tile_prompts_parse ("1,1 | left\n1,2 | right\n9,9 | nowhere", NULL);
  UpscaleWhere where = { .tile_prompts = prompts, .grid = plan, .is_between = TRUE };
  g_autoptr (GPtrArray) settings =
      upscale_where_make_settings (&where, on_borders, fixture->gen_params);
  const UpscaleTileSettings *first = settings->pdata[0];

  g_assert_cmpstr (first->prompt, ==, "left, right");
}

/* Servers that paint one tile a call get the parameters of the tile as those of the call.
 */
static void
test_single_calls_have_the_parameters_of_their_tile (JobFixture   *fixture,
                                                     gconstpointer data)
{
  UpscaleTile          tile = { .index = 1 };
  UpscaleTileInfluence influence = { "sky", "birds", 0.6, 1.0 };
  g_autoptr (UpscaleTileMessage) message = upscale_tile_message_new (&tile);
  g_autoptr (UpscaleTileRequest) plain =
      upscale_tile_request_new (fixture->gen_params, message);
  g_autoptr (UpscaleTileRequest) own = NULL;

  message->settings =
      upscale_tile_settings_new (fixture->gen_params, &influence, 1, 0.1, 1.0);
  own = upscale_tile_request_new (fixture->gen_params, message);
  g_assert_true (plain->gen_params == fixture->gen_params);
  g_assert_cmpstr (upscale_tile_request_get_prompt (own), ==, "sky");
  g_assert_cmpstr (own->gen_params->negative_prompt, ==, "birds");
  g_assert_cmpfloat_with_epsilon (own->gen_params->strength, 0.6, 1e-12);
}

static UpscaleTilePlan *
plan_part (int width_px, int height_px, UpscaleRect part)
{
  return upscale_tile_plan_new ((UpscaleTilePlanCase) { width_px, height_px, part,
                                                        TILE_PX, OVERLAP_PX, 2.0 },
                                NULL);
}

/* A point, or any rectangle. */
static UpscaleRect
draw_selection (GRand *random, int width_px, int height_px)
{
  int x = g_rand_int_range (random, 0, width_px);
  int y = g_rand_int_range (random, 0, height_px);

  if (g_rand_boolean (random))
    return (UpscaleRect) { x, y, 1, 1 };
  return (UpscaleRect) { x, y, g_rand_int_range (random, 1, width_px - x + 1),
                         g_rand_int_range (random, 1, height_px - y + 1) };
}

/* Gives each tile of the grid its place as a text. */
static GPtrArray *
name_tiles (const UpscaleTilePlan *grid)
{
  GPtrArray *prompts = upscale_tile_prompts_parse ("", NULL);

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (grid); i++)
    {
      const UpscaleTile *tile = upscale_tile_plan_get_tile (grid, i);
      g_autofree char   *text = g_strdup_printf ("%d %d", tile->row, tile->col);
      UpscaleTilePrompt  prompt = { tile->row, tile->col, text, (char *) "" };

      upscale_tile_prompts_set (prompts, &prompt);
    }
  return prompts;
}

static const UpscaleTile *
find_first_under (const UpscaleTilePlan *grid, UpscaleRect selection)
{
  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (grid); i++)
    if (!upscale_rect_is_empty (
            upscale_rect_intersect (upscale_tile_plan_get_share (grid, i), selection)))
      return upscale_tile_plan_get_tile (grid, i);
  g_assert_not_reached ();
}

/* A repainted tile has the text that it was painted with, however much its neighbors
 * overlap it. */
static void
test_repainted_tiles_keep_their_texts (JobFixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (9);

  for (int i = 0; i < N_PLANS; i++)
    {
      int         width_px = g_rand_int_range (random, TILE_PX, MAX_SIDE_PX);
      int         height_px = g_rand_int_range (random, TILE_PX, MAX_SIDE_PX);
      UpscaleRect selection = draw_selection (random, width_px, height_px);
      g_autoptr (UpscaleTilePlan) grid =
          plan_part (width_px, height_px, (UpscaleRect) { 0, 0, width_px, height_px });
      g_autoptr (UpscaleTilePlan) plan =
          plan_part (width_px, height_px, upscale_tile_plan_cover (grid, selection));
      const UpscaleTile *first = find_first_under (grid, selection);
      g_autoptr (GPtrArray) prompts = name_tiles (grid);
      UpscaleWhere where = { .tile_prompts = prompts, .grid = grid };
      g_autoptr (GPtrArray) settings =
          upscale_where_make_settings (&where, plan, fixture->gen_params);

      for (guint k = 0; k < settings->len; k++)
        {
          const UpscaleTileSettings *own = settings->pdata[k];
          const UpscaleTile         *tile = upscale_tile_plan_get_tile (plan, k);
          g_autofree char           *text =
              g_strdup_printf ("%d %d", first->row + tile->row, first->col + tile->col);

          g_assert_cmpstr (own->prompt, ==, text);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/where/" name, JobFixture, NULL, job_fixture_set_up, function,            \
              job_fixture_tear_down)
  ADD ("black-tiles-are-not-sent", test_black_tiles_are_not_sent);
  ADD ("gray-map-weakens-the-tiles", test_gray_map_weakens_the_tiles);
  ADD ("tiles-of-two-strengths-go-apart", test_tiles_of_two_strengths_go_apart);
  ADD ("regions-speak-to-the-tiles-that-they-cover",
       test_regions_speak_to_the_tiles_that_they_cover);
  ADD ("only-tiles-with-a-new-text-are-sent", test_only_tiles_with_a_new_text_are_sent);
  ADD ("tiles-on-borders-get-both-texts", test_tiles_on_borders_get_both_texts);
  ADD ("single-calls-have-the-parameters-of-their-tile",
       test_single_calls_have_the_parameters_of_their_tile);
  ADD ("repainted-tiles-keep-their-texts", test_repainted_tiles_keep_their_texts);
#undef ADD
  return g_test_run ();
}
