/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-job-table.h"
#include "upscale-local-pool.h"

#define N_ENDS 200
#define MEMORY_BYTES (64 << 20)
#define N_TILES 3
#define HEAD                                                                             \
  "{\"protocol\":1,\"batch_id\":\"a\",\"model_config\":{},\"gen_params\":{},\"tiles\":["

/* The images are no pictures, so the tiles fail without an engine. */
static UpscaleLocalRequest *
make_request (void)
{
  g_autoptr (GString) text = g_string_new (HEAD);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  UpscaleLocalRequest *request;

  for (int i = 0; i < N_TILES; i++)
    g_string_append_printf (text,
                            "%s{\"id\":\"%d\",\"image\":\"AAAA\",\"width\":8,"
                            "\"height\":8,\"seed\":1}",
                            i > 0 ? "," : "", i);
  g_string_append (text, "]}");
  body = g_string_free_to_bytes (g_steal_pointer (&text));
  request = upscale_local_request_parse (body, N_TILES, &error);
  g_assert_no_error (error);
  return request;
}

static void
submit (UpscaleLocalJobTable *table, UpscaleLocalPool *pool)
{
  g_autoptr (UpscaleLocalRequest) request = make_request ();
  g_autoptr (GError) error = NULL;
  gboolean         is_new = FALSE;
  UpscaleLocalJob *job =
      upscale_local_job_table_submit (table, request, g_get_monotonic_time (), &is_new,
                                      &error);

  g_assert_no_error (error);
  g_assert_true (is_new);
  upscale_local_pool_add (pool, job, request);
}

/* The threads are about to take the tiles when the pool ends. */
static void
test_end_while_tiles_arrive (void)
{
  g_autoptr (UpscaleLocalMemory) memory = upscale_local_memory_new (MEMORY_BYTES);

  for (int i = 0; i < N_ENDS; i++)
    {
      UpscaleLocalJobTable *table = upscale_local_job_table_new (1, MEMORY_BYTES, memory);
      UpscaleLocalPool     *pool = upscale_local_pool_new (4, memory);

      submit (table, pool);
      upscale_local_job_table_cancel_all (table, g_get_monotonic_time ());
      upscale_local_pool_free (pool);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
      upscale_local_job_table_free (table);
      g_assert_cmpuint (upscale_local_memory_get_held (memory), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-pool/end-while-tiles-arrive", test_end_while_tiles_arrive);
  return g_test_run ();
}
