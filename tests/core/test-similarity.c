/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-similarity.h"

#define SIDE 96

typedef guint8 (*Painter) (int x, int y, int channel, guint8 seen, GRand *random);

static guint8
scene (int x, int y, int channel)
{
  return (guint8) (128.0 + 90.0 * sin (x / 17.0) * cos (y / 13.0 + channel));
}

static guint8
noisy (int x, int y, int channel, guint8 seen, GRand *random)
{
  return (guint8) CLAMP (seen + g_rand_int_range (random, -40, 41), 0, 255);
}

static guint8
cast (int x, int y, int channel, guint8 seen, GRand *random)
{
  return (guint8) CLAMP (seen + (channel == 0 ? 50 : -30), 0, 255);
}

static guint8
blurred (int x, int y, int channel, guint8 seen, GRand *random)
{
  return scene (x / 6 * 6 + 3, y / 6 * 6 + 3, channel);
}

static guint8
black (int x, int y, int channel, guint8 seen, GRand *random)
{
  return 0;
}

static guint8
gray (int x, int y, int channel, guint8 seen, GRand *random)
{
  return 128;
}

static guint8
other (int x, int y, int channel, guint8 seen, GRand *random)
{
  return (guint8) (128.0 + 90.0 * cos (x / 5.0 + 2.0) * sin (y / 29.0));
}

static guint8
negative (int x, int y, int channel, guint8 seen, GRand *random)
{
  return (guint8) (255 - seen);
}

typedef struct
{
  const char *name;
  Painter     paint;
  double      strength;
  gboolean    accepted;
} Row;

static const Row rows[] = {
  { "noise-is-accepted", noisy, 0.3, TRUE },
  { "color-cast-is-accepted", cast, 0.3, TRUE },
  { "blur-is-accepted", blurred, 0.3, TRUE },
  { "black-is-refused", black, 0.3, FALSE },
  { "gray-is-refused", gray, 0.3, FALSE },
  { "other-picture-is-refused", other, 0.3, FALSE },
  { "negative-is-refused", negative, 0.3, FALSE },
  { "other-picture-passes-at-full-strength", other, 1.0, TRUE },
  { "black-is-refused-at-full-strength", black, 1.0, FALSE },
};

static UpscalePixels *
make_picture (Painter paint)
{
  UpscalePixels *pixels = upscale_pixels_new (SIDE, SIDE);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int i = 0; i < SIDE * SIDE * 3; i++)
    {
      int    x = i / 3 % SIDE, y = i / 3 / SIDE, channel = i % 3;
      guint8 seen = scene (x, y, channel);

      pixels->data[i] = paint ? paint (x, y, channel, seen, random) : seen;
    }
  return pixels;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (UpscalePixels) seen = make_picture (NULL);
  g_autoptr (UpscalePixels) painted = make_picture (row->paint);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (upscale_similarity_check (seen, painted, row->strength, &error), ==,
                   row->accepted);
  if (!row->accepted)
    g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE);
}

static void
test_flat_source_may_stay_flat (void)
{
  g_autoptr (UpscalePixels) seen = make_picture (gray);
  g_autoptr (UpscalePixels) painted = make_picture (gray);

  g_assert_true (upscale_similarity_check (seen, painted, 0.3, NULL));
}

static void
test_single_color (void)
{
  g_autoptr (UpscalePixels) flat = make_picture (gray);
  g_autoptr (UpscalePixels) nearly = make_picture (gray);

  nearly->data[SIDE * SIDE * 3 - 1] = 129;
  g_assert_true (upscale_similarity_is_single_colored (flat));
  g_assert_false (upscale_similarity_is_single_colored (nearly));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/similarity/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/similarity/flat-source-may-stay-flat",
                   test_flat_source_may_stay_flat);
  g_test_add_func ("/similarity/single-color", test_single_color);
  return g_test_run ();
}
