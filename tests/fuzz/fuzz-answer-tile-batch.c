/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An endpoint's answers by the wire contract: of a batch, of its health, of a failure. */
#include "fuzz.h"
#include "upscale-http-error.h"
#include "upscale-tile-batch-decode.h"

#define N_TILES 4
#define STATUS 422

static UpscaleBatch *
make_batch (void)
{
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  UpscaleBatch *batch = upscale_batch_new (gen_params);

  g_free (batch->id);
  batch->id = g_strdup ("b");
  for (guint i = 0; i < N_TILES; i++)
    {
      UpscaleTile tile = { i, 0, (int) i, { 16 * (int) i, 0, 16, 16 } };

      g_ptr_array_add (batch->tiles, upscale_tile_message_new (&tile));
    }
  return batch;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) body = fuzz_copy (data, size);
  g_autoptr (UpscaleBatch) batch = make_batch ();
  g_autoptr (UpscaleCapabilities) capabilities = NULL;
  g_autoptr (GError) failure = upscale_http_error_from_status (STATUS, body, 0);
  g_autoptr (GError) error = NULL;
  UpscaleTileBatchAnswer *answer = upscale_tile_batch_decode (body, batch, &error);

  g_assert_true ((answer == NULL) == (error != NULL));
  g_clear_error (&error);
  g_clear_pointer (&answer, upscale_tile_batch_answer_free);
  capabilities = upscale_tile_batch_decode_health (body, &error);
  g_assert_true ((capabilities == NULL) == (error != NULL));
  g_assert_true (g_utf8_validate (failure->message, -1, NULL));
  return 0;
}
