/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of a batch, as any client may send it to the local endpoint. */
#include "fuzz.h"
#include "upscale-local-request.h"

#define MAX_TILES 8

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) body = fuzz_copy (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleLocalRequest) request =
      upscale_local_request_parse (body, MAX_TILES, &error);

  g_assert_true ((request == NULL) == (error != NULL));
  if (request)
    g_assert_cmpuint (request->tiles->len, <=, MAX_TILES);
  return 0;
}
