/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-settings.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>

#include "upscale-error.h"
#include "upscale-gen-params.h"

/* The arguments that change the picture. The image is a document: people hand it on, so
 * nothing is written to it that only concerns its author, and nothing read from it that
 * would send or spend anything of its reader's. Endpoints, files and the dispatch are
 * therefore not here. */
static const char *const recipe_names[] = { "prompt",
                                            "negative-prompt",
                                            "scale",
                                            "strength",
                                            "steps",
                                            "cfg-scale",
                                            "seed",
                                            "tile-size",
                                            "overlap",
                                            "generation-size",
                                            "controlnet-enabled",
                                            "conditioning-scale",
                                            "ip-adapter-scale",
                                            "loras",
                                            "model",
                                            "color-correction",
                                            "resize-canvas",
                                            NULL };

const UpscaleSettingsKind upscale_settings_recipe = { "Recipe", recipe_names, TRUE };

/* What is read may be long, and may be made to look like something else. */
#define SHOWN_CHARS 30

static char *
dup_bare_loras (const char *text)
{
  g_auto (GStrv) entries = g_strsplit (text, ",", -1);

  for (char **entry = entries; *entry; entry++)
    {
      char *bare = upscale_gen_params_dup_bare_name (g_strstrip (*entry));

      g_free (*entry);
      *entry = bare;
    }
  return g_strjoinv (", ", entries);
}

/* A user may give the path of a file of their own for a model, and nothing forbids it for
 * a LoRA. */
static char *
clean (const UpscaleSettingsKind *kind, const char *name, char *text)
{
  g_autofree char *given = text;

  if (given && kind->is_document && g_str_equal (name, "model"))
    return upscale_gen_params_dup_bare_name (given);
  if (given && kind->is_document && g_str_equal (name, "loras"))
    return dup_bare_loras (given);
  return g_steal_pointer (&given);
}

/* Numbers are written as C writes them, whatever language the user's GIMP speaks. */
static char *
value_to_text (GObject *config, const GParamSpec *spec)
{
  g_auto (GValue) value = G_VALUE_INIT;
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_value_init (&value, spec->value_type);
  g_object_get_property (config, spec->name, &value);
  if (G_VALUE_HOLDS_STRING (&value))
    return g_value_dup_string (&value);
  if (G_VALUE_HOLDS_BOOLEAN (&value))
    return g_strdup (g_value_get_boolean (&value) ? "true" : "false");
  if (G_VALUE_HOLDS_INT (&value))
    return g_strdup_printf ("%d", g_value_get_int (&value));
  if (G_VALUE_HOLDS_DOUBLE (&value))
    return g_strdup (g_ascii_dtostr (digits, sizeof digits, g_value_get_double (&value)));
  if (G_VALUE_HOLDS (&value, G_TYPE_FILE) && g_value_get_object (&value))
    return g_file_get_uri (g_value_get_object (&value));
  return NULL;
}

/**
 * upscale_settings_write:
 * @config: a procedure's arguments
 * @keys: changed
 * @kind: the arguments to write
 *
 * Writes arguments as text: for presets, for a layer's recipe, and for the user's last
 * values.
 */
void
upscale_settings_write (GObject *config, GKeyFile *keys, const UpscaleSettingsKind *kind)
{
  for (const char *const *name = kind->names; *name; name++)
    {
      const GParamSpec *spec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (config), *name);
      g_autofree char *text = NULL;

      g_return_if_fail (spec != NULL);
      text = clean (kind, *name, value_to_text (config, spec));
      g_key_file_set_string (keys, kind->group, *name, text ? text : "");
    }
}

static gboolean
text_to_boolean (const char *text, GValue *value)
{
  g_value_set_boolean (value, g_str_equal (text, "true"));
  return g_str_equal (text, "true") || g_str_equal (text, "false");
}

static gboolean
text_to_int (const char *text, GValue *value)
{
  gint64 number = 0;

  if (!g_ascii_string_to_signed (text, 10, G_MININT, G_MAXINT, &number, NULL))
    return FALSE;
  g_value_set_int (value, (int) number);
  return TRUE;
}

static gboolean
text_to_double (const char *text, GValue *value)
{
  char  *end = NULL;
  double number = g_ascii_strtod (text, &end);

  g_value_set_double (value, number);
  return end != text && *end == '\0' && isfinite (number);
}

static gboolean
text_to_value (const char *text, GValue *value)
{
  if (G_VALUE_HOLDS_BOOLEAN (value))
    return text_to_boolean (text, value);
  if (G_VALUE_HOLDS_INT (value))
    return text_to_int (text, value);
  if (G_VALUE_HOLDS_DOUBLE (value))
    return text_to_double (text, value);
  if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, text);
  else if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    g_value_take_object (value, *text != '\0' ? g_file_new_for_uri (text) : NULL);
  else
    return FALSE;
  return TRUE;
}

/* An argument that is out of its range is refused, as it would be in a call of the
 * procedure. */
static gboolean
read_one (GObject *config, GParamSpec *spec, const char *text)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  if (!text_to_value (text, &value) || g_param_value_validate (spec, &value))
    return FALSE;
  g_object_set_property (config, spec->name, &value);
  return TRUE;
}

static void
refuse (const char *name, const char *text, GError **error)
{
  glong            length = MIN (g_utf8_strlen (text, -1), SHOWN_CHARS);
  g_autofree char *shown = g_utf8_substring (text, 0, length);

  for (char *c = shown; *c; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT, _ ("'%s' can't be '%s'."),
               name, shown);
}

/**
 * upscale_settings_read:
 * @config: a procedure's arguments, changed
 * @keys: what upscale_settings_write() made, perhaps in another version, or what somebody
 * else wants us to take for it
 * @kind: the arguments to read; whatever else is in @keys has no effect
 * @error: return location for an error
 *
 * Sets the arguments that are there and have a value that a caller of the procedure could
 * give, too. All others are left alone.
 *
 * Returns: %TRUE, or %FALSE with %UPSCALE_ERROR_ARGUMENT, which names the first argument
 * whose value is impossible
 */
gboolean
upscale_settings_read (GObject                   *config,
                       GKeyFile                  *keys,
                       const UpscaleSettingsKind *kind,
                       GError                   **error)
{
  gboolean is_sound = TRUE;

  for (const char *const *name = kind->names; *name; name++)
    {
      GParamSpec *spec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (config), *name);
      g_autofree char *text =
          clean (kind, *name, g_key_file_get_string (keys, kind->group, *name, NULL));

      g_return_val_if_fail (spec != NULL, FALSE);
      if (!text || read_one (config, spec, text))
        continue;
      if (is_sound)
        refuse (*name, text, error);
      is_sound = FALSE;
    }
  return is_sound;
}
