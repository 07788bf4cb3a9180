/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-settings.h"

#include <gio/gio.h>

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
 * @keys: where to
 * @group: which group of it
 * @names: (array zero-terminated=1): which arguments
 *
 * Writes arguments as text: for presets, and for a layer's recipe.
 */
void
upscale_settings_write (GObject           *config,
                        GKeyFile          *keys,
                        const char        *group,
                        const char *const *names)
{
  for (; *names; names++)
    {
      const GParamSpec *spec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (config), *names);
      g_autofree char *text = value_to_text (config, spec);

      g_key_file_set_string (keys, group, *names, text ? text : "");
    }
}

static gboolean
text_to_value (const char *text, GValue *value)
{
  char *end = NULL;

  if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, text);
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_value_set_boolean (value, g_str_equal (text, "true"));
  else if (G_VALUE_HOLDS_INT (value))
    g_value_set_int (value, (int) CLAMP (g_ascii_strtoll (text, &end, 10), 0, G_MAXINT));
  else if (G_VALUE_HOLDS_DOUBLE (value))
    g_value_set_double (value, g_ascii_strtod (text, &end));
  else if (G_VALUE_HOLDS (value, G_TYPE_FILE))
    g_value_take_object (value, *text != '\0' ? g_file_new_for_uri (text) : NULL);
  else
    return FALSE;
  return !end || (end != text && *end == '\0');
}

static void
read_one (GObject *config, GParamSpec *spec, const char *text)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, spec->value_type);
  if (!text_to_value (text, &value))
    return;
  /* Brings a number into the argument's range. */
  g_param_value_validate (spec, &value);
  g_object_set_property (config, spec->name, &value);
}

/**
 * upscale_settings_read:
 * @config: a procedure's arguments, changed
 * @keys: what upscale_settings_write() made, perhaps in another version
 * @group: which group of it
 *
 * Sets the arguments that are there; what can't be read is left alone.
 */
void
upscale_settings_read (GObject *config, GKeyFile *keys, const char *group)
{
  g_auto (GStrv) names = g_key_file_get_keys (keys, group, NULL, NULL);

  for (char **name = names; name && *name; name++)
    {
      GParamSpec *spec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (config), *name);
      g_autofree char *text = g_key_file_get_string (keys, group, *name, NULL);

      if (spec && text)
        read_one (config, spec, text);
    }
}
