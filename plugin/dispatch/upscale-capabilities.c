/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-capabilities.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-model-family.h"
#include "upscale-model-names.h"
#include "upscale-text.h"

/* Safe values for an endpoint that states none: diffusion models work on multiples of
 * 64. */
#define DEFAULT_MULTIPLE_OF 64
#define DEFAULT_MAX_TILES 64
#define MOST_NAMES 20000
#define MOST_NAME_CHARS 300
#define MOST_VERSION_CHARS 60
#define MOST_SENTENCES_CHARS 500

/**
 * upscale_capabilities_new:
 * @identity: the endpoint's name for its models and version
 *
 * Returns: (transfer full): capabilities with safe defaults, for their maker to fill
 */
UpscaleCapabilities *
upscale_capabilities_new (const char *identity)
{
  UpscaleCapabilities *capabilities;

  g_return_val_if_fail (identity != NULL, NULL);

  capabilities = g_atomic_rc_box_new0 (UpscaleCapabilities);
  capabilities->identity = g_strdup (identity);
  capabilities->max_tiles = DEFAULT_MAX_TILES;
  capabilities->multiple_of = DEFAULT_MULTIPLE_OF;
  capabilities->concurrency = 1;
  capabilities->uses_prompt = TRUE;
  capabilities->takes_controlnet = TRUE;
  capabilities->takes_ip_adapter = TRUE;
  capabilities->takes_loras = TRUE;
  capabilities->takes_generation_size = TRUE;
  capabilities->stops_tiles = TRUE;
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
  g_return_val_if_fail (capabilities != NULL, NULL);

  return g_atomic_rc_box_acquire (capabilities);
}

static void
free_members (gpointer data)
{
  UpscaleCapabilities *capabilities = data;

  g_free (capabilities->identity);
  g_free (capabilities->sharing_scope);
  g_strfreev (capabilities->models);
  g_strfreev (capabilities->controlnets);
  g_strfreev (capabilities->tile_controlnets);
  g_strfreev (capabilities->ip_adapters);
  g_strfreev (capabilities->loras);
  g_strfreev (capabilities->samplers);
  g_strfreev (capabilities->schedulers);
  g_clear_pointer (&capabilities->model_defaults, g_ptr_array_unref);
  g_free (capabilities->version);
  g_free (capabilities->default_model);
  g_free (capabilities->hint);
  g_free (capabilities->controlnet_hint);
  g_free (capabilities->ip_adapter_hint);
  g_free (capabilities->caveat);
  g_free (capabilities->about);
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
  g_return_if_fail (capabilities != NULL);

  g_atomic_rc_box_release_full (capabilities, free_members);
}

static void
tidy (char **text, guint most_chars)
{
  g_autofree char *old = *text;

  *text = old ? upscale_text_tidy (old, most_chars) : NULL;
}

/* Names that can't be shown are left out, as tidying would make other names of them. */
static void
keep_plain_names (GStrv *names)
{
  g_auto (GStrv) old = *names;
  g_autoptr (GStrvBuilder) plain = g_strv_builder_new ();

  if (!old)
    return;
  for (guint i = 0; i < MOST_NAMES && old[i]; i++)
    if (upscale_text_is_plain (old[i], MOST_NAME_CHARS))
      g_strv_builder_add (plain, old[i]);
  *names = g_strv_builder_end (plain);
}

static void
keep_plain_defaults (GPtrArray *defaults)
{
  for (guint i = defaults ? defaults->len : 0; i > 0; i--)
    {
      const UpscaleModelDefaults *model = defaults->pdata[i - 1];

      if (!upscale_text_is_plain (model->model, MOST_NAME_CHARS))
        g_ptr_array_remove_index (defaults, i - 1);
    }
}

/**
 * upscale_capabilities_tidy:
 * @capabilities: capabilities that are not shared yet
 *
 * Makes all texts fit to be shown, see upscale_text_tidy(). An identity that can't be
 * shown is replaced by its digest, which is as unique.
 */
void
upscale_capabilities_tidy (UpscaleCapabilities *capabilities)
{
  g_autofree char *digest = NULL;

  g_return_if_fail (capabilities != NULL);

  if (!upscale_text_is_plain (capabilities->identity, MOST_NAME_CHARS))
    {
      digest =
          g_compute_checksum_for_string (G_CHECKSUM_SHA256, capabilities->identity, -1);
      g_set_str (&capabilities->identity, digest);
    }
  keep_plain_names (&capabilities->models);
  keep_plain_names (&capabilities->controlnets);
  keep_plain_names (&capabilities->tile_controlnets);
  keep_plain_names (&capabilities->ip_adapters);
  keep_plain_names (&capabilities->loras);
  keep_plain_names (&capabilities->samplers);
  keep_plain_names (&capabilities->schedulers);
  keep_plain_defaults (capabilities->model_defaults);
  tidy (&capabilities->default_model, MOST_NAME_CHARS);
  tidy (&capabilities->version, MOST_VERSION_CHARS);
  tidy (&capabilities->hint, MOST_SENTENCES_CHARS);
  tidy (&capabilities->controlnet_hint, MOST_SENTENCES_CHARS);
  tidy (&capabilities->ip_adapter_hint, MOST_SENTENCES_CHARS);
  tidy (&capabilities->caveat, MOST_SENTENCES_CHARS);
  tidy (&capabilities->about, MOST_SENTENCES_CHARS);
}

static gboolean
lacks (const UpscaleCapabilities *capabilities, GStrv offered, const char *name)
{
  const char *const *names = (const char *const *) offered;

  if (!offered || !*name)
    return FALSE;
  return capabilities->takes_short_names ? !upscale_model_names_find (names, name)
                                         : !g_strv_contains (names, name);
}

static void
append_hint (GString *text, const char *hint)
{
  if (hint)
    g_string_append_printf (text, "%s; ", hint);
}

/**
 * upscale_capabilities_get_model:
 * @capabilities: the capabilities of an endpoint
 * @gen_params: the parameters of the picture
 *
 * Returns: (transfer none): the model that is to paint, "" if the endpoint does not tell
 */
const char *
upscale_capabilities_get_model (const UpscaleCapabilities *capabilities,
                                const UpscaleGenParams    *gen_params)
{
  const char *usual;

  g_return_val_if_fail (capabilities != NULL, NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);

  usual = capabilities->default_model ? capabilities->default_model : "";
  return *gen_params->model ? gen_params->model : usual;
}

/* A server that leaves the choice of a ControlNet to the client lists those for tiles,
 * and the name of the model tells whether one fits. */
static gboolean
has_fitting_controlnet (const UpscaleCapabilities *capabilities, const char *model)
{
  return !capabilities->tile_controlnets || *model == '\0' ||
         upscale_model_names_fit ((const char *const *) capabilities->tile_controlnets,
                                  model);
}

static void
append_missing_controlnet (GString                   *text,
                           const UpscaleCapabilities *capabilities,
                           const char                *model)
{
  UpscaleModelFamily family = upscale_model_family_read (model);

  if (!capabilities->takes_controlnet &&
      (!capabilities->tile_controlnets ||
       upscale_model_family_has_tile_controlnet (family)))
    {
      g_string_append (text, _ ("it has no tile ControlNet; "));
      append_hint (text, capabilities->controlnet_hint);
    }
  else if (!has_fitting_controlnet (capabilities, model))
    g_string_append_printf (text, _ ("it has no tile ControlNet for the model '%s'; "),
                            model);
}

static void
append_missing_ip_adapter (GString                   *text,
                           const UpscaleCapabilities *capabilities,
                           const char                *model)
{
  UpscaleModelFamily family = upscale_model_family_read (model);

  if (capabilities->tile_controlnets && !upscale_model_family_has_ip_adapter (family))
    g_string_append_printf (text, _ ("the model '%s' can't follow a reference picture; "),
                            model);
  else if (!capabilities->takes_ip_adapter)
    {
      g_string_append (text, _ ("it can't follow a reference picture (IP-Adapter); "));
      append_hint (text, capabilities->ip_adapter_hint);
    }
}

/* A restorer follows no guides, and the user expects none. */
static void
append_missing_guides (GString                   *text,
                       const UpscaleCapabilities *capabilities,
                       const UpscaleGenParams    *gen_params)
{
  const char *model = upscale_capabilities_get_model (capabilities, gen_params);

  if (!upscale_model_family_uses_prompt (upscale_model_family_read (model)))
    return;
  if (gen_params->controlnet_enabled)
    append_missing_controlnet (text, capabilities, model);
  if (gen_params->ip_adapter_image)
    append_missing_ip_adapter (text, capabilities, model);
}

static void
append_missing_loras (GString                   *text,
                      const UpscaleCapabilities *capabilities,
                      const UpscaleGenParams    *gen_params)
{
  const char *model = upscale_capabilities_get_model (capabilities, gen_params);

  if (gen_params->loras->len > 0 && !capabilities->takes_loras)
    g_string_append (text, _ ("it can't add LoRAs; "));
  else if (gen_params->loras->len > 0 &&
           !upscale_model_family_uses_prompt (upscale_model_family_read (model)))
    g_string_append_printf (text, _ ("the model '%s' takes no LoRAs; "), model);
  for (guint i = 0; capabilities->takes_loras && i < gen_params->loras->len; i++)
    {
      const UpscaleLora *lora = &g_array_index (gen_params->loras, UpscaleLora, i);

      if (lacks (capabilities, capabilities->loras, lora->name))
        g_string_append_printf (text, _ ("it has no LoRA '%s'; "), lora->name);
    }
}

static void
append_missing_sampler (GString                   *text,
                        const UpscaleCapabilities *capabilities,
                        const UpscaleGenParams    *gen_params)
{
  UpscaleSamplerChoice wanted = upscale_gen_params_get_sampler_choice (gen_params);
  UpscaleSamplerChoice found;
  g_autofree char     *name = NULL;

  if (upscale_sampler_choice_find (wanted, (const char *const *) capabilities->samplers,
                                   (const char *const *) capabilities->schedulers,
                                   &found))
    return;
  name = upscale_sampler_choice_dup_text (wanted);
  g_string_append_printf (text, _ ("it has no sampler '%s'; "), name);
}

/**
 * upscale_capabilities_dup_missing:
 * @capabilities: the capabilities of an endpoint
 * @gen_params: the parameters of the picture
 *
 * Compares the parameters with the capabilities. Models, guides and LoRAs that the
 * endpoint does not list are assumed to be available.
 *
 * Returns: (transfer full) (nullable): the parameters that the endpoint can't follow, in
 * words; %NULL if there are none
 */
char *
upscale_capabilities_dup_missing (const UpscaleCapabilities *capabilities,
                                  const UpscaleGenParams    *gen_params)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (capabilities != NULL, NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);

  if (gen_params->wants_captions)
    return capabilities->gives_captions ? NULL : g_strdup (_ ("it can't describe tiles"));
  if (lacks (capabilities, capabilities->models, gen_params->model))
    g_string_append_printf (text, _ ("it has no model '%s'; "), gen_params->model);
  append_missing_guides (text, capabilities, gen_params);
  if (gen_params->generation_px > 0 && !capabilities->takes_generation_size)
    g_string_append (text, _ ("it paints each tile at the tile's own size; "));
  append_missing_loras (text, capabilities, gen_params);
  append_missing_sampler (text, capabilities, gen_params);
  if (text->len > 0)
    append_hint (text, capabilities->hint);
  append_hint (text, capabilities->caveat);
  if (capabilities->guesses_model && *gen_params->model == '\0')
    g_string_append_printf (
        text, _ ("no model is named, so it paints with its default, '%s'; "),
        capabilities->default_model);
  if (text->len == 0)
    return NULL;
  g_string_truncate (text, text->len - 2);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/**
 * upscale_capabilities_check_captions:
 * @capabilities: the capabilities of an endpoint
 * @error: return location for an error
 *
 * An endpoint that can't describe tiles might paint them, which costs money.
 *
 * Returns: %TRUE if the endpoint describes tiles, or %FALSE with %UPSCALE_ERROR_REJECTED
 */
gboolean
upscale_capabilities_check_captions (const UpscaleCapabilities *capabilities,
                                     GError                   **error)
{
  g_return_val_if_fail (capabilities != NULL, FALSE);

  if (!capabilities->gives_captions)
    g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                         _ ("it can't describe tiles"));
  return capabilities->gives_captions;
}

static gboolean
are_same (GStrv names, GStrv others)
{
  return names && others
             ? g_strv_equal ((const char *const *) names, (const char *const *) others)
             : names == others;
}

/**
 * upscale_capabilities_paint_alike:
 * @capabilities: the capabilities of an endpoint
 * @other: those of another
 *
 * Returns: %TRUE if both get the same tiles and their answers are interchangeable
 */
gboolean
upscale_capabilities_paint_alike (const UpscaleCapabilities *capabilities,
                                  const UpscaleCapabilities *other)
{
  g_return_val_if_fail (capabilities != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  return g_strcmp0 (capabilities->sharing_scope, other->sharing_scope) == 0 &&
         g_str_equal (capabilities->identity, other->identity) &&
         g_strcmp0 (capabilities->default_model, other->default_model) == 0 &&
         are_same (capabilities->tile_controlnets, other->tile_controlnets) &&
         are_same (capabilities->ip_adapters, other->ip_adapters) &&
         capabilities->resizes == other->resizes &&
         capabilities->multiple_of == other->multiple_of;
}

/* Only the guide that fits the model has an effect on this job. */
static void
append_guide (GString *name, GStrv guides, const char *model)
{
  const char      *guide = upscale_model_names_fit ((const char *const *) guides, model);
  g_autofree char *plain = guide ? upscale_model_names_dup_without_hash (guide) : NULL;

  if (plain)
    g_string_append_printf (name, " %s", plain);
}

/**
 * upscale_capabilities_dup_painter:
 * @capabilities: the capabilities of an endpoint
 * @gen_params: the parameters of the picture
 *
 * The name begins with the endpoint's sharing scope, because the server states its
 * identity itself. A model that the server chooses is part of the name, and so are the
 * guides that the parameters want; a model that the parameters name is part of the tile's
 * key.
 *
 * Returns: (transfer full): a name for the endpoint's models; answers under equal names
 * are interchangeable
 */
char *
upscale_capabilities_dup_painter (const UpscaleCapabilities *capabilities,
                                  const UpscaleGenParams    *gen_params)
{
  GString    *name;
  const char *model;

  g_return_val_if_fail (capabilities != NULL, NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);

  name = g_string_new (capabilities->sharing_scope);
  model = *gen_params->model ? gen_params->model : capabilities->default_model;
  g_string_append_printf (name, " %s", capabilities->identity);
  if (capabilities->default_model && *gen_params->model == '\0')
    g_string_append_printf (name, " %s", capabilities->default_model);
  if (gen_params->controlnet_enabled && capabilities->takes_controlnet)
    append_guide (name, capabilities->tile_controlnets, model);
  if (gen_params->ip_adapter_image && capabilities->takes_ip_adapter)
    append_guide (name, capabilities->ip_adapters, model);
  return g_string_free_and_steal (name);
}

/**
 * upscale_capabilities_take_raw:
 * @capabilities: the capabilities of an endpoint
 * @n_bytes: size of a tile's pixels, bytes
 *
 * Transfer within this machine costs less than compression, as long as the pixels in
 * base64 fit in the endpoint's largest request.
 *
 * Returns: %TRUE if tiles should be sent without compression
 */
gboolean
upscale_capabilities_take_raw (const UpscaleCapabilities *capabilities, gsize n_bytes)
{
  g_return_val_if_fail (capabilities != NULL, FALSE);

  return capabilities->is_loopback &&
         (capabilities->max_body_bytes == 0 ||
          (gint64) n_bytes < capabilities->max_body_bytes / 3);
}
