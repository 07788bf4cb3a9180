/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stands in for the procedure's arguments, which only GIMP can make: the same names,
 * types and ranges, as far as files name them. */
#include "stand-in-config.h"

#include <gio/gio.h>

#include "upscale-limits.h"

#define STAND_IN_TYPE_CONFIG (stand_in_config_get_type ())
G_DECLARE_FINAL_TYPE (StandInConfig, stand_in_config, STAND_IN, CONFIG, GObject)

#define N_VALUES 23

struct _StandInConfig
{
  GObject parent_instance;
  GValue  values[N_VALUES];
};

G_DEFINE_FINAL_TYPE (StandInConfig, stand_in_config, G_TYPE_OBJECT)

static void
stand_in_config_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_value_copy (&STAND_IN_CONFIG (object)->values[id - 1], value);
}

static void
stand_in_config_set_property (GObject      *object,
                              guint         id,
                              const GValue *value,
                              GParamSpec   *spec)
{
  g_value_copy (value, &STAND_IN_CONFIG (object)->values[id - 1]);
}

static void
stand_in_config_finalize (GObject *object)
{
  for (int i = 0; i < N_VALUES; i++)
    g_value_unset (&STAND_IN_CONFIG (object)->values[i]);
  G_OBJECT_CLASS (stand_in_config_parent_class)->finalize (object);
}

static GParamSpec *
text (const char *name)
{
  return g_param_spec_string (name, NULL, NULL, "", G_PARAM_READWRITE);
}

static GParamSpec *
real (const char *name, double least, double most)
{
  return g_param_spec_double (name, NULL, NULL, least, most, least, G_PARAM_READWRITE);
}

static GParamSpec *
whole (const char *name, int least, int most)
{
  return g_param_spec_int (name, NULL, NULL, least, most, least, G_PARAM_READWRITE);
}

static GParamSpec *
truth (const char *name)
{
  return g_param_spec_boolean (name, NULL, NULL, FALSE, G_PARAM_READWRITE);
}

static void
stand_in_config_class_init (StandInConfigClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamSpec   *specs[N_VALUES] = {
    text ("prompt"),
    text ("negative-prompt"),
    text ("model"),
    text ("loras"),
    text ("endpoints"),
    real ("scale", 1.0, UPSCALE_MAX_SCALE),
    real ("strength", 0.0, 1.0),
    real ("cfg-scale", 0.0, 30.0),
    real ("conditioning-scale", 0.0, 2.0),
    real ("ip-adapter-scale", 0.0, 2.0),
    real ("color-correction", 0.0, 1.0),
    whole ("steps", 1, 150),
    whole ("seed", 0, G_MAXINT),
    whole ("tile-size", 64, 4096),
    whole ("overlap", 0, 2048),
    whole ("generation-size", 0, 4096),
    whole ("batch-size", 0, 1000),
    whole ("sequential-below", 0, 100000),
    whole ("batch-timeout", 1, 86400),
    whole ("retries", 0, UPSCALE_MAX_RETRIES),
    truth ("controlnet-enabled"),
    truth ("resize-canvas"),
    g_param_spec_object ("ip-adapter-image", NULL, NULL, G_TYPE_FILE, G_PARAM_READWRITE),
  };

  object_class->get_property = stand_in_config_get_property;
  object_class->set_property = stand_in_config_set_property;
  object_class->finalize = stand_in_config_finalize;
  for (guint i = 0; i < N_VALUES; i++)
    g_object_class_install_property (object_class, i + 1, specs[i]);
}

static void
stand_in_config_init (StandInConfig *self)
{
  guint                   n;
  g_autofree GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (self), &n);

  for (guint i = 0; i < n; i++)
    {
      GValue *value = &self->values[specs[i]->param_id - 1];

      g_value_init (value, specs[i]->value_type);
      g_param_value_set_default (specs[i], value);
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
