/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-capabilities.h"

/* What is safe to believe of an endpoint that says nothing: diffusion models work on
 * multiples of 64. */
#define DEFAULT_MULTIPLE_OF 64
#define DEFAULT_MAX_TILES 64

/**
 * upscale_capabilities_new:
 * @identity: names what paints
 *
 * Returns: (transfer full): capabilities with safe defaults, for their maker to fill
 */
UpscaleCapabilities *
upscale_capabilities_new (const char *identity)
{
  UpscaleCapabilities *capabilities = g_atomic_rc_box_new0 (UpscaleCapabilities);

  capabilities->identity = g_strdup (identity);
  capabilities->max_tiles = DEFAULT_MAX_TILES;
  capabilities->multiple_of = DEFAULT_MULTIPLE_OF;
  capabilities->concurrency = 1;
  return capabilities;
}

/**
 * upscale_capabilities_ref:
 * @capabilities: capabilities
 *
 * Returns: (transfer full): @capabilities
 */
UpscaleCapabilities *
upscale_capabilities_ref (UpscaleCapabilities *capabilities)
{
  return g_atomic_rc_box_acquire (capabilities);
}

static void
free_members (gpointer data)
{
  UpscaleCapabilities *capabilities = data;

  g_free (capabilities->identity);
}

/**
 * upscale_capabilities_unref:
 * @capabilities: (transfer full): capabilities
 *
 * Drops a reference.
 */
void
upscale_capabilities_unref (UpscaleCapabilities *capabilities)
{
  g_atomic_rc_box_release_full (capabilities, free_members);
}
