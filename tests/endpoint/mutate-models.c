/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damages ONNX files at random and holds each against one rule: a model that is accepted
 * refers to no file any more. */
#include "upscale-local-weights.h"

#include <string.h>

#define N_MUTATIONS 4000
#define WEIGHT_BYTES 64

static GBytes *
give_weights (const char *file,
              gint64      offset,
              gint64      length,
              gpointer    user_data,
              GError    **error)
{
  gboolean *is_asked = user_data;

  *is_asked = TRUE;
  g_assert_false (strchr (file, '/') || *file == '.' || *file == '\0');
  g_assert_cmpint (offset, >=, 0);
  g_assert_cmpint (length, >=, UPSCALE_LOCAL_WEIGHTS_TO_END);
  return g_bytes_new_take (g_malloc0 (WEIGHT_BYTES), WEIGHT_BYTES);
}

static void
check_model (GBytes *model)
{
  gboolean is_asked = FALSE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) whole =
      upscale_local_weights_embed (model, give_weights, &is_asked, &error);
  g_autoptr (GBytes) again = NULL;

  g_assert_true ((whole == NULL) == (error != NULL));
  if (!whole)
    return;
  is_asked = FALSE;
  again = upscale_local_weights_embed (whole, give_weights, &is_asked, NULL);
  g_assert_false (is_asked);
  g_assert_true (again && g_bytes_equal (whole, again));
}

static GBytes *
mutate (GRand *rand, const guint8 *data, gsize size)
{
  guint8 *changed = g_memdup2 (data, size);
  int     n = g_rand_int_range (rand, 1, 4);

  for (int i = 0; i < n; i++)
    changed[g_rand_int_range (rand, 0, (int) size)] =
        (guint8) g_rand_int_range (rand, 0, 256);
  if (g_rand_boolean (rand))
    size = (gsize) g_rand_int_range (rand, 0, (int) size + 1);
  return g_bytes_new_take (changed, size);
}

int
main (int argc, char **argv)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);

  for (int i = 1; i < argc; i++)
    {
      g_autofree char *data = NULL;
      gsize            size = 0;

      g_assert_true (g_file_get_contents (argv[i], &data, &size, NULL));
      for (int j = 0; j < N_MUTATIONS; j++)
        {
          g_autoptr (GBytes) model = mutate (rand, (const guint8 *) data, size);

          check_model (model);
        }
    }
  return 0;
}
