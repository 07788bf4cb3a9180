/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ControlNet and the IP-Adapter of a tile, and whether the server really uses them.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-model-names.h"
#include "upscale-picture-compare.h"
#include "upscale-sdapi-private.h"

static const UpscaleSdapiTalk *
get_own (const UpscaleTileRequest *talk)
{
  return talk->own;
}

/**
 * upscale_sdapi_get_model:
 * @talk: a talk
 *
 * Returns: (transfer none) (nullable): the checkpoint that is to paint, as the server
 * calls it
 */
const char *
upscale_sdapi_get_model (const UpscaleTileRequest *talk)
{
  const UpscaleSdapiFacts *facts = talk->facts;
  const char              *wanted = talk->gen_params->model;
  const char              *listed =
      upscale_model_names_find ((const char *const *) facts->models, wanted);

  if (*wanted == '\0')
    return facts->model;
  return listed ? listed : wanted;
}

static gboolean
wants_controlnet (const UpscaleTileRequest *talk)
{
  const UpscaleSdapiFacts *facts = talk->facts;

  return talk->gen_params->controlnet_enabled && facts->dialect != UPSCALE_SDAPI_SDCPP &&
         *facts->tile_controlnets;
}

static gboolean
wants_ip_adapter (const UpscaleTileRequest *talk)
{
  const UpscaleSdapiFacts *facts = talk->facts;

  return talk->gen_params->ip_adapter_image && facts->dialect != UPSCALE_SDAPI_SDCPP &&
         facts->ip_adapters && *facts->ip_adapters;
}

/* Of a job that wants it, whatever is asked for now. */
static const char *
choose_guide (const UpscaleTileRequest *talk, UpscaleSdapiTrial guide)
{
  const UpscaleSdapiFacts *facts = talk->facts;
  gboolean                 is_controlnet = guide == UPSCALE_SDAPI_TRY_CONTROLNET;
  gboolean is_wanted = is_controlnet ? wants_controlnet (talk) : wants_ip_adapter (talk);
  GStrv    guides = is_controlnet ? facts->tile_controlnets : facts->ip_adapters;

  return is_wanted ? upscale_model_names_fit ((const char *const *) guides,
                                              upscale_sdapi_get_model (talk))
                   : NULL;
}

static const char *
get_guide (const UpscaleTileRequest *talk, UpscaleSdapiTrial guide)
{
  UpscaleSdapiTrial trial = get_own (talk)->trial;

  return trial == UPSCALE_SDAPI_NO_TRIAL || trial == guide ? choose_guide (talk, guide)
                                                           : NULL;
}

/**
 * upscale_sdapi_get_controlnet:
 * @talk: a talk
 *
 * Returns: (transfer none) (nullable): the ControlNet for the picture that is asked for
 * now
 */
const char *
upscale_sdapi_get_controlnet (const UpscaleTileRequest *talk)
{
  return get_guide (talk, UPSCALE_SDAPI_TRY_CONTROLNET);
}

/**
 * upscale_sdapi_get_ip_adapter:
 * @talk: a talk
 *
 * Returns: (transfer none) (nullable): the IP-Adapter for the picture that is asked for
 * now
 */
const char *
upscale_sdapi_get_ip_adapter (const UpscaleTileRequest *talk)
{
  return get_guide (talk, UPSCALE_SDAPI_TRY_IP_ADAPTER);
}

static const char *
find_module (const UpscaleSdapiFacts *facts, const char *start)
{
  for (char **module = facts->modules; module && *module; module++)
    if (g_ascii_strncasecmp (*module, start, strlen (start)) == 0)
      return *module;
  return NULL;
}

/**
 * upscale_sdapi_choose_module:
 * @facts: what the server has
 * @ip_adapter: the model it is for
 *
 * Chooses the image encoder: the extension finds it by itself, in Forge it has a name.
 *
 * Returns: (transfer none) (nullable): the preprocessor
 */
const char *
upscale_sdapi_choose_module (const UpscaleSdapiFacts *facts, const char *ip_adapter)
{
  g_autofree char *folded = g_ascii_strdown (ip_adapter, -1);
  gboolean         wants_big =
      strstr (folded, "xl") && !strstr (folded, "vit-h") && !strstr (folded, "vit_h");
  const char *module = find_module (facts, "ip-adapter-auto");

  if (!module && wants_big)
    module = find_module (facts, "CLIP-ViT-bigG (IPAdapter)");
  if (!module)
    module = find_module (facts, "CLIP-ViT-H (IPAdapter)");
  return module ? module : find_module (facts, "ip-adapter_clip");
}

static gboolean
refuse_family (const UpscaleTileRequest *talk,
               const char               *sentence,
               GStrv                     guides,
               GError                  **error)
{
  g_autofree char *list = g_strjoinv (", ", guides);

  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED, sentence,
               upscale_sdapi_get_model (talk), list);
  return FALSE;
}

/**
 * upscale_sdapi_check_guides:
 * @talk: a talk that begins
 * @error: return location for an error
 *
 * Returns: %FALSE with %UPSCALE_ERROR_REJECTED when the names tell that no guide is of
 * the model's family
 */
gboolean
upscale_sdapi_check_guides (const UpscaleTileRequest *talk, GError **error)
{
  const UpscaleSdapiFacts *facts = talk->facts;

  if (wants_controlnet (talk) && !choose_guide (talk, UPSCALE_SDAPI_TRY_CONTROLNET))
    return refuse_family (talk,
                          _ ("none of its tile ControlNets is for models like '%s' (it "
                             "has %s); add one there, or switch ControlNet off"),
                          facts->tile_controlnets, error);
  if (wants_ip_adapter (talk) && !choose_guide (talk, UPSCALE_SDAPI_TRY_IP_ADAPTER))
    return refuse_family (talk,
                          _ ("none of its IP-Adapters is for models like '%s' (it has "
                             "%s); add one there, or use no reference picture"),
                          facts->ip_adapters, error);
  return TRUE;
}

static char *
make_pair (const UpscaleTileRequest *talk, const char *guide)
{
  const char *model = upscale_sdapi_get_model (talk);

  return g_strdup_printf ("%s\n%s", model ? model : "", guide);
}

static gboolean
is_proven (const UpscaleTileRequest *talk, const char *guide)
{
  UpscaleSdapiFacts *facts = talk->facts;
  g_autofree char   *pair = make_pair (talk, guide);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&facts->lock);

  return g_hash_table_contains (facts->proven, pair);
}

static void
note_proven (const UpscaleTileRequest *talk, const char *guide)
{
  UpscaleSdapiFacts *facts = talk->facts;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&facts->lock);

  g_hash_table_add (facts->proven, make_pair (talk, guide));
}

/**
 * upscale_sdapi_choose_trial:
 * @talk: a talk
 *
 * Returns: the small picture to ask for next; %UPSCALE_SDAPI_NO_TRIAL when all guides
 * that the tile needs were seen to work with its model
 */
UpscaleSdapiTrial
upscale_sdapi_choose_trial (const UpscaleTileRequest *talk)
{
  for (UpscaleSdapiTrial trial = UPSCALE_SDAPI_TRY_CONTROLNET;
       trial <= UPSCALE_SDAPI_TRY_IP_ADAPTER; trial++)
    {
      const char *guide = choose_guide (talk, trial);

      if (guide && !is_proven (talk, guide))
        return get_own (talk)->plain ? trial : UPSCALE_SDAPI_TRY_PLAIN;
    }
  return UPSCALE_SDAPI_NO_TRIAL;
}

/**
 * upscale_sdapi_end_trial:
 * @talk: a talk whose trial was answered with its picture
 * @error: return location for an error
 *
 * Takes the picture.
 *
 * Returns: %FALSE with %UPSCALE_ERROR_REJECTED when the guide has changed nothing
 */
gboolean
upscale_sdapi_end_trial (UpscaleTileRequest *talk, GError **error)
{
  UpscaleSdapiTalk *own = talk->own;
  g_autoptr (GBytes) picture = g_steal_pointer (&talk->picture);
  const char *guide;

  if (!picture)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                   _ ("it was sent a small tile to try, and answered without a "
                      "picture"));
      return FALSE;
    }
  if (own->trial == UPSCALE_SDAPI_TRY_PLAIN)
    {
      own->plain = g_steal_pointer (&picture);
      return TRUE;
    }
  guide = choose_guide (talk, own->trial);
  if (!upscale_pictures_are_equal (picture, own->plain))
    {
      note_proven (talk, guide);
      return TRUE;
    }
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
               own->trial == UPSCALE_SDAPI_TRY_CONTROLNET
                   ? _ ("its ControlNet '%s' has no effect with the model '%s'; use a "
                        "model that it is made for, look into the server's log, or "
                        "switch ControlNet off")
                   : _ ("its IP-Adapter '%s' has no effect with the model '%s'; use a "
                        "model that it is made for, look into the server's log, or use "
                        "no reference picture"),
               guide, upscale_sdapi_get_model (talk));
  return FALSE;
}
