/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ControlNet and the IP-Adapter of a tile. These servers paint without a guide that
 * they can't use and report a success, so each pair of model and guide is proven by a
 * small picture once. */
#include "upscale-sdapi-guides.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-model-names.h"

/**
 * upscale_sdapi_guides_get_model:
 * @info: the server
 * @request: the tile to paint
 *
 * Returns: (transfer none) (nullable): the checkpoint that is to paint, in the server's
 * spelling
 */
const char *
upscale_sdapi_guides_get_model (const UpscaleSdapiServerInfo *info,
                                const UpscaleTileRequest     *request)
{
  const char *wanted;
  const char *listed;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (request != NULL, NULL);

  wanted = request->gen_params->model;
  listed = upscale_model_names_find ((const char *const *) info->models, wanted);
  if (*wanted == '\0')
    return info->model;
  return listed ? listed : wanted;
}

static gboolean
wants_guide (const UpscaleSdapiServerInfo *info,
             const UpscaleTileRequest     *request,
             UpscaleSdapiGuide             guide)
{
  if (info->dialect == UPSCALE_SDAPI_SDCPP)
    return FALSE;
  if (guide == UPSCALE_SDAPI_CONTROLNET)
    return request->gen_params->controlnet_enabled && *info->tile_controlnets;
  return request->gen_params->ip_adapter_image && info->ip_adapters && *info->ip_adapters;
}

/**
 * upscale_sdapi_guides_choose:
 * @info: the server
 * @request: the tile to paint
 * @guide: a guide
 *
 * Returns: (transfer none) (nullable): the server's model for @guide that fits the
 * checkpoint; %NULL where @request does not want the guide or no model fits
 */
const char *
upscale_sdapi_guides_choose (const UpscaleSdapiServerInfo *info,
                             const UpscaleTileRequest     *request,
                             UpscaleSdapiGuide             guide)
{
  GStrv names;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (request != NULL, NULL);

  names = guide == UPSCALE_SDAPI_CONTROLNET ? info->tile_controlnets : info->ip_adapters;
  return wants_guide (info, request, guide)
             ? upscale_model_names_fit ((const char *const *) names,
                                        upscale_sdapi_guides_get_model (info, request))
             : NULL;
}

static gboolean
refuse_family (const UpscaleSdapiServerInfo *info,
               const UpscaleTileRequest     *request,
               UpscaleSdapiGuide             guide,
               GError                      **error)
{
  gboolean         is_controlnet = guide == UPSCALE_SDAPI_CONTROLNET;
  g_autofree char *list =
      g_strjoinv (", ", is_controlnet ? info->tile_controlnets : info->ip_adapters);

  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
               is_controlnet
                   ? _ ("none of its tile ControlNets is for models like '%s' (it "
                        "has %s); add one there, or switch ControlNet off")
                   : _ ("none of its IP-Adapters is for models like '%s' (it has "
                        "%s); add one there, or use no reference picture"),
               upscale_sdapi_guides_get_model (info, request), list);
  return FALSE;
}

/**
 * upscale_sdapi_guides_check:
 * @info: the server
 * @request: the tile to paint
 * @error: return location for an error
 *
 * Returns: %TRUE if the server may have the guides that @request wants, or %FALSE with
 * %UPSCALE_ERROR_REJECTED when the names tell that none is of the checkpoint's family
 */
gboolean
upscale_sdapi_guides_check (const UpscaleSdapiServerInfo *info,
                            const UpscaleTileRequest     *request,
                            GError                      **error)
{
  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (request != NULL, FALSE);

  for (UpscaleSdapiGuide guide = 0; guide < UPSCALE_SDAPI_N_GUIDES; guide++)
    if (wants_guide (info, request, guide) &&
        !upscale_sdapi_guides_choose (info, request, guide))
      return refuse_family (info, request, guide, error);
  return TRUE;
}

static char *
make_pair (const UpscaleSdapiServerInfo *info,
           const UpscaleTileRequest     *request,
           const char                   *name)
{
  const char *model = upscale_sdapi_guides_get_model (info, request);

  return g_strdup_printf ("%s\n%s", model ? model : "", name);
}

static gboolean
is_proven (UpscaleSdapiServerInfo   *info,
           const UpscaleTileRequest *request,
           const char               *name)
{
  g_autofree char *pair = make_pair (info, request, name);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&info->lock);

  return g_hash_table_contains (info->proven, pair);
}

/**
 * upscale_sdapi_guides_find_unproven:
 * @info: the server
 * @request: the tile to paint
 * @guide: (out): a guide that @request wants and that was not seen to work with its model
 *
 * Returns: %TRUE if there is such a guide
 */
gboolean
upscale_sdapi_guides_find_unproven (UpscaleSdapiServerInfo   *info,
                                    const UpscaleTileRequest *request,
                                    UpscaleSdapiGuide        *guide)
{
  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (request != NULL, FALSE);
  g_return_val_if_fail (guide != NULL, FALSE);

  for (UpscaleSdapiGuide each = 0; each < UPSCALE_SDAPI_N_GUIDES; each++)
    {
      const char *name = upscale_sdapi_guides_choose (info, request, each);

      if (!name || is_proven (info, request, name))
        continue;
      *guide = each;
      return TRUE;
    }
  return FALSE;
}

/**
 * upscale_sdapi_guides_prove:
 * @info: the server
 * @request: the tile to paint
 * @guide: a guide
 * @has_effect: a small picture with the guide differs from one without
 * @error: return location for an error
 *
 * Notes the result of a small picture that was painted with the guide.
 *
 * Returns: %TRUE if the guide works with the checkpoint, or %FALSE with
 * %UPSCALE_ERROR_REJECTED
 */
gboolean
upscale_sdapi_guides_prove (UpscaleSdapiServerInfo   *info,
                            const UpscaleTileRequest *request,
                            UpscaleSdapiGuide         guide,
                            gboolean                  has_effect,
                            GError                  **error)
{
  const char *name;

  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (request != NULL, FALSE);

  name = upscale_sdapi_guides_choose (info, request, guide);
  if (has_effect)
    {
      g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&info->lock);

      g_hash_table_add (info->proven, make_pair (info, request, name));
      g_debug ("guide %s: works", name);
      return TRUE;
    }
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
               guide == UPSCALE_SDAPI_CONTROLNET
                   ? _ ("its ControlNet '%s' has no effect with the model '%s'; use a "
                        "model that it is made for, look into the server's log, or "
                        "switch ControlNet off")
                   : _ ("its IP-Adapter '%s' has no effect with the model '%s'; use a "
                        "model that it is made for, look into the server's log, or use "
                        "no reference picture"),
               name, upscale_sdapi_guides_get_model (info, request));
  return FALSE;
}
