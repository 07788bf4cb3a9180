/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-procedure.h"

#include <glib/gi18n.h>

#include "upscale-limits.h"

static void
add_prompts (GimpProcedure *procedure)
{
  gimp_procedure_add_string_argument (procedure, "prompt", _ ("_Prompt"),
                                      _ ("What the whole picture shows. It is painted "
                                         "into every tile, so keep it neutral: "
                                         "materials and sharpness rather than things"),
                                      "highly detailed, sharp focus", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "negative-prompt",
                                      _ ("_Negative prompt"),
                                      _ ("What the picture must not show"),
                                      "blurry, jpeg artifacts, watermark, text",
                                      G_PARAM_READWRITE);
}

static void
add_painting (GimpProcedure *procedure)
{
  gimp_procedure_add_double_argument (procedure, "scale", _ ("Sc_ale"),
                                      _ ("How many times larger each side becomes"), 1.0,
                                      UPSCALE_MAX_SCALE, 2.0, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "strength", _ ("Stren_gth"),
                                      _ ("How much the model may repaint: 0.2 restores, "
                                         "0.3 adds detail, above 0.5 it invents"),
                                      0.0, 1.0, 0.3, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "steps", _ ("S_teps"),
                                   _ ("Sampling steps: more is slower and finer"), 1, 150,
                                   30, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "cfg-scale", _ ("C_FG scale"),
                                      _ ("How closely the prompts are followed"), 0.0,
                                      30.0, 6.0, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "seed", _ ("See_d"),
      _ ("Where a service begins, each tile with a seed of "
         "its own drawn from it. Another seed gives another "
         "picture; the same one may give the same, as far as "
         "the service keeps to it"),
      0, G_MAXINT, 0, G_PARAM_READWRITE);
}

static void
add_geometry (GimpProcedure *procedure)
{
  gimp_procedure_add_int_argument (
      procedure, "tile-size", _ ("T_ile size"),
      _ ("Side of a tile of the result, in pixels, a multiple of 64: 1024 suits SDXL"),
      64, 4096, 1024, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "overlap", _ ("O_verlap"),
      _ ("How far neighboring tiles overlap, in pixels, at most half a tile"), 0, 2048,
      128, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "generation-size", _ ("Generation si_ze"),
                                   _ ("Side at which the model paints, in pixels, a "
                                      "multiple of 64; 0: the tile's own"),
                                   0, 4096, 0, G_PARAM_READWRITE);
}

static void
add_dispatch (GimpProcedure *procedure)
{
  gimp_procedure_add_int_argument (
      procedure, "batch-size", _ ("_Batch size"),
      _ ("Tiles sent in one request; 0: automatic, from the measured speed"), 0, 1000, 0,
      G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
      procedure, "sequential-below", _ ("Se_quential below"),
      _ ("With fewer tiles than this, an autoscaling service gets one batch at a time"),
      0, 100000, 30, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "batch-timeout", _ ("Batch ti_meout"),
                                   _ ("Seconds one batch may take"), 1, 86400, 2400,
                                   G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (procedure, "retries", _ ("Retri_es"),
                                   _ ("How often a tile that failed is tried again"), 0,
                                   UPSCALE_MAX_RETRIES, 3, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "endpoints", _ ("Endpoints"),
      _ ("Names or addresses of the services that paint, with spaces between; empty: "
         "those that are on in your list, or the local one"),
      "", G_PARAM_READWRITE);
}

static void
add_control (GimpProcedure *procedure)
{
  gimp_procedure_add_boolean_argument (
      procedure, "controlnet-enabled", _ ("_Keep to the picture (tile ControlNet)"),
      _ ("Holds what is painted to the picture; leave it on"), TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "conditioning-scale",
                                      _ ("ControlNet _weight"),
                                      _ ("How firmly the ControlNet holds"), 0.0, 2.0,
                                      0.6, G_PARAM_READWRITE);
  /* For an existing file, GIMP would refuse all others without a word. */
  gimp_procedure_add_file_argument (
      procedure, "ip-adapter-image", _ ("IP-Adapter e_xample"),
      _ ("A picture whose look is taken over; none: IP-Adapter is off"),
      GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (procedure, "ip-adapter-scale",
                                      _ ("IP-Adapter st_yle weight"),
                                      _ ("How much of its look is taken over"), 0.0, 2.0,
                                      0.6, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "loras", _ ("LoRAs"),
      _ ("LoRAs as name:weight with commas between, for example detail:0.5"), "",
      G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
      procedure, "model", _ ("Model"),
      _ ("Model to paint with; empty: the service's own. On this computer: fast, fine "
         "(better and slower), resample, or your own ONNX file"),
      "", G_PARAM_READWRITE);
}

static void
add_outcome (GimpProcedure *procedure)
{
  gimp_procedure_add_double_argument (procedure, "color-correction",
                                      _ ("Color correction"),
                                      _ ("How far the colors of large areas are held to "
                                         "the original: 0 not at all, 1 wholly"),
                                      0.0, 1.0, 1.0, G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (
      procedure, "resize-canvas", _ ("Grow canvas"),
      _ ("Enlarge the canvas where the new layer does not fit"), TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (
      procedure, "repaint-selection", _ ("Repaint only the selection"),
      _ ("The layer is an earlier result: only its tiles under the selection are painted "
         "anew, from what it was made from, with its own scale and tiles"),
      FALSE, G_PARAM_READWRITE);
}

static void
add_result (GimpProcedure *procedure)
{
  gimp_procedure_add_layer_return_value (procedure, "layer", _ ("Layer"),
                                         _ ("The new layer"), FALSE, G_PARAM_READWRITE);
  gimp_procedure_add_int_return_value (procedure, "tiles", _ ("Tiles"),
                                       _ ("Tiles of the job"), 0, G_MAXINT, 0,
                                       G_PARAM_READWRITE);
  gimp_procedure_add_int_return_value (
      procedure, "tiles-failed", _ ("Tiles failed"),
      _ ("Tiles that show the enlarged original instead"), 0, G_MAXINT, 0,
      G_PARAM_READWRITE);
  gimp_procedure_add_boolean_return_value (
      procedure, "selection-only", _ ("Selection only"),
      _ ("Whether a selection was left in the image, so that only that part was painted "
         "and the rest of the layer only enlarged"),
      FALSE, G_PARAM_READWRITE);
}

static void
describe (GimpProcedure *procedure)
{
  gimp_procedure_set_image_types (procedure, "RGB*, GRAY*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _ ("Tile U_pscale..."));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Enhance");
  gimp_procedure_set_documentation (
      procedure, _ ("Upscale the layer with a diffusion model, tile by tile"),
      _ ("Cuts the layer into overlapping tiles, has them repainted by one or more GPU "
         "services "
         "in parallel, and blends the answers into a new layer above. Painted tiles are "
         "kept, so "
         "that running again after an interruption sends only what is missing. Where "
         "something is selected, only that part is painted, and the rest is only "
         "enlarged: select nothing to upscale the whole layer. A value out of range is "
         "refused from Script-Fu; Python prints a warning and keeps the value before, so "
         "compare what is set with what was asked for."),
      NULL);
  gimp_procedure_set_attribution (procedure, "The Tile Upscale authors",
                                  "The Tile Upscale authors, GPL-3.0-or-later", "2026");
}

/**
 * upscale_procedure_new:
 * @plug_in: the plug-in
 * @run: what it does
 *
 * Declares the procedure's arguments, once: dialog, PDB, presets and scripts all follow
 * from here.
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
upscale_procedure_new (GimpPlugIn *plug_in, GimpRunImageFunc run)
{
  GimpProcedure *procedure =
      gimp_image_procedure_new (plug_in, UPSCALE_PROCEDURE_NAME,
                                GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  describe (procedure);
  add_prompts (procedure);
  add_painting (procedure);
  add_geometry (procedure);
  add_dispatch (procedure);
  add_control (procedure);
  add_outcome (procedure);
  add_result (procedure);
  return procedure;
}

/**
 * upscale_procedure_new_repeat:
 * @plug_in: the plug-in
 * @run: what it does
 *
 * Declares the procedure that repeats a layer's recipe.
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
upscale_procedure_new_repeat (GimpPlugIn *plug_in, GimpRunImageFunc run)
{
  GimpProcedure *procedure =
      gimp_image_procedure_new (plug_in, UPSCALE_REPEAT_PROCEDURE_NAME,
                                GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  gimp_procedure_set_image_types (procedure, "RGB*, GRAY*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _ ("Repeat Tile Upscale _Recipe..."));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Enhance");
  gimp_procedure_set_documentation (procedure,
                                    _ ("Upscale once more the way a layer was made"),
                                    _ ("On a layer that Tile Upscale has made: upscales "
                                       "what it was made from once more, "
                                       "in the same way. On any other layer: upscales it "
                                       "the way the topmost such layer "
                                       "of the image was made."),
                                    NULL);
  gimp_procedure_set_attribution (procedure, "The Tile Upscale authors",
                                  "The Tile Upscale authors, GPL-3.0-or-later", "2026");
  add_result (procedure);
  return procedure;
}
