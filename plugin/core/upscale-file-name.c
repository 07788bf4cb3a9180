/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-file-name.h"

#include <string.h>

/* Servers on Windows write folders with a backslash. */
static const char *
skip_folders (const char *name)
{
  const char *last = name;

  for (; *name; name++)
    if (*name == '/' || *name == '\\')
      last = name + 1;
  return last;
}

static gboolean
is_short_for (const char *wanted, const char *name)
{
  const char *file = skip_folders (name);
  const char *dot = strrchr (file, '.');
  gsize       length = dot && dot != file ? (gsize) (dot - file) : strlen (file);

  return g_str_equal (wanted, file) ||
         (strlen (wanted) == length && strncmp (wanted, file, length) == 0) ||
         (g_str_has_prefix (name, wanted) && name + strlen (wanted) == file + length);
}

/**
 * upscale_file_name_resolve:
 * @names: (nullable) (array zero-terminated=1): files that a server lists
 * @wanted: a name that may lack its folder, its ending, or both
 *
 * Returns: (transfer none) (nullable): the file of @names that is meant; %NULL when there
 * is none, or more than one
 */
const char *
upscale_file_name_resolve (const char *const *names, const char *wanted)
{
  const char *found = NULL;

  if (names && g_strv_contains (names, wanted))
    return wanted;
  for (; names && *names; names++)
    {
      if (!is_short_for (wanted, *names))
        continue;
      if (found)
        return NULL;
      found = *names;
    }
  return found;
}
