/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-model-defaults.h"

#include <math.h>

#include "upscale-fields.h"
#include "upscale-model-family.h"

/**
 * upscale_model_defaults_new:
 * @model: name of a model
 *
 * Returns: (transfer full): defaults of which nothing is known
 */
UpscaleModelDefaults *
upscale_model_defaults_new (const char *model)
{
  UpscaleModelDefaults *defaults;

  g_return_val_if_fail (model != NULL, NULL);

  defaults = g_new (UpscaleModelDefaults, 1);
  defaults->model = g_strdup (model);
  for (int i = 0; i < UPSCALE_N_MODEL_VALUES; i++)
    defaults->values[i] = UPSCALE_MODEL_UNKNOWN;
  return defaults;
}

/**
 * upscale_model_defaults_free:
 * @defaults: (transfer full): defaults
 */
void
upscale_model_defaults_free (UpscaleModelDefaults *defaults)
{
  g_return_if_fail (defaults != NULL);

  g_free (defaults->model);
  g_free (defaults);
}

/**
 * upscale_model_defaults_dup_line:
 * @defaults: defaults
 *
 * Returns: (transfer full): a line for upscale_model_defaults_new_from_line()
 */
char *
upscale_model_defaults_dup_line (const UpscaleModelDefaults *defaults)
{
  char        numbers[UPSCALE_N_MODEL_VALUES][G_ASCII_DTOSTR_BUF_SIZE];
  const char *fields[UPSCALE_N_MODEL_VALUES + 2] = { NULL };

  g_return_val_if_fail (defaults != NULL, NULL);

  fields[0] = defaults->model;
  for (int i = 0; i < UPSCALE_N_MODEL_VALUES; i++)
    fields[i + 1] =
        defaults->values[i] < 0.0
            ? ""
            : g_ascii_dtostr (numbers[i], sizeof (numbers[i]), defaults->values[i]);
  return upscale_fields_join (fields);
}

static double
read_number (const char *text)
{
  char  *end = NULL;
  double number = g_ascii_strtod (text, &end);

  return end != text && *end == '\0' && isfinite (number) && number >= 0.0
             ? number
             : UPSCALE_MODEL_UNKNOWN;
}

/**
 * upscale_model_defaults_new_from_line:
 * @line: a line of upscale_model_defaults_dup_line(), or any text
 *
 * Returns: (transfer full): the defaults; what can't be read counts as unknown
 */
UpscaleModelDefaults *
upscale_model_defaults_new_from_line (const char *line)
{
  UpscaleModelDefaults *defaults;
  g_auto (GStrv) fields = NULL;

  g_return_val_if_fail (line != NULL, NULL);

  fields = upscale_fields_split (line, UPSCALE_N_MODEL_VALUES + 1);
  defaults = upscale_model_defaults_new (fields[0]);
  for (int i = 0; i < UPSCALE_N_MODEL_VALUES; i++)
    defaults->values[i] = read_number (fields[i + 1]);
  return defaults;
}

/* Without a name the server chooses, which is certain only where it has one model. */
static const UpscaleModelDefaults *
find (GPtrArray *list, const char *model)
{
  if (*model == '\0')
    return list->len == 1 ? list->pdata[0] : NULL;
  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (((const UpscaleModelDefaults *) list->pdata[i])->model, model))
      return list->pdata[i];
  return NULL;
}

/**
 * upscale_model_defaults_look_up:
 * @lists: (element-type GPtrArray): for each server that paints, the defaults of its
 * models
 * @model: name of the chosen model, "" for the server's own choice
 * @which: a value
 *
 * All tiles of a picture get the same value, so servers that contradict each other tell
 * nothing.
 *
 * Returns: the value that suits the model, or %UPSCALE_MODEL_UNKNOWN
 */
double
upscale_model_defaults_look_up (GPtrArray        *lists,
                                const char       *model,
                                UpscaleModelValue which)
{
  double told = UPSCALE_MODEL_UNKNOWN;

  g_return_val_if_fail (lists != NULL, UPSCALE_MODEL_UNKNOWN);
  g_return_val_if_fail (model != NULL, UPSCALE_MODEL_UNKNOWN);

  for (guint i = 0; i < lists->len; i++)
    {
      const UpscaleModelDefaults *defaults = find (lists->pdata[i], model);

      if (!defaults || defaults->values[which] < 0.0)
        continue;
      if (told >= 0.0 && told != defaults->values[which])
        return UPSCALE_MODEL_UNKNOWN;
      told = defaults->values[which];
    }
  return told;
}

/**
 * upscale_model_defaults_guess:
 * @model: name of the chosen model, "" for the server's own choice
 * @which: a value
 *
 * Returns: the value that suits the family in the model's name, or %UPSCALE_MODEL_UNKNOWN
 */
double
upscale_model_defaults_guess (const char *model, UpscaleModelValue which)
{
  UpscaleModelAdvice advice = upscale_model_family_advise (model);
  const double       values[UPSCALE_N_MODEL_VALUES] = {
    [UPSCALE_MODEL_STEPS] = advice.steps,
    [UPSCALE_MODEL_CFG_SCALE] = advice.cfg_scale,
    [UPSCALE_MODEL_NATIVE_PX] = advice.native_px,
  };

  g_return_val_if_fail (model != NULL, UPSCALE_MODEL_UNKNOWN);
  g_return_val_if_fail (which < UPSCALE_N_MODEL_VALUES, UPSCALE_MODEL_UNKNOWN);

  return values[which] > 0.0 ? values[which] : UPSCALE_MODEL_UNKNOWN;
}

static gboolean
is_possible (double value, UpscaleModelRange range)
{
  return value >= range.least && value <= range.most &&
         (range.multiple_of == 0 || fmod (value, range.multiple_of) == 0.0);
}

/**
 * upscale_model_defaults_are_followed:
 * @what: an argument
 *
 * Returns: %TRUE if the argument has the recommended value, and may get another one with
 * another model
 */
gboolean
upscale_model_defaults_are_followed (UpscaleModelCase what)
{
  return !what.is_kept && what.now == what.told && is_possible (what.told, what.range);
}

/**
 * upscale_model_defaults_choose:
 * @what: an argument
 *
 * Chooses the recommended value if it is possible. A value that was set for another model
 * returns to the default of the argument; otherwise the value stays while nothing is
 * known, as the server may not have been asked yet.
 *
 * Returns: the value that the argument gets
 */
double
upscale_model_defaults_choose (UpscaleModelCase what)
{
  if (what.is_kept)
    return what.now;
  if (is_possible (what.told, what.range))
    return what.told;
  return what.is_same_choice ? what.now : what.usual;
}
