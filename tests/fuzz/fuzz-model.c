/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An ONNX file of a stranger, which may keep weights in other files. */
#include <string.h>

#include "fuzz.h"
#include "upscale-local-weights.h"

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

/* An accepted model refers to no file. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) model = fuzz_copy (data, size);
  gboolean is_asked = FALSE;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) whole =
      upscale_local_weights_embed (model, give_weights, &is_asked, &error);
  g_autoptr (GBytes) again = NULL;

  g_assert_true ((whole == NULL) == (error != NULL));
  if (!whole)
    return 0;
  is_asked = FALSE;
  again = upscale_local_weights_embed (whole, give_weights, &is_asked, NULL);
  g_assert_false (is_asked);
  g_assert_true (again && g_bytes_equal (whole, again));
  return 0;
}
