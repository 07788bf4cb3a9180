/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "echo-endpoint.h"
#include "upscale-endpoint-test.h"

static void
on_tested (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UpscaleEndpointTest **test = user_data;

  *test = upscale_endpoint_test_run_finish (result, NULL);
}

static UpscaleEndpointTest *
run_test (EchoEndpoint *echo)
{
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();
  g_autoptr (UpscaleBackend) backend = echo_endpoint_make_backend (echo, clock);
  g_autoptr (UpscaleEndpoint) endpoint = upscale_endpoint_new ("echo", backend);
  UpscaleEndpointTest *test = NULL;

  upscale_endpoint_test_run_async (endpoint, gen_params, clock, NULL, on_tested, &test);
  while (!test)
    g_main_context_iteration (NULL, TRUE);
  return test;
}

static void
test_an_endpoint_that_paints_works (void)
{
  g_autoptr (EchoEndpoint) echo = echo_endpoint_new (8, FALSE);
  g_autoptr (UpscaleEndpointTest) test = run_test (echo);

  g_assert_true (test->works);
  g_assert_nonnull (test->capabilities);
  g_assert_cmpfloat (test->seconds, >=, 0.0);
  g_assert_cmpuint (echo->n_tiles, ==, 1);
  g_assert_true (g_str_has_prefix (test->sentence, "It works: a test tile of 256 px"));
}

static void
test_an_endpoint_that_fails_says_why (void)
{
  g_autoptr (EchoEndpoint) echo = echo_endpoint_new (8, FALSE);
  g_autoptr (UpscaleEndpointTest) test = NULL;

  echo->failing_tile = "0";
  test = run_test (echo);
  g_assert_false (test->works);
  g_assert_true (g_str_has_prefix (test->sentence, "It answers, but could not paint"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test/an-endpoint-that-paints-works",
                   test_an_endpoint_that_paints_works);
  g_test_add_func ("/test/an-endpoint-that-fails-says-why",
                   test_an_endpoint_that_fails_says_why);
  return g_test_run ();
}
