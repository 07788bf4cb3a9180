/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Confines itself, then executes the program in its arguments, which inherits the
 * confinement. */
#include "upscale-local-confine.h"

#include <errno.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  gboolean is_strict = argc > 1 && g_str_equal (argv[1], "--no-programs");
  g_autoptr (GError) error = NULL;

  if (!upscale_local_confine_process (is_strict ? UPSCALE_LOCAL_CONFINE_NO_PROGRAMS
                                                : UPSCALE_LOCAL_CONFINE_DEFAULT,
                                      &error))
    g_printerr ("%s\n", error->message);
  argv += is_strict ? 2 : 1;
  execvp (argv[0], argv);
  return errno;
}
