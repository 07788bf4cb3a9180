/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-settings.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <math.h>

#include "upscale-error.h"
#include "upscale-gen-params.h"

/* The image is a document that people hand on, so its recipes hold only arguments that
 * change the picture. Endpoints, files and the dispatch concern the author alone, and
 * would send or spend what belongs to the reader. */
const UpscaleSettingsKind upscale_settings_recipe = {
  .group = "Recipe",
  .flags = UPSCALE_ARGUMENT_IN_RECIPE,
  .is_document = TRUE,
};

/* An error shows this much of a value, since a document can hold a text of any length. */
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

/* Users may give the path of their own file for a model or a LoRA, and no document may
 * hold a path. Takes @text. */
static char *
remove_paths (const UpscaleSettingsKind *kind,
              const UpscaleArgument     *argument,
              char                      *text)
{
  g_autofree char *given = text;

  if (given && kind->is_document && argument->type == UPSCALE_ARGUMENT_MODEL)
    return upscale_gen_params_dup_bare_name (given);
  if (given && kind->is_document && argument->type == UPSCALE_ARGUMENT_LORAS)
    return dup_bare_loras (given);
  return g_steal_pointer (&given);
}

/* Returns the next argument with a value that a text can hold by itself. */
static const UpscaleArgument *
get_next (const UpscaleArgument *argument, const UpscaleSettingsKind *kind)
{
  do
    argument = upscale_argument_table_next (argument, kind->flags);
  while (argument && argument->type == UPSCALE_ARGUMENT_DRAWABLE);
  return argument;
}

static GParamSpec *
find_spec (GObject *config, const UpscaleArgument *argument)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument->name);
}

/* Numbers are written as in the C locale, so that users of other languages can read the
 * file. */
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
 * @config: an object with the arguments of the table as properties
 * @keys: the key file to change
 * @kind: the arguments to write
 *
 * Writes arguments as text, for presets, recipes and the user's last values. Drawables
 * are left out.
 */
void
upscale_settings_write (GObject *config, GKeyFile *keys, const UpscaleSettingsKind *kind)
{
  const UpscaleArgument *argument = NULL;

  g_return_if_fail (G_IS_OBJECT (config));
  g_return_if_fail (keys != NULL);
  g_return_if_fail (kind != NULL);

  while ((argument = get_next (argument, kind)))
    {
      const GParamSpec *spec = find_spec (config, argument);
      g_autofree char  *text = NULL;

      g_return_if_fail (spec != NULL);
      text = remove_paths (kind, argument, value_to_text (config, spec));
      g_key_file_set_string (keys, kind->group, argument->name, text ? text : "");
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

/* A value out of range is refused, as in a call of the procedure. */
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
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
               _ ("%s: '%s' is not a possible value. Correct or remove it."), name,
               shown);
}

/**
 * upscale_settings_read:
 * @config: an object with the arguments of the table as properties, changed
 * @keys: a key file as upscale_settings_write() makes it. Another version of the plug-in
 * may have written the file, or somebody who wants to do harm.
 * @kind: the arguments to read; all others in @keys are ignored
 * @error: return location for an error
 *
 * Sets the arguments that @keys holds a possible value of, and leaves all others as they
 * are. A value is possible if a caller of the procedure could give it.
 *
 * Returns: %TRUE if all values are possible, or %FALSE with %UPSCALE_ERROR_ARGUMENT,
 * which names the first argument with an impossible one
 */
gboolean
upscale_settings_read (GObject                   *config,
                       GKeyFile                  *keys,
                       const UpscaleSettingsKind *kind,
                       GError                   **error)
{
  const UpscaleArgument *argument = NULL;
  gboolean               is_sound = TRUE;

  g_return_val_if_fail (G_IS_OBJECT (config), FALSE);
  g_return_val_if_fail (keys != NULL, FALSE);
  g_return_val_if_fail (kind != NULL, FALSE);

  while ((argument = get_next (argument, kind)))
    {
      GParamSpec      *spec = find_spec (config, argument);
      g_autofree char *text =
          remove_paths (kind, argument,
                        g_key_file_get_string (keys, kind->group, argument->name, NULL));

      g_return_val_if_fail (spec != NULL, FALSE);
      if (!text || read_one (config, spec, text))
        continue;
      if (is_sound)
        refuse (argument->name, text, error);
      is_sound = FALSE;
    }
  return is_sound;
}
