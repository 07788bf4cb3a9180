/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a user types, or a script of somebody's gives, as endpoints. */
#include "fuzz.h"
#include "upscale-endpoint-address.h"
#include "upscale-endpoint-list.h"

static UpscaleEndpointFile *
make_nothing (void)
{
  g_autofree char *path = g_build_filename (fuzz_get_folder (), "none.conf", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return upscale_endpoint_file_load (file);
}

static UpscaleEndpointFile *
get_nothing (void)
{
  static UpscaleEndpointFile *file = NULL;

  if (g_once_init_enter_pointer (&file))
    g_once_init_leave_pointer (&file, make_nothing ());
  return file;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = fuzz_copy_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries =
      upscale_endpoint_list_describe (text, get_nothing (), &error);
  g_autoptr (GUri) address = upscale_endpoint_address_parse (text, NULL);
  g_autofree char *origin = NULL;

  g_assert_true ((entries == NULL) == (error != NULL));
  if (!address)
    return 0;
  origin = upscale_endpoint_address_dup_origin (address);
  (void) upscale_endpoint_address_is_private (address);
  return 0;
}
