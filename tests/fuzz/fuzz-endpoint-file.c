/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of the user's endpoints, read and saved again. */
#include <glib/gstdio.h>

#include "fuzz.h"
#include "upscale-endpoint-file.h"
#include "upscale-endpoint-list.h"

#define FILE_NAME "endpoints.conf"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_write (FILE_NAME, data, size);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (UpscaleEndpointFile) endpoints = upscale_endpoint_file_load (file);
  GPtrArray *entries = upscale_endpoint_file_get_entries (endpoints);
  g_autoptr (GPtrArray) described = NULL;

  for (guint i = 0; i < entries->len; i++)
    g_assert_true (upscale_endpoint_entry_check (entries->pdata[i], NULL));
  described = upscale_endpoint_list_describe ("", endpoints, NULL);
  if (!upscale_endpoint_file_get_problem (endpoints))
    g_assert_true (upscale_endpoint_file_save (endpoints, entries, NULL));
  return 0;
}
