/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-lattice.h"

static void
test_steps_are_the_factor (void)
{
  for (int hundredths = 100; hundredths <= 800; hundredths++)
    {
      UpscaleLatticeStep step = upscale_lattice_find_step (hundredths / 100.0);

      g_assert_cmpint (step.target_px * 100, ==, step.source_px * hundredths);
      for (int less = 1; less < step.source_px; less++)
        g_assert_cmpint (less * hundredths % 100, !=, 0);
    }
  g_assert_cmpint (upscale_lattice_find_step (G_PI).target_px, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lattice/steps-are-the-factor", test_steps_are_the_factor);
  return g_test_run ();
}
