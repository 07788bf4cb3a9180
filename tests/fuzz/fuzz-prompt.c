/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A prompt of a stranger, encoded into a request and parsed again: the prompt must not
 * replace a picture or grow the request beyond its own size. */
#include <string.h>

#include "fuzz.h"
#include "upscale-json.h"
#include "upscale-json-parse.h"
#include "upscale-local-request.h"
#include "upscale-tile-batch-encode.h"

#define PICTURE "a picture"
#define SIDE_PX 16
#define LEASE_S 60
/* A character takes at most the six bytes of \u0000, and each text appears twice. */
#define MOST_GROWTH 12
#define MOST_REST_BYTES 4096

static UpscaleBatch *
make_batch (const char *text)
{
  UpscaleTile tile = { 0, 0, 0, { 0, 0, SIDE_PX, SIDE_PX } };
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  UpscaleTileMessage *message = upscale_tile_message_new (&tile);
  UpscaleBatch       *batch;

  g_set_str (&gen_params->prompt, text);
  g_set_str (&gen_params->negative_prompt, text);
  gen_params->ip_adapter_image = g_bytes_new_static (PICTURE, strlen (PICTURE));
  message->image = g_bytes_new_static (PICTURE, strlen (PICTURE));
  message->width_px = message->target_width_px = SIDE_PX;
  message->height_px = message->target_height_px = SIDE_PX;
  batch = upscale_batch_new (gen_params);
  g_set_str (&batch->id, "b");
  g_ptr_array_add (batch->tiles, message);
  return batch;
}

static void
check_texts (GBytes *body, const char *text)
{
  g_autoptr (JsonObject) root = upscale_json_parse_object (body, NULL);

  g_assert_nonnull (root);
  g_assert_cmpstr (upscale_json_get_string (root, "global_prompt"), ==, text);
  g_assert_cmpstr (upscale_json_get_string (root, "negative_prompt"), ==, text);
}

static void
check_picture (GBytes *body)
{
  g_autoptr (UpscaleLocalRequest) request = upscale_local_request_parse (body, 1, NULL);
  gsize         size = 0;
  gconstpointer data;

  g_assert_nonnull (request);
  data =
      g_bytes_get_data (g_array_index (request->tiles, UpscaleLocalRequestTile, 0).image,
                        &size);
  g_assert_cmpmem (data, size, PICTURE, strlen (PICTURE));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_copy_text (data, size);
  g_autoptr (UpscaleBatch) batch = make_batch (text);
  g_autoptr (GBytes) body = upscale_tile_batch_encode (batch, LEASE_S);

  g_assert_cmpuint (g_bytes_get_size (body), <=,
                    strlen (text) * MOST_GROWTH + MOST_REST_BYTES);
  check_texts (body, text);
  check_picture (body);
  return 0;
}
