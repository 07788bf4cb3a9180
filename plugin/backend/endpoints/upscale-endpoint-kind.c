/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-kind.h"

#include "upscale-comfyui.h"
#include "upscale-sdapi.h"
#include "upscale-sdcpp.h"
#include "upscale-tile-batch-backend.h"

static UpscaleBackend *
make_tile_batch (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  return UPSCALE_BACKEND (upscale_tile_batch_backend_new (base, http, clock));
}

/* The first is meant where an address names no kind. */
static const UpscaleEndpointKind kinds[] = {
  { "tile-batch", make_tile_batch },
  { "sdapi", upscale_sdapi_backend_new },
  { "sdcpp", upscale_sdcpp_backend_new },
  { "comfyui", upscale_comfyui_backend_new },
};

/**
 * upscale_endpoint_kinds:
 * @n_kinds: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_kinds): all kinds of servers; the first is
 * meant where none is named
 */
const UpscaleEndpointKind *
upscale_endpoint_kinds (guint *n_kinds)
{
  *n_kinds = G_N_ELEMENTS (kinds);
  return kinds;
}

/**
 * upscale_endpoint_kind_split:
 * @address: (inout): an address; where it begins with a kind's name and `+`, that is
 * taken off
 *
 * Returns: (transfer none): the kind that an address names
 */
const UpscaleEndpointKind *
upscale_endpoint_kind_split (const char **address)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gsize length = strlen (kinds[i].name);

      if (strncmp (*address, kinds[i].name, length) == 0 && (*address)[length] == '+')
        {
          *address += length + 1;
          return &kinds[i];
        }
    }
  return &kinds[0];
}
