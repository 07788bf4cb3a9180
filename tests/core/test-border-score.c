/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores of borders between two tiles that differ as painted tiles do. The tiles are
 * pictures of soft spots, as every texture of a photograph has some of this size. */
#include <math.h>

#include "upscale-border-score.h"

#define WIDTH_PX 64
#define HEIGHT_PX 256
#define N_WORDS (WIDTH_PX * HEIGHT_PX * 3)
#define UNITS_PER_TONE 257.0
#define N_SPOTS 400
#define SPOT_PX 3.0
#define SPOT_TONES 60.0

static void
add_spot (double *tones, double x, double y, double height)
{
  int reach = (int) (4.0 * SPOT_PX);

  for (int row = MAX (0, (int) y - reach); row < MIN (HEIGHT_PX, (int) y + reach); row++)
    for (int column = MAX (0, (int) x - reach); column < MIN (WIDTH_PX, (int) x + reach);
         column++)
      tones[row * WIDTH_PX + column] +=
          height * exp (-0.5 * ((row - y) * (row - y) + (column - x) * (column - x)) /
                        (SPOT_PX * SPOT_PX));
}

typedef struct
{
  guint32 content;  /* seed of the spots */
  double  moved_px; /* to the right */
  double  grain;    /* the largest noise, in tones */
  guint32 noise;    /* seed of the grain */
  double  lighter;  /* in tones */
} Painting;

static guint16 *
paint (Painting what)
{
  g_autoptr (GRand) spots = g_rand_new_with_seed (what.content);
  g_autoptr (GRand) noise = g_rand_new_with_seed (what.noise);
  g_autofree double *tones = g_new0 (double, WIDTH_PX *HEIGHT_PX);
  guint16           *words = g_new (guint16, N_WORDS);

  for (int i = 0; i < N_SPOTS; i++)
    {
      double x = g_rand_double_range (spots, -10.0, WIDTH_PX + 10.0);
      double y = g_rand_double_range (spots, 0.0, HEIGHT_PX);

      add_spot (tones, x + what.moved_px, y, i % 2 ? SPOT_TONES : -SPOT_TONES);
    }
  for (int i = 0; i < N_WORDS; i++)
    {
      double tone = 128.0 + tones[i / 3] + what.lighter;

      if (what.grain > 0.0)
        tone += g_rand_double_range (noise, -what.grain, what.grain);
      words[i] = (guint16) (CLAMP (tone, 0.0, 255.0) * UNITS_PER_TONE);
    }
  return words;
}

static UpscaleBorderScore
compare (const guint16 *first, const guint16 *second)
{
  UpscaleBorderScore score = { 0 };

  upscale_border_score_add (&score, first, second, WIDTH_PX, HEIGHT_PX);
  return score;
}

static void
test_equal_tiles_score_zero (void)
{
  g_autofree guint16 *tile = paint ((Painting) { 1, 0.0, 10.0, 1, 0.0 });
  UpscaleBorderScore  nothing = { 0 };

  g_assert_cmpfloat (upscale_border_score_get (compare (tile, tile)), ==, 0.0);
  g_assert_cmpfloat (upscale_border_score_get (nothing), ==, 0.0);
  g_assert_false (upscale_border_score_is_bad (nothing));
}

/* A diffusion model paints grain of its own in each tile, and moves content a little. */
static void
test_grain_and_small_moves_are_not_marked (void)
{
  g_autofree guint16 *tile = paint ((Painting) { 1, 0.0, 20.0, 1, 0.0 });
  g_autofree guint16 *grain = paint ((Painting) { 1, 0.0, 20.0, 2, 0.0 });
  g_autofree guint16 *moved = paint ((Painting) { 1, 0.3, 20.0, 2, 0.0 });

  g_assert_cmpint (tile[0], !=, grain[0]);
  g_assert_false (upscale_border_score_is_bad (compare (tile, grain)));
  g_assert_false (upscale_border_score_is_bad (compare (tile, moved)));
}

static void
test_other_content_is_marked (void)
{
  g_autofree guint16 *tile = paint ((Painting) { .content = 1 });

  for (guint32 seed = 2; seed < 12; seed++)
    {
      g_autofree guint16 *other = paint ((Painting) { .content = seed });

      g_assert_true (upscale_border_score_is_bad (compare (tile, other)));
      g_assert_true (upscale_border_score_is_bad (compare (other, tile)));
    }
}

/* Fine stripes have the averages of a plain tile, and show beside it. A tile that a model
 * has sharpened does not. */
static void
test_other_texture_is_marked (void)
{
  g_autofree guint16 *tile = paint ((Painting) { .content = 1 });
  g_autofree guint16 *striped = g_memdup2 (tile, N_WORDS * sizeof (guint16));
  g_autofree guint16 *grain = paint ((Painting) { 1, 0.0, 20.0, 1, 0.0 });
  g_autofree guint16 *flat = g_new (guint16, N_WORDS);
  g_autofree guint16 *flat_striped = g_new (guint16, N_WORDS);

  for (int i = 0; i < N_WORDS; i++)
    {
      int stripe = (i / 3 % WIDTH_PX) % 2 ? 40 : -40;

      flat[i] = 100 * 257;
      flat_striped[i] = (guint16) ((100 + stripe) * 257);
      striped[i] = (guint16) CLAMP (tile[i] + stripe * 30, 0, G_MAXUINT16);
    }
  g_assert_true (upscale_border_score_is_bad (compare (flat, flat_striped)));
  g_assert_true (upscale_border_score_is_bad (compare (flat_striped, flat)));
  g_assert_false (upscale_border_score_is_bad (compare (tile, striped)));
  g_assert_false (upscale_border_score_is_bad (compare (tile, grain)));
}

/* A step is the difference itself, and texture hides it. */
static void
test_step_is_measured_against_the_texture (void)
{
  g_autofree guint16 *flat = g_new (guint16, N_WORDS);
  g_autofree guint16 *step = g_new (guint16, N_WORDS);
  g_autofree guint16 *tile = paint ((Painting) { .content = 1 });
  g_autofree guint16 *lighter = paint ((Painting) { .content = 1, .lighter = 4.0 });
  UpscaleBorderScore  score;

  for (int i = 0; i < N_WORDS; i++)
    {
      flat[i] = 100 * 257;
      step[i] = 104 * 257;
    }
  score = compare (flat, step);
  g_assert_cmpfloat_with_epsilon (score.difference / (double) score.n_boxes, 16.0, 1e-3);
  g_assert_true (upscale_border_score_is_bad (score));
  g_assert_cmpfloat (upscale_border_score_get (compare (tile, lighter)), <,
                     upscale_border_score_get (score));
}

/* Flat tiles have no texture but that of rounding. */
static void
test_step_between_flat_tiles_is_marked_in_every_tone (void)
{
  g_autofree guint16 *flat = g_new (guint16, N_WORDS);
  g_autofree guint16 *step = g_new (guint16, N_WORDS);

  for (int tone = 0; tone < 60000; tone += 997)
    {
      for (int i = 0; i < N_WORDS; i++)
        {
          flat[i] = (guint16) (tone + i % 3 * 100);
          step[i] = (guint16) (flat[i] + 20 * 257);
        }
      g_assert_true (upscale_border_score_is_bad (compare (flat, step)));
      g_assert_false (upscale_border_score_is_bad (compare (flat, flat)));
    }
}

/* The composer reads long borders in parts. */
static void
test_parts_sum_up (void)
{
  g_autofree guint16 *tile = paint ((Painting) { .content = 1 });
  g_autofree guint16 *other = paint ((Painting) { .content = 2 });
  UpscaleBorderScore  whole = compare (tile, other);
  UpscaleBorderScore  parts = { 0 };

  for (int y = 0; y < HEIGHT_PX; y += 128)
    upscale_border_score_add (&parts, tile + y * WIDTH_PX * 3, other + y * WIDTH_PX * 3,
                              WIDTH_PX, 128);
  g_assert_cmpuint (parts.n_boxes, ==, whole.n_boxes);
  g_assert_cmpfloat_with_epsilon (upscale_border_score_get (parts) /
                                      upscale_border_score_get (whole),
                                  1.0, 0.05);
}

static void
test_pixels_beyond_whole_boxes_are_left_out (void)
{
  g_autofree guint16 *tile = paint ((Painting) { .content = 1 });
  UpscaleBorderScore  score = { 0 };

  upscale_border_score_add (&score, tile, tile, 3, HEIGHT_PX);
  g_assert_cmpuint (score.n_boxes, ==, 0);
  upscale_border_score_add (&score, tile, tile, 11, 7);
  g_assert_cmpuint (score.n_boxes, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/border-score/equal-tiles-score-zero", test_equal_tiles_score_zero);
  g_test_add_func ("/border-score/grain-and-small-moves-are-not-marked",
                   test_grain_and_small_moves_are_not_marked);
  g_test_add_func ("/border-score/other-content-is-marked", test_other_content_is_marked);
  g_test_add_func ("/border-score/other-texture-is-marked", test_other_texture_is_marked);
  g_test_add_func ("/border-score/step-is-measured-against-the-texture",
                   test_step_is_measured_against_the_texture);
  g_test_add_func ("/border-score/step-between-flat-tiles-is-marked-in-every-tone",
                   test_step_between_flat_tiles_is_marked_in_every_tone);
  g_test_add_func ("/border-score/parts-sum-up", test_parts_sum_up);
  g_test_add_func ("/border-score/pixels-beyond-whole-boxes-are-left-out",
                   test_pixels_beyond_whole_boxes_are_left_out);
  return g_test_run ();
}
