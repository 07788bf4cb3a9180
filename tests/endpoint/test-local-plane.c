/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-plane.h"

#define WIDTH 5
#define HEIGHT 3

/* A wrong argument gives a critical message, and no access outside the plane. */
static void
test_rectangles_beyond_the_plane (void)
{
  g_autoptr (UpscaleLocalPlane) plane = NULL;
  g_autoptr (UpscaleLocalPlane) piece = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  plane = upscale_local_plane_new (WIDTH, HEIGHT);
  piece = upscale_local_plane_new (4, 4);
  upscale_local_plane_paste (plane, 0, 0, piece, 2);
  upscale_local_plane_paste (plane, WIDTH, 0, piece, 0);
  upscale_local_plane_paste (plane, 0, HEIGHT, piece, 0);
  upscale_local_plane_paste (plane, -1, 0, piece, 0);
  g_assert_null (upscale_local_plane_new (0, 1));
  g_assert_null (upscale_local_plane_cut (plane, 0, 0, 1, -1));
  g_assert_null (upscale_local_plane_row (plane, HEIGHT));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/local-plane/rectangles-beyond-the-plane",
                   test_rectangles_beyond_the_plane);
  return g_test_run ();
}
