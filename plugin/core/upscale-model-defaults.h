/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleModelValue:
 * @UPSCALE_MODEL_STEPS: sampling steps
 * @UPSCALE_MODEL_CFG_SCALE: weight of the prompts
 * @UPSCALE_MODEL_NATIVE_PX: side at which the model was trained, px
 *
 * Values that servers recommend for a model.
 */
typedef enum
{
  UPSCALE_MODEL_STEPS,
  UPSCALE_MODEL_CFG_SCALE,
  UPSCALE_MODEL_NATIVE_PX,
} UpscaleModelValue;

#define UPSCALE_N_MODEL_VALUES 3

/** Value of what a server does not tell. */
#define UPSCALE_MODEL_UNKNOWN (-1.0)

/**
 * UpscaleModelDefaults:
 * @model: name of the model
 * @values: what the server recommends, by #UpscaleModelValue, or %UPSCALE_MODEL_UNKNOWN
 *
 * The values that a server recommends for one of its models.
 */
typedef struct
{
  char  *model;
  double values[UPSCALE_N_MODEL_VALUES];
} UpscaleModelDefaults;

/**
 * UpscaleModelRange:
 * @least: smallest possible value
 * @most: largest possible value
 * @multiple_of: number that divides every possible value, 0 if there is none
 *
 * The possible values of an argument.
 */
typedef struct
{
  double least;
  double most;
  int    multiple_of;
} UpscaleModelRange;

/**
 * UpscaleModelCase:
 * @now: the value of the argument
 * @told: the recommended value, or %UPSCALE_MODEL_UNKNOWN
 * @usual: the default of the argument
 * @range: the possible values of the argument
 * @is_kept: the value is the user's, or must not change for another reason
 * @is_same_choice: model and servers are those that @now was set for
 *
 * An argument that may follow the model.
 */
typedef struct
{
  double            now;
  double            told;
  double            usual;
  UpscaleModelRange range;
  gboolean          is_kept;
  gboolean          is_same_choice;
} UpscaleModelCase;

UpscaleModelDefaults *upscale_model_defaults_new (const char *model);
UpscaleModelDefaults *upscale_model_defaults_new_from_line (const char *line);
char *upscale_model_defaults_dup_line (const UpscaleModelDefaults *defaults);
void  upscale_model_defaults_free (UpscaleModelDefaults *defaults);

double   upscale_model_defaults_look_up (GPtrArray        *lists,
                                         const char       *model,
                                         UpscaleModelValue which);
double   upscale_model_defaults_guess (const char *model, UpscaleModelValue which);
gboolean upscale_model_defaults_are_followed (UpscaleModelCase what);
double   upscale_model_defaults_choose (UpscaleModelCase what);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleModelDefaults, upscale_model_defaults_free)

G_END_DECLS
