/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "echo-endpoint.h"
#include "upscale-endpoint-test.h"

static void
on_tried (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UpscaleEndpointTest **trial = user_data;

  *trial = upscale_endpoint_test_run_finish (result, NULL);
}

static UpscaleEndpointTest *
try_out (EchoEndpoint *echo)
{
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();
  g_autoptr (UpscaleBackend) backend = echo_endpoint_make_backend (echo, clock);
  g_autoptr (UpscaleEndpoint) endpoint = upscale_endpoint_new ("echo", backend);
  UpscaleEndpointTest *trial = NULL;

  upscale_endpoint_test_run_async (endpoint, gen_params, clock, NULL, on_tried, &trial);
  while (!trial)
    g_main_context_iteration (NULL, TRUE);
  return trial;
}

static void
test_an_endpoint_that_paints_works (void)
{
  g_autoptr (EchoEndpoint) echo = echo_endpoint_new (8, FALSE);
  g_autoptr (UpscaleEndpointTest) trial = try_out (echo);

  g_assert_true (trial->works);
  g_assert_nonnull (trial->capabilities);
  g_assert_cmpfloat (trial->seconds, >=, 0.0);
  g_assert_cmpuint (echo->n_tiles, ==, 1);
  g_assert_true (g_str_has_prefix (trial->sentence, "It works: a test tile of 256 px"));
}

static void
test_an_endpoint_that_fails_says_why (void)
{
  g_autoptr (EchoEndpoint) echo = echo_endpoint_new (8, FALSE);
  g_autoptr (UpscaleEndpointTest) trial = NULL;

  echo->failing_tile = "0";
  trial = try_out (echo);
  g_assert_false (trial->works);
  g_assert_true (g_str_has_prefix (trial->sentence, "It answers, but could not paint"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trial/an-endpoint-that-paints-works",
                   test_an_endpoint_that_paints_works);
  g_test_add_func ("/trial/an-endpoint-that-fails-says-why",
                   test_an_endpoint_that_fails_says_why);
  return g_test_run ();
}
