/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "upscale-error.h"

static gboolean
is_transient (GQuark domain, int code)
{
  g_autoptr (GError) error = g_error_new (domain, code, "x");

  return upscale_error_is_transient (error);
}

static void
test_what_only_a_person_can_change_is_not_transient (void)
{
  g_assert_false (is_transient (UPSCALE_ERROR, UPSCALE_ERROR_REJECTED));
  g_assert_false (is_transient (UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT));
  g_assert_false (is_transient (UPSCALE_ERROR, UPSCALE_ERROR_LAYER));
  g_assert_false (is_transient (g_quark_from_static_string ("foreign"), 1));
  g_assert_true (is_transient (UPSCALE_ERROR, UPSCALE_ERROR_BUSY));
  g_assert_true (is_transient (UPSCALE_ERROR, UPSCALE_ERROR_TRANSPORT));
  g_assert_true (is_transient (UPSCALE_ERROR, UPSCALE_ERROR_SERVER));
}

static void
test_waiting_time_travels_with_copies (void)
{
  g_autoptr (GError) error = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_BUSY, "x");
  g_autoptr (GError) copy = NULL;
  g_autoptr (GError) foreign =
      g_error_new (g_quark_from_static_string ("foreign"), 1, "x");

  upscale_error_set_retry_after (error, 7);
  copy = g_error_copy (error);
  g_assert_cmpint (upscale_error_get_retry_after (copy), ==, 7);
  g_assert_cmpint (upscale_error_get_retry_after (foreign), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/what-only-a-person-can-change-is-not-transient",
                   test_what_only_a_person_can_change_is_not_transient);
  g_test_add_func ("/error/waiting-time-travels-with-copies",
                   test_waiting_time_travels_with_copies);
  return g_test_run ();
}
