/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-http-header.h"

/**
 * upscale_http_header_new:
 * @name: name of the header
 * @value: its value; control characters in it are left out, since a key that is read from
 * a file often ends with a line end
 *
 * Returns: (transfer full): the header, on one line
 */
UpscaleHttpHeader *
upscale_http_header_new (const char *name, const char *value)
{
  UpscaleHttpHeader *header;
  GString           *line;

  g_return_val_if_fail (name, NULL);
  g_return_val_if_fail (value, NULL);

  header = g_new (UpscaleHttpHeader, 1);
  line = g_string_new (NULL);
  for (; *value; value++)
    if (!g_ascii_iscntrl (*value))
      g_string_append_c (line, *value);
  header->name = g_strdup (name);
  header->value = g_string_free_and_steal (line);
  return header;
}

/**
 * upscale_http_header_free:
 * @header: (transfer full): a header
 */
void
upscale_http_header_free (UpscaleHttpHeader *header)
{
  g_return_if_fail (header != NULL);

  g_free (header->name);
  g_free (header->value);
  g_free (header);
}
