/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-loras.h"

#include "upscale-model-names.h"

/**
 * upscale_loras_read:
 * @loras: zeros
 * @array: (nullable): objects with `name`, and `path` or `alias`
 *
 * Reads the list that a server answered.
 */
void
upscale_loras_read (UpscaleLoras *loras, JsonArray *array)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  g_return_if_fail (loras != NULL);

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonObject *object = upscale_json_read_object (json_array_get_element (array, i));
      const char *name = upscale_json_get_string (object, "name");
      const char *path = upscale_json_get_string (object, "path");
      const char *alias = upscale_json_get_string (object, "alias");

      if (!name)
        continue;
      g_strv_builder_add (names, name);
      g_strv_builder_add (paths, path ? path : name);
      /* A prompt of AUTOMATIC1111 may call a LoRA by either name. */
      if (!alias || *alias == '\0' || g_str_equal (alias, name))
        continue;
      g_strv_builder_add (names, alias);
      g_strv_builder_add (paths, path ? path : name);
    }
  loras->names = g_strv_builder_end (names);
  loras->paths = g_strv_builder_end (paths);
}

/* A server without a list may have the LoRA under the name that the user gave. */
static const char *
find_path (const UpscaleLoras *loras, const char *name)
{
  const char *found = upscale_model_names_find ((const char *const *) loras->names, name);

  for (guint i = 0; found && loras->names[i]; i++)
    if (loras->names[i] == found)
      return loras->paths[i];
  return name;
}

/**
 * upscale_loras_add:
 * @loras: the LoRAs of the server
 * @builder: inside a request
 * @gen_params: names the LoRAs to use
 *
 * Adds the member `lora` in the words of stable-diffusion.cpp.
 */
void
upscale_loras_add (const UpscaleLoras     *loras,
                   JsonBuilder            *builder,
                   const UpscaleGenParams *gen_params)
{
  g_return_if_fail (loras != NULL);
  g_return_if_fail (gen_params != NULL);

  if (gen_params->loras->len == 0)
    return;
  upscale_json_begin_array (builder, "lora");
  for (guint i = 0; i < gen_params->loras->len; i++)
    {
      const UpscaleLora *lora = &g_array_index (gen_params->loras, UpscaleLora, i);

      json_builder_begin_object (builder);
      upscale_json_add_string (builder, "path", find_path (loras, lora->name));
      upscale_json_add_double (builder, "multiplier", lora->weight);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/**
 * upscale_loras_clear:
 * @loras: LoRAs
 *
 * Frees the members of @loras.
 */
void
upscale_loras_clear (UpscaleLoras *loras)
{
  g_return_if_fail (loras != NULL);

  g_clear_pointer (&loras->names, g_strfreev);
  g_clear_pointer (&loras->paths, g_strfreev);
}
