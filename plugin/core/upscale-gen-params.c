/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-gen-params.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"

#include <math.h>

/* JSON numbers are doubles, which can't represent larger seeds. */
#define SEED_BITS 53

static void
clear_lora (gpointer data)
{
  UpscaleLora *lora = data;

  g_free (lora->name);
}

/**
 * upscale_gen_params_new:
 *
 * Makes a gen_params with empty texts and no LoRAs; numbers are 0.
 *
 * Returns: (transfer full): the gen_params
 */
UpscaleGenParams *
upscale_gen_params_new (void)
{
  UpscaleGenParams *gen_params = g_atomic_rc_box_new0 (UpscaleGenParams);

  gen_params->prompt = g_strdup ("");
  gen_params->negative_prompt = g_strdup ("");
  gen_params->model = g_strdup ("");
  gen_params->sampler = g_strdup ("");
  gen_params->scheduler = g_strdup ("");
  gen_params->loras = g_array_new (FALSE, FALSE, sizeof (UpscaleLora));
  g_array_set_clear_func (gen_params->loras, clear_lora);
  return gen_params;
}

/**
 * upscale_gen_params_ref:
 * @gen_params: a gen_params
 *
 * Returns: (transfer full): @gen_params
 */
UpscaleGenParams *
upscale_gen_params_ref (UpscaleGenParams *gen_params)
{
  g_return_val_if_fail (gen_params != NULL, NULL);

  return g_atomic_rc_box_acquire (gen_params);
}

/**
 * upscale_gen_params_copy:
 * @gen_params: a gen_params
 *
 * Returns: (transfer full): a gen_params with the same values, for its maker to change
 */
UpscaleGenParams *
upscale_gen_params_copy (const UpscaleGenParams *gen_params)
{
  UpscaleGenParams *copy;

  g_return_val_if_fail (gen_params != NULL, NULL);

  copy = g_atomic_rc_box_new (UpscaleGenParams);
  *copy = *gen_params;
  copy->prompt = g_strdup (gen_params->prompt);
  copy->negative_prompt = g_strdup (gen_params->negative_prompt);
  copy->model = g_strdup (gen_params->model);
  copy->sampler = g_strdup (gen_params->sampler);
  copy->scheduler = g_strdup (gen_params->scheduler);
  if (copy->ip_adapter_image)
    g_bytes_ref (copy->ip_adapter_image);
  copy->loras = g_array_new (FALSE, FALSE, sizeof (UpscaleLora));
  g_array_set_clear_func (copy->loras, clear_lora);
  for (guint i = 0; i < gen_params->loras->len; i++)
    {
      const UpscaleLora *lora = &g_array_index (gen_params->loras, UpscaleLora, i);

      upscale_gen_params_add_lora (copy, lora->name, lora->weight);
    }
  return copy;
}

static void
free_members (gpointer data)
{
  UpscaleGenParams *gen_params = data;

  g_free (gen_params->prompt);
  g_free (gen_params->negative_prompt);
  g_free (gen_params->model);
  g_free (gen_params->sampler);
  g_free (gen_params->scheduler);
  g_clear_pointer (&gen_params->ip_adapter_image, g_bytes_unref);
  g_array_unref (gen_params->loras);
}

/**
 * upscale_gen_params_unref:
 * @gen_params: (transfer full): a gen_params
 *
 * Drops a reference.
 */
void
upscale_gen_params_unref (UpscaleGenParams *gen_params)
{
  g_return_if_fail (gen_params != NULL);

  g_atomic_rc_box_release_full (gen_params, free_members);
}

/**
 * upscale_gen_params_add_lora:
 * @gen_params: a gen_params that is not shared yet
 * @name: the name of the LoRA
 * @weight: the weight
 *
 * Appends a LoRA.
 */
void
upscale_gen_params_add_lora (UpscaleGenParams *gen_params,
                             const char       *name,
                             double            weight)
{
  UpscaleLora *lora;

  g_return_if_fail (gen_params != NULL && name != NULL);

  g_array_set_size (gen_params->loras, gen_params->loras->len + 1);
  lora = &g_array_index (gen_params->loras, UpscaleLora, gen_params->loras->len - 1);
  lora->name = g_strdup (name);
  lora->weight = weight;
}

/* A colon that is not followed by a number belongs to the name. */
static gboolean
parse_lora (UpscaleGenParams *gen_params, const char *entry, GError **error)
{
  g_autofree char *name = NULL;
  const char      *colon = strrchr (entry, ':');
  char            *end = NULL;
  double           weight = 1.0;

  if (colon)
    weight = g_ascii_strtod (colon + 1, &end);
  if (!colon || colon == entry || end == colon + 1 || *end != '\0' || !isfinite (weight))
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                   _ ("The LoRA '%s' can't be read: write name:weight, several with "
                      "commas between, "
                      "for example detail:0.5."),
                   entry);
      return FALSE;
    }
  name = g_strstrip (g_strndup (entry, (gsize) (colon - entry)));
  upscale_gen_params_add_lora (gen_params, name, weight);
  return TRUE;
}

/**
 * upscale_gen_params_parse_loras:
 * @gen_params: a gen_params that is not shared yet
 * @text: `name:weight` entries, with commas between; may be empty
 * @error: return location for an error
 *
 * Appends the LoRAs that a user typed.
 *
 * Returns: %TRUE, or %FALSE with %UPSCALE_ERROR_ARGUMENT
 */
gboolean
upscale_gen_params_parse_loras (UpscaleGenParams *gen_params,
                                const char       *text,
                                GError          **error)
{
  g_auto (GStrv) entries = NULL;

  g_return_val_if_fail (gen_params != NULL && text != NULL, FALSE);

  entries = g_strsplit (text, ",", -1);
  for (char **entry = entries; *entry; entry++)
    {
      g_strstrip (*entry);
      if (**entry != '\0' && !parse_lora (gen_params, *entry, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * upscale_gen_params_name_is_path:
 * @name: the name of a model or a LoRA
 *
 * Servers list models as names, some with folders, as in `sdxl/detail.safetensors`. Such
 * names are no paths. A path refers to one particular disk: it begins at the root, a
 * home, a drive or another computer, goes upwards, or is a URI.
 *
 * Returns: %TRUE if @name is a path
 */
gboolean
upscale_gen_params_name_is_path (const char *name)
{
  g_auto (GStrv) folders = NULL;

  g_return_val_if_fail (name != NULL, FALSE);

  folders = g_strsplit_set (name, "/\\", -1);
  if (strchr ("/\\~", *name) && *name != '\0')
    return TRUE;
  if (g_ascii_isalpha (name[0]) && name[1] == ':' && strchr ("/\\", name[2]) && name[2])
    return TRUE;
  return strstr (name, ":/") || g_strv_contains ((const char *const *) folders, "..") ||
         g_strv_contains ((const char *const *) folders, ".");
}

/**
 * upscale_gen_params_dup_bare_name:
 * @name: the name of a model or a LoRA
 *
 * Returns: (transfer full): @name without folders if it is a path, else @name
 */
char *
upscale_gen_params_dup_bare_name (const char *name)
{
  const char *bare = name;

  g_return_val_if_fail (name != NULL, NULL);

  if (!upscale_gen_params_name_is_path (name))
    return g_strdup (name);
  for (const char *c = name; *c; c++)
    if (strchr ("/\\", *c))
      bare = c + 1;
  return g_strdup (upscale_gen_params_name_is_path (bare) ? "" : bare);
}

/* Adds the length first, so that no two lists of texts give the same bytes. */
static void
digest_bytes (GChecksum *checksum, const void *data, gsize size)
{
  guint64 length = GUINT64_TO_LE ((guint64) size);

  g_checksum_update (checksum, (const guchar *) &length, sizeof length);
  g_checksum_update (checksum, data, (gssize) size);
}

static void
digest_text (GChecksum *checksum, const char *text)
{
  digest_bytes (checksum, text, strlen (text));
}

static void
digest_number (GChecksum *checksum, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  digest_text (checksum, g_ascii_dtostr (text, sizeof text, number));
}

static void
digest_ip_adapter (const UpscaleGenParams *gen_params, GChecksum *checksum)
{
  gsize         size = 0;
  gconstpointer data;

  if (!gen_params->ip_adapter_image)
    return;
  data = g_bytes_get_data (gen_params->ip_adapter_image, &size);
  digest_bytes (checksum, data, size);
  digest_number (checksum, gen_params->ip_adapter_scale);
}

/**
 * upscale_gen_params_digest_shared:
 * @gen_params: a gen_params
 * @checksum: the checksum to update
 *
 * Adds the members that all tiles of a picture share to a checksum. The base seed is left
 * out: the seed of a tile, derived from the base seed, is part of the tile's key instead.
 */
void
upscale_gen_params_digest_shared (const UpscaleGenParams *gen_params, GChecksum *checksum)
{
  g_return_if_fail (gen_params != NULL);
  g_return_if_fail (checksum != NULL);

  digest_text (checksum, gen_params->model);
  digest_text (checksum, gen_params->sampler);
  digest_text (checksum, gen_params->scheduler);
  digest_number (checksum, gen_params->steps);
  digest_number (checksum, gen_params->cfg_scale);
  digest_number (checksum, gen_params->generation_px);
  digest_number (checksum,
                 gen_params->controlnet_enabled ? gen_params->conditioning_scale : -1.0);
  digest_ip_adapter (gen_params, checksum);
  if (gen_params->wants_captions)
    digest_text (checksum, "captions");
  for (guint i = 0; i < gen_params->loras->len; i++)
    {
      digest_text (checksum, g_array_index (gen_params->loras, UpscaleLora, i).name);
      digest_number (checksum, g_array_index (gen_params->loras, UpscaleLora, i).weight);
    }
}

/**
 * upscale_gen_params_digest_own:
 * @gen_params: the parameters of a tile
 * @checksum: the checksum to update
 *
 * Adds the members in which tiles of a picture can differ to a checksum.
 */
void
upscale_gen_params_digest_own (const UpscaleGenParams *gen_params, GChecksum *checksum)
{
  g_return_if_fail (gen_params != NULL);
  g_return_if_fail (checksum != NULL);

  digest_text (checksum, gen_params->prompt);
  digest_text (checksum, gen_params->negative_prompt);
  digest_number (checksum, gen_params->strength);
}

/**
 * upscale_gen_params_get_sampler_choice:
 * @gen_params: a gen_params
 *
 * Returns: the sampler and the noise schedule, which @gen_params owns
 */
UpscaleSamplerChoice
upscale_gen_params_get_sampler_choice (const UpscaleGenParams *gen_params)
{
  UpscaleSamplerChoice none = { "", "" };

  g_return_val_if_fail (gen_params != NULL, none);

  return (UpscaleSamplerChoice) { gen_params->sampler, gen_params->scheduler };
}

/**
 * upscale_gen_params_derive_tile_seed:
 * @base_seed: the seed of the whole picture
 * @tile_index: a tile
 *
 * Derives the seed of a tile, as one seed for all tiles would repeat its pattern in each
 * tile. The mixing is that of SplitMix64 (Steele, Lea and Flood 2014).
 *
 * Returns: the seed, 0 to 2^53 - 1
 */
gint64
upscale_gen_params_derive_tile_seed (gint64 base_seed, guint tile_index)
{
  guint64 z =
      (guint64) base_seed + (tile_index + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  z ^= z >> 31;
  return (gint64) (z >> (64 - SEED_BITS));
}
