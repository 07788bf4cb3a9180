/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleArgumentType:
 * @UPSCALE_ARGUMENT_SWITCH: %TRUE or %FALSE
 * @UPSCALE_ARGUMENT_INTEGER: a whole number
 * @UPSCALE_ARGUMENT_NUMBER: a number with decimals
 * @UPSCALE_ARGUMENT_LINE: a text of one line
 * @UPSCALE_ARGUMENT_PARAGRAPH: a text of several lines
 * @UPSCALE_ARGUMENT_MODEL: the name of a model, or the path of the user's own
 * @UPSCALE_ARGUMENT_NAME: a name from a list that servers have, other than a model's
 * @UPSCALE_ARGUMENT_LORAS: a list of `name:weight`
 * @UPSCALE_ARGUMENT_PICTURE: a picture file
 * @UPSCALE_ARGUMENT_DRAWABLE: a channel, layer or layer mask of the image. Documents hold
 * its name, which plugin/gimp writes and reads
 *
 * Type of an argument's value. It decides on the argument's control in the dialog, too.
 */
typedef enum
{
  UPSCALE_ARGUMENT_SWITCH,
  UPSCALE_ARGUMENT_INTEGER,
  UPSCALE_ARGUMENT_NUMBER,
  UPSCALE_ARGUMENT_LINE,
  UPSCALE_ARGUMENT_PARAGRAPH,
  UPSCALE_ARGUMENT_MODEL,
  UPSCALE_ARGUMENT_NAME,
  UPSCALE_ARGUMENT_LORAS,
  UPSCALE_ARGUMENT_PICTURE,
  UPSCALE_ARGUMENT_DRAWABLE,
} UpscaleArgumentType;

/**
 * UpscaleArgumentSection:
 * @UPSCALE_ARGUMENT_SECTION_REPAINT: the meaning of the selection
 * @UPSCALE_ARGUMENT_SECTION_PAINTER: the choice of the endpoints
 * @UPSCALE_ARGUMENT_SECTION_SIZE: scale and strength
 * @UPSCALE_ARGUMENT_SECTION_PICTURE: the prompts
 * @UPSCALE_ARGUMENT_SECTION_WHERE: parts of the picture that are painted otherwise
 * @UPSCALE_ARGUMENT_SECTION_MODEL: the choice of the model
 * @UPSCALE_ARGUMENT_SECTION_SAMPLING: all that the model is given besides the prompts
 * @UPSCALE_ARGUMENT_SECTION_TILES: geometry and composition of tiles
 * @UPSCALE_ARGUMENT_SECTION_DISPATCH: batches, time limits and retries
 *
 * Part of a page of the dialog. Its rows have the order of the table.
 */
typedef enum
{
  UPSCALE_ARGUMENT_SECTION_REPAINT,
  UPSCALE_ARGUMENT_SECTION_PAINTER,
  UPSCALE_ARGUMENT_SECTION_SIZE,
  UPSCALE_ARGUMENT_SECTION_PICTURE,
  UPSCALE_ARGUMENT_SECTION_WHERE,
  UPSCALE_ARGUMENT_SECTION_MODEL,
  UPSCALE_ARGUMENT_SECTION_SAMPLING,
  UPSCALE_ARGUMENT_SECTION_TILES,
  UPSCALE_ARGUMENT_SECTION_DISPATCH,
} UpscaleArgumentSection;

/**
 * UpscaleArgumentFlags:
 * @UPSCALE_ARGUMENT_ANY: no restriction
 * @UPSCALE_ARGUMENT_IN_PRESET: presets hold the argument
 * @UPSCALE_ARGUMENT_IN_RECIPE: the recipe of a layer holds the argument
 * @UPSCALE_ARGUMENT_FIXED_BY_LAYER: repainting takes the value from the layer's recipe
 * @UPSCALE_ARGUMENT_FOR_SERVICES: the endpoint of this computer ignores the argument
 * @UPSCALE_ARGUMENT_OF_PICTURE: the value belongs to one picture, and is not offered for
 * the next one
 *
 * Presets and recipes are documents that people hand on. An argument without a flag is
 * never written to a document, and never read from one.
 */
typedef enum
{
  UPSCALE_ARGUMENT_ANY = 0,
  UPSCALE_ARGUMENT_IN_PRESET = 1 << 0,
  UPSCALE_ARGUMENT_IN_RECIPE = 1 << 1,
  UPSCALE_ARGUMENT_FIXED_BY_LAYER = 1 << 2,
  UPSCALE_ARGUMENT_FOR_SERVICES = 1 << 3,
  UPSCALE_ARGUMENT_OF_PICTURE = 1 << 4,
} UpscaleArgumentFlags;

/**
 * UpscaleArgument:
 * @name: name in the procedure, in presets and in recipes
 * @type: type of the value
 * @label: label in the dialog, with a mnemonic; not translated yet
 * @blurb: description in a sentence; not translated yet
 * @text: default of a text
 * @value: default of a number or a switch
 * @least: smallest number
 * @most: largest number
 * @step: difference that one click makes
 * @multiple_of: number that divides every possible value, 0 if there is none
 * @digits: decimals in the dialog
 * @zero: (nullable): meaning of 0, shown instead of it; not translated yet
 * @needs: (nullable): name of the switch or picture without which the argument has no
 * effect
 * @section: place in the dialog
 * @flags: documents that hold the argument, and other properties
 *
 * An argument of the procedure.
 */
typedef struct
{
  const char            *name;
  UpscaleArgumentType    type;
  const char            *label;
  const char            *blurb;
  const char            *text;
  double                 value;
  double                 least;
  double                 most;
  double                 step;
  int                    multiple_of;
  int                    digits;
  const char            *zero;
  const char            *needs;
  UpscaleArgumentSection section;
  UpscaleArgumentFlags   flags;
} UpscaleArgument;

const UpscaleArgument *upscale_argument_table_next (const UpscaleArgument *previous,
                                                    UpscaleArgumentFlags   flags);
const UpscaleArgument *upscale_argument_table_find (const char *name);

G_END_DECLS
