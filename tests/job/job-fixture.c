/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job-fixture.h"

/**
 * job_fixture_make_noise:
 * @darkest: smallest value
 * @lightest: largest value
 *
 * Returns: (transfer full): a picture without a single-colored tile, equal in each call
 */
GeglBuffer *
job_fixture_make_noise (int darkest, int lightest)
{
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, JOB_FIXTURE_SOURCE_PX,
                                                        JOB_FIXTURE_SOURCE_PX),
                                        babl_format ("R'G'B' u8"));
  g_autofree guint8 *bytes = g_malloc (JOB_FIXTURE_SOURCE_PX * JOB_FIXTURE_SOURCE_PX * 3);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int i = 0; i < JOB_FIXTURE_SOURCE_PX * JOB_FIXTURE_SOURCE_PX * 3; i++)
    bytes[i] = (guint8) g_rand_int_range (random, darkest, lightest + 1);
  gegl_buffer_set (buffer, NULL, 0, NULL, bytes, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

/**
 * job_fixture_set_up:
 * @fixture: a fixture
 * @data: nothing
 *
 * Makes the input of a job, with one endpoint that wants multiples of 8.
 */
void
job_fixture_set_up (JobFixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("upscale-job-XXXXXX", NULL);

  fixture->folder = g_file_new_for_path (folder);
  fixture->tile_cache = upscale_tile_cache_new (fixture->folder, 1 << 30);
  fixture->logs = g_file_get_child (fixture->folder, "jobs");
  fixture->clock = upscale_clock_new ();
  fixture->gen_params = upscale_gen_params_new ();
  fixture->gen_params->strength = 0.3;
  fixture->pixels = job_fixture_make_noise (0, 255);
  fixture->tile_px = JOB_FIXTURE_TILE_PX;
  fixture->echoes = g_ptr_array_new_with_free_func ((GDestroyNotify) echo_endpoint_free);
  g_ptr_array_add (fixture->echoes, echo_endpoint_new (8, FALSE));
  fixture->endpoints = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->loop = g_main_loop_new (NULL, FALSE);
}

/**
 * job_fixture_delete_folder:
 * @folder: a folder
 *
 * Deletes @folder with its content.
 */
void
job_fixture_delete_folder (GFile *folder)
{
  g_autoptr (GFileEnumerator) children =
      g_file_enumerate_children (folder, "standard::name,standard::type",
                                 G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  GFileInfo *info = NULL;
  GFile     *child = NULL;

  while (children && g_file_enumerator_iterate (children, &info, &child, NULL, NULL) &&
         info)
    if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
      job_fixture_delete_folder (child);
    else
      g_file_delete (child, NULL, NULL);
  g_file_delete (folder, NULL, NULL);
}

/**
 * job_fixture_tear_down:
 * @fixture: a fixture
 * @data: nothing
 */
void
job_fixture_tear_down (JobFixture *fixture, gconstpointer data)
{
  job_fixture_delete_folder (fixture->folder);
  g_object_unref (fixture->folder);
  upscale_tile_cache_unref (fixture->tile_cache);
  g_object_unref (fixture->logs);
  g_object_unref (fixture->clock);
  upscale_gen_params_unref (fixture->gen_params);
  g_object_unref (fixture->pixels);
  g_ptr_array_unref (fixture->endpoints);
  g_ptr_array_unref (fixture->echoes);
  g_main_loop_unref (fixture->loop);
  g_clear_error (&fixture->error);
}

/**
 * job_fixture_get_echo:
 * @fixture: a fixture
 *
 * Returns: (transfer none): the first endpoint
 */
EchoEndpoint *
job_fixture_get_echo (JobFixture *fixture)
{
  return fixture->echoes->pdata[0];
}

/**
 * job_fixture_count_sent:
 * @fixture: a fixture
 *
 * Returns: the number of tiles that all endpoints have received
 */
guint
job_fixture_count_sent (JobFixture *fixture)
{
  guint n_tiles = 0;

  for (guint i = 0; i < fixture->echoes->len; i++)
    n_tiles += ((EchoEndpoint *) fixture->echoes->pdata[i])->n_tiles;
  return n_tiles;
}

/**
 * job_fixture_make_request:
 * @fixture: a fixture
 * @scale: the upscale factor
 *
 * Makes the request for the whole picture, without duplicates of slow batches, since the
 * tests count tiles.
 *
 * Returns: the request
 */
UpscaleJobRequest
job_fixture_make_request (JobFixture *fixture, double scale)
{
  UpscaleEndpointTerms terms = { .duplicates = UPSCALE_HEDGE_DUPLICATES_NEVER };

  g_ptr_array_set_size (fixture->endpoints, 0);
  for (guint i = 0; i < fixture->echoes->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("echo %u", i);
      g_autoptr (UpscaleBackend) backend =
          echo_endpoint_make_backend (fixture->echoes->pdata[i], fixture->clock);
      UpscaleEndpoint *endpoint = upscale_endpoint_new (name, backend);

      upscale_endpoint_set_terms (endpoint, terms);
      g_ptr_array_add (fixture->endpoints, endpoint);
    }
  return (UpscaleJobRequest) {
    .pixels = fixture->pixels,
    .selection = { 0, 0, JOB_FIXTURE_SOURCE_PX, JOB_FIXTURE_SOURCE_PX },
    .scale = scale,
    .tile_px = fixture->tile_px,
    .overlap_px = 16,
    .color_correction = 1.0,
    .gen_params = fixture->gen_params,
    .policy = { .batch_size = 4,
                .sequential_below = 0,
                .batch_timeout_us = 60 * G_USEC_PER_SEC,
                .max_tries = 2 },
    .endpoints = fixture->endpoints,
    .cache = fixture->tile_cache,
    .logs = fixture->logs,
    .clock = fixture->clock,
  };
}

static void
on_job_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  JobFixture *fixture = user_data;

  g_clear_error (&fixture->error);
  fixture->succeeded =
      upscale_job_run_finish (UPSCALE_JOB (object), result, &fixture->error);
  g_main_loop_quit (fixture->loop);
}

/**
 * job_fixture_run_request:
 * @fixture: a fixture
 * @request: the input of the job
 *
 * Runs a job to its end.
 *
 * Returns: (transfer full): the job
 */
UpscaleJob *
job_fixture_run_request (JobFixture *fixture, const UpscaleJobRequest *request)
{
  g_autoptr (GError) error = NULL;
  UpscaleJob *job = upscale_job_new (request, &error);

  g_assert_no_error (error);
  upscale_job_run_async (job, NULL, on_job_ran, fixture);
  g_main_loop_run (fixture->loop);
  return job;
}

/**
 * job_fixture_run:
 * @fixture: a fixture
 * @scale: the upscale factor
 *
 * Runs a job for the whole picture to its end.
 *
 * Returns: (transfer full): the job
 */
UpscaleJob *
job_fixture_run (JobFixture *fixture, double scale)
{
  UpscaleJobRequest request = job_fixture_make_request (fixture, scale);

  return job_fixture_run_request (fixture, &request);
}
