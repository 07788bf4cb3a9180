/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The procedure, the dialog, presets, recipes and docs/arguments.md follow from this
 * table. A new argument takes a row here, a field in UpscaleArguments or
 * UpscaleGenParams, and a line in upscale-arguments.c that reads the field.
 *
 * The order is the order of the procedure's arguments. */
#include "upscale-argument-table.h"

#include <glib/gi18n.h>

#include "upscale-limits.h"
#include "upscale-tile-settings.h"

/* Models paint sides that are multiples of this. */
#define SIDE_MULTIPLE_PX 64

#define IN_DOCUMENTS (UPSCALE_ARGUMENT_IN_PRESET | UPSCALE_ARGUMENT_IN_RECIPE)

static const UpscaleArgument arguments[] = {
  {
      .name = "prompt",
      .type = UPSCALE_ARGUMENT_PARAGRAPH,
      .label = N_ ("Pro_mpt"),
      .blurb = N_ ("Description of the whole picture, in English, which most models know "
                   "best. Every tile gets it, so name materials and sharpness, not "
                   "objects"),
      .text = "highly detailed, sharp focus",
      .section = UPSCALE_ARGUMENT_SECTION_PICTURE,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "negative-prompt",
      .type = UPSCALE_ARGUMENT_PARAGRAPH,
      .label = N_ ("_Negative prompt"),
      .blurb = N_ ("Things that the picture must not show, in English as the prompt"),
      .text = "blurry, jpeg artifacts, watermark, text",
      .section = UPSCALE_ARGUMENT_SECTION_PICTURE,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "scale",
      .type = UPSCALE_ARGUMENT_NUMBER,
      .label = N_ ("Sc_ale"),
      .blurb = N_ ("Factor by which each side grows"),
      .value = 2.0,
      .least = 1.0,
      .most = UPSCALE_MAX_SCALE,
      .step = 0.5,
      .digits = 2,
      .section = UPSCALE_ARGUMENT_SECTION_SIZE,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_FIXED_BY_LAYER,
  },
  {
      .name = "strength",
      .type = UPSCALE_ARGUMENT_NUMBER,
      .label = N_ ("Stren_gth"),
      .blurb = N_ ("Degree of repainting: 0.2 restores, 0.3 adds detail, more than 0.5 "
                   "adds new objects"),
      .value = 0.3,
      .least = 0.0,
      .most = 1.0,
      .step = 0.05,
      .digits = 2,
      .section = UPSCALE_ARGUMENT_SECTION_SIZE,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "steps",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("S_teps"),
      .blurb = N_ ("Sampling steps: more is slower and finer"),
      .value = 30,
      .least = 1,
      .most = 150,
      .step = 1,
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "cfg-scale",
      .type = UPSCALE_ARGUMENT_NUMBER,
      .label = N_ ("C_FG scale"),
      .blurb = N_ ("Weight of the prompts: a high value follows them closely"),
      .value = 6.0,
      .least = 0.0,
      .most = 30.0,
      .step = 0.5,
      .digits = 1,
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "seed",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("See_d"),
      .blurb = N_ ("Start value of the random numbers. Each tile derives its own seed "
                   "from it; the same seed repeats a picture on servers that support "
                   "this"),
      .value = 0,
      .least = 0,
      .most = G_MAXINT,
      .step = 1,
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "tile-size",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("T_ile size (px)"),
      .blurb = N_ ("Side of a tile of the result, in pixels, a multiple of 64: 1024 "
                   "suits SDXL"),
      .value = 1024,
      .least = 64,
      .most = 4096,
      .step = SIDE_MULTIPLE_PX,
      .multiple_of = SIDE_MULTIPLE_PX,
      .section = UPSCALE_ARGUMENT_SECTION_TILES,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_FIXED_BY_LAYER,
  },
  {
      .name = "overlap",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("O_verlap (px)"),
      .blurb = N_ ("Width of the overlap of neighboring tiles, in pixels, at most half "
                   "a tile"),
      .value = 128,
      .least = 0,
      .most = 2048,
      .step = 16,
      .section = UPSCALE_ARGUMENT_SECTION_TILES,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_FIXED_BY_LAYER,
  },
  {
      .name = "generation-size",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("Generation si_ze (px)"),
      .blurb = N_ ("Side at which the model paints, in pixels, a multiple of 64; 0: the "
                   "tile's own"),
      .value = 0,
      .least = 0,
      .most = 4096,
      .step = SIDE_MULTIPLE_PX,
      .multiple_of = SIDE_MULTIPLE_PX,
      .zero = N_ ("as the tile"),
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "batch-size",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("_Batch size"),
      .blurb = N_ ("Tiles sent in one request; 0: automatic, from the measured speed"),
      .value = 0,
      .least = 0,
      .most = 1000,
      .step = 1,
      .zero = N_ ("automatic"),
      .section = UPSCALE_ARGUMENT_SECTION_DISPATCH,
  },
  {
      .name = "sequential-below",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("Se_quential below"),
      .blurb = N_ ("Number of tiles below which an autoscaling service gets one batch "
                   "at a time"),
      .value = 30,
      .least = 0,
      .most = 100000,
      .step = 1,
      .section = UPSCALE_ARGUMENT_SECTION_DISPATCH,
      .flags = UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "batch-timeout",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("Batc_h timeout (s)"),
      .blurb = N_ ("Seconds one batch may take"),
      .value = 2400,
      .least = 1,
      .most = 86400,
      .step = 60,
      .section = UPSCALE_ARGUMENT_SECTION_DISPATCH,
  },
  {
      .name = "retries",
      .type = UPSCALE_ARGUMENT_INTEGER,
      .label = N_ ("Retri_es"),
      .blurb = N_ ("Number of further tries for a tile that failed"),
      .value = 3,
      .least = 0,
      .most = UPSCALE_MAX_RETRIES,
      .step = 1,
      .section = UPSCALE_ARGUMENT_SECTION_DISPATCH,
  },
  {
      .name = "endpoints",
      .type = UPSCALE_ARGUMENT_LINE,
      .label = N_ ("En_dpoints"),
      .blurb = N_ ("Names or addresses of the services that paint, with spaces between; "
                   "empty: the endpoints that are on in your list, or the local one"),
      .text = "",
      .section = UPSCALE_ARGUMENT_SECTION_PAINTER,
  },
  {
      .name = "controlnet-enabled",
      .type = UPSCALE_ARGUMENT_SWITCH,
      .label = N_ ("_Keep to the picture (tile ControlNet)"),
      .blurb = N_ ("Keep the result close to the picture; leave this on"),
      .value = TRUE,
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "conditioning-scale",
      .type = UPSCALE_ARGUMENT_NUMBER,
      .label = N_ ("Co_ntrolNet weight"),
      .blurb = N_ ("Strength of the ControlNet"),
      .value = 0.6,
      .least = 0.0,
      .most = 2.0,
      .step = 0.05,
      .digits = 2,
      .needs = "controlnet-enabled",
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "ip-adapter-image",
      .type = UPSCALE_ARGUMENT_PICTURE,
      .label = N_ ("IP-Adapter e_xample"),
      .blurb = N_ ("Picture whose look the model imitates; none: IP-Adapter is off"),
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "ip-adapter-scale",
      .type = UPSCALE_ARGUMENT_NUMBER,
      .label = N_ ("IP-Adapter st_yle weight"),
      .blurb = N_ ("Strength of the example picture's look"),
      .value = 0.6,
      .least = 0.0,
      .most = 2.0,
      .step = 0.05,
      .digits = 2,
      .needs = "ip-adapter-image",
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "loras",
      .type = UPSCALE_ARGUMENT_LORAS,
      .label = N_ ("LoRAs"),
      .blurb = N_ ("LoRAs as name:weight with commas between, for example detail:0.5"),
      .text = "",
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "model",
      .type = UPSCALE_ARGUMENT_MODEL,
      .label = N_ ("_Model"),
      .blurb = N_ ("Model to paint with; empty: the service's own. On this computer: "
                   "fast, fine (better and slower), resample, or your own ONNX file"),
      .text = "",
      .section = UPSCALE_ARGUMENT_SECTION_MODEL,
      .flags = IN_DOCUMENTS,
  },
  {
      .name = "color-correction",
      .type = UPSCALE_ARGUMENT_NUMBER,
      .label = N_ ("Co_lor correction"),
      .blurb = N_ ("Share of the color shift of large areas that is removed: 0 none, 1 "
                   "all"),
      .value = 1.0,
      .least = 0.0,
      .most = 1.0,
      .step = 0.1,
      .digits = 2,
      .section = UPSCALE_ARGUMENT_SECTION_TILES,
      .flags = IN_DOCUMENTS,
  },
  {
      .name = "resize-canvas",
      .type = UPSCALE_ARGUMENT_SWITCH,
      .label = N_ ("_Grow the canvas"),
      .blurb = N_ ("Enlarge the canvas where the new layer does not fit"),
      .value = TRUE,
      .section = UPSCALE_ARGUMENT_SECTION_TILES,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE,
  },
  {
      .name = "repaint-selection",
      .type = UPSCALE_ARGUMENT_SWITCH,
      .label = N_ ("Repaint _only the tiles under the selection"),
      .blurb = N_ ("Repaint only the selected tiles of an earlier result, from the "
                   "result's source, with the result's scale and tile size"),
      .value = FALSE,
      .section = UPSCALE_ARGUMENT_SECTION_REPAINT,
  },
  {
      .name = "ignore-selection",
      .type = UPSCALE_ARGUMENT_SWITCH,
      .label = N_ ("_Ignore the selection"),
      .blurb = N_ ("Paint the whole layer, whatever is selected; no effect while only "
                   "selected tiles are repainted (repaint-selection)"),
      .value = FALSE,
      .section = UPSCALE_ARGUMENT_SECTION_REPAINT,
  },
  {
      .name = "strength-map",
      .type = UPSCALE_ARGUMENT_DRAWABLE,
      .label = N_ ("Strength ma_p"),
      .blurb = N_ ("Channel, layer mask or layer, by its place in the image: black and "
                   "outside keep the plain enlargement, white is painted with full "
                   "strength, gray with less"),
      .section = UPSCALE_ARGUMENT_SECTION_WHERE,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_OF_PICTURE,
  },
  {
      .name = "regions",
      .type = UPSCALE_ARGUMENT_PARAGRAPH,
      .label = N_ ("_Regions"),
      .blurb = N_ ("Parts with a text or a strength of their own, a line each: channel, "
                   "layer mask or layer | prompt | negative prompt | strength; the last "
                   "two may be missing. The texts are added to those of the picture"),
      .text = "",
      .section = UPSCALE_ARGUMENT_SECTION_WHERE,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_OF_PICTURE |
               UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "region-share",
      .type = UPSCALE_ARGUMENT_NUMBER,
      .label = N_ ("Least share of a _tile"),
      .blurb = N_ ("A region counts in the tiles of which it covers more than this "
                   "share: 0.1 is a tenth"),
      .value = UPSCALE_TILE_SETTINGS_LEAST_SHARE,
      .least = 0.0,
      .most = 0.9,
      .step = 0.05,
      .digits = 2,
      .section = UPSCALE_ARGUMENT_SECTION_WHERE,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "tile-prompts",
      .type = UPSCALE_ARGUMENT_PARAGRAPH,
      .label = N_ ("Te_xts of single tiles"),
      .blurb = N_ ("Texts of single tiles, a line each: row,column | prompt | negative "
                   "prompt, for example 2,3 | a red door. Rows and columns of the grid "
                   "count from 1; the texts are added to those of the picture"),
      .text = "",
      .section = UPSCALE_ARGUMENT_SECTION_WHERE,
      .flags = UPSCALE_ARGUMENT_IN_RECIPE | UPSCALE_ARGUMENT_OF_PICTURE |
               UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "sampler",
      .type = UPSCALE_ARGUMENT_NAME,
      .label = N_ ("Sam_pler"),
      .blurb = N_ ("Sampler to paint with, for example dpmpp_2m or Euler a; empty: the "
                   "service's own"),
      .text = "",
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "scheduler",
      .type = UPSCALE_ARGUMENT_NAME,
      .label = N_ ("Noise s_chedule"),
      .blurb = N_ ("Noise schedule of the sampler, for example karras; empty: the "
                   "service's own"),
      .text = "",
      .section = UPSCALE_ARGUMENT_SECTION_SAMPLING,
      .flags = IN_DOCUMENTS | UPSCALE_ARGUMENT_FOR_SERVICES,
  },
  {
      .name = "plain-enlargement",
      .type = UPSCALE_ARGUMENT_SWITCH,
      .label = N_ ("Al_so keep a plain enlargement below"),
      .blurb = N_ ("Add the plain enlargement as a layer below the new one, so that the "
                   "eye of the new layer compares both"),
      .value = FALSE,
      .section = UPSCALE_ARGUMENT_SECTION_TILES,
  },
};

/**
 * upscale_argument_table_next:
 * @previous: (nullable): an argument; %NULL for the first
 * @flags: flags that the argument must have, %UPSCALE_ARGUMENT_ANY for all arguments
 *
 * Iterates over the arguments in the order of the procedure.
 *
 * Returns: (transfer none) (nullable): the next argument with @flags, %NULL at the end
 */
const UpscaleArgument *
upscale_argument_table_next (const UpscaleArgument *previous, UpscaleArgumentFlags flags)
{
  const UpscaleArgument *end = arguments + G_N_ELEMENTS (arguments);
  const UpscaleArgument *next = previous ? previous + 1 : arguments;

  g_return_val_if_fail (next >= arguments && next <= end, NULL);

  while (next < end && (next->flags & flags) != flags)
    next++;
  return next < end ? next : NULL;
}

/**
 * upscale_argument_table_find:
 * @name: name of an argument
 *
 * Returns: (transfer none) (nullable): the argument, or %NULL if the procedure has no
 * such argument
 */
const UpscaleArgument *
upscale_argument_table_find (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    if (g_str_equal (arguments[i].name, name))
      return &arguments[i];
  return NULL;
}
