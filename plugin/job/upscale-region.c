/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-region.h"

/**
 * upscale_region_new:
 * @coverage: the part of the layer that the region covers
 * @prompt: text for the tiles of the region, "" for none
 * @negative_prompt: likewise for the negative prompt
 * @strength: denoising strength, or %UPSCALE_TILE_SETTINGS_NO_STRENGTH
 *
 * Returns: (transfer full): the region
 */
UpscaleRegion *
upscale_region_new (UpscaleCoverage *coverage,
                    const char      *prompt,
                    const char      *negative_prompt,
                    double           strength)
{
  UpscaleRegion *region;

  g_return_val_if_fail (coverage != NULL, NULL);
  g_return_val_if_fail (prompt != NULL && negative_prompt != NULL, NULL);

  region = g_new0 (UpscaleRegion, 1);
  region->coverage = upscale_coverage_ref (coverage);
  region->prompt = g_strdup (prompt);
  region->negative_prompt = g_strdup (negative_prompt);
  region->strength = strength;
  return region;
}

/**
 * upscale_region_free:
 * @region: (transfer full): a region
 */
void
upscale_region_free (UpscaleRegion *region)
{
  g_return_if_fail (region != NULL);

  upscale_coverage_unref (region->coverage);
  g_free (region->prompt);
  g_free (region->negative_prompt);
  g_free (region);
}
