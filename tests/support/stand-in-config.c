/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An object with the arguments of the table as properties, as GIMP makes it for the
 * procedure. */
#include "stand-in-config.h"

#include <gio/gio.h>

#include "upscale-argument-table.h"

#define STAND_IN_TYPE_CONFIG (stand_in_config_get_type ())
G_DECLARE_FINAL_TYPE (StandInConfig, stand_in_config, STAND_IN, CONFIG, GObject)

struct _StandInConfig
{
  GObject parent_instance;
  GArray *values;
};

G_DEFINE_FINAL_TYPE (StandInConfig, stand_in_config, G_TYPE_OBJECT)

static GValue *
get_value (GObject *object, guint id)
{
  return &g_array_index (STAND_IN_CONFIG (object)->values, GValue, id - 1);
}

static void
stand_in_config_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_value_copy (get_value (object, id), value);
}

static void
stand_in_config_set_property (GObject      *object,
                              guint         id,
                              const GValue *value,
                              GParamSpec   *spec)
{
  g_value_copy (value, get_value (object, id));
}

static void
stand_in_config_finalize (GObject *object)
{
  g_array_unref (STAND_IN_CONFIG (object)->values);
  G_OBJECT_CLASS (stand_in_config_parent_class)->finalize (object);
}

static GParamSpec *
make_spec (const UpscaleArgument *argument)
{
  switch (argument->type)
    {
    case UPSCALE_ARGUMENT_SWITCH:
      return g_param_spec_boolean (argument->name, NULL, NULL, argument->value != 0.0,
                                   G_PARAM_READWRITE);
    case UPSCALE_ARGUMENT_INTEGER:
      return g_param_spec_int (argument->name, NULL, NULL, (int) argument->least,
                               (int) argument->most, (int) argument->value,
                               G_PARAM_READWRITE);
    case UPSCALE_ARGUMENT_NUMBER:
      return g_param_spec_double (argument->name, NULL, NULL, argument->least,
                                  argument->most, argument->value, G_PARAM_READWRITE);
    case UPSCALE_ARGUMENT_PICTURE:
      return g_param_spec_object (argument->name, NULL, NULL, G_TYPE_FILE,
                                  G_PARAM_READWRITE);
    case UPSCALE_ARGUMENT_DRAWABLE:
      return g_param_spec_object (argument->name, NULL, NULL, G_TYPE_OBJECT,
                                  G_PARAM_READWRITE);
    default:
      return g_param_spec_string (argument->name, NULL, NULL, argument->text,
                                  G_PARAM_READWRITE);
    }
}

static void
stand_in_config_class_init (StandInConfigClass *klass)
{
  GObjectClass          *object_class = G_OBJECT_CLASS (klass);
  const UpscaleArgument *argument = NULL;
  guint                  id = 0;

  object_class->get_property = stand_in_config_get_property;
  object_class->set_property = stand_in_config_set_property;
  object_class->finalize = stand_in_config_finalize;
  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    g_object_class_install_property (object_class, ++id, make_spec (argument));
}

static void
stand_in_config_init (StandInConfig *self)
{
  const UpscaleArgument *argument = NULL;

  self->values = g_array_new (FALSE, TRUE, sizeof (GValue));
  g_array_set_clear_func (self->values, (GDestroyNotify) g_value_unset);
  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    {
      GParamSpec *spec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (self), argument->name);
      GValue value = G_VALUE_INIT;

      g_value_init (&value, spec->value_type);
      g_param_value_set_default (spec, &value);
      g_array_append_val (self->values, value);
    }
}

/**
 * stand_in_config_new:
 *
 * Returns: (transfer full): arguments, each at its default
 */
GObject *
stand_in_config_new (void)
{
  return g_object_new (STAND_IN_TYPE_CONFIG, NULL);
}
