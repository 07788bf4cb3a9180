/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-batch-answer.h"

static void
result_clear (gpointer data)
{
  UpscaleTileBatchResult *result = data;

  g_clear_pointer (&result->image, g_bytes_unref);
  g_free (result->failure);
}

/**
 * upscale_tile_batch_answer_new:
 *
 * Returns: (transfer full): an answer without results
 */
UpscaleTileBatchAnswer *
upscale_tile_batch_answer_new (void)
{
  UpscaleTileBatchAnswer *answer = g_new0 (UpscaleTileBatchAnswer, 1);

  answer->results = g_array_new (FALSE, FALSE, sizeof (UpscaleTileBatchResult));
  g_array_set_clear_func (answer->results, result_clear);
  return answer;
}

/**
 * upscale_tile_batch_answer_free:
 * @answer: (transfer full): an answer
 */
void
upscale_tile_batch_answer_free (UpscaleTileBatchAnswer *answer)
{
  g_return_if_fail (answer != NULL);

  g_array_unref (answer->results);
  g_free (answer->failure);
  g_free (answer);
}
