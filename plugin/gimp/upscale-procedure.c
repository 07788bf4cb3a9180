/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-procedure.h"

#include <glib/gi18n.h>

#include "upscale-argument-table.h"

static void
add_argument (GimpProcedure *procedure, const UpscaleArgument *argument)
{
  const char *label = _ (argument->label);
  const char *blurb = _ (argument->blurb);

  switch (argument->type)
    {
    case UPSCALE_ARGUMENT_SWITCH:
      gimp_procedure_add_boolean_argument (procedure, argument->name, label, blurb,
                                           argument->value != 0.0, G_PARAM_READWRITE);
      return;
    case UPSCALE_ARGUMENT_INTEGER:
      gimp_procedure_add_int_argument (procedure, argument->name, label, blurb,
                                       (int) argument->least, (int) argument->most,
                                       (int) argument->value, G_PARAM_READWRITE);
      return;
    case UPSCALE_ARGUMENT_NUMBER:
      gimp_procedure_add_double_argument (procedure, argument->name, label, blurb,
                                          argument->least, argument->most,
                                          argument->value, G_PARAM_READWRITE);
      return;
    case UPSCALE_ARGUMENT_LINE:
    case UPSCALE_ARGUMENT_PARAGRAPH:
    case UPSCALE_ARGUMENT_MODEL:
    case UPSCALE_ARGUMENT_NAME:
    case UPSCALE_ARGUMENT_LORAS:
      gimp_procedure_add_string_argument (procedure, argument->name, label, blurb,
                                          argument->text, G_PARAM_READWRITE);
      return;
    case UPSCALE_ARGUMENT_PICTURE:
      /* GIMP_FILE_CHOOSER_ACTION_OPEN would make GIMP refuse a missing file without a
       * message. */
      gimp_procedure_add_file_argument (procedure, argument->name, label, blurb,
                                        GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL,
                                        G_PARAM_READWRITE);
      return;
    case UPSCALE_ARGUMENT_DRAWABLE:
      gimp_procedure_add_drawable_argument (procedure, argument->name, label, blurb, TRUE,
                                            G_PARAM_READWRITE);
      return;
    }
  g_assert_not_reached ();
}

static void
add_arguments (GimpProcedure *procedure)
{
  const UpscaleArgument *argument = NULL;

  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    add_argument (procedure, argument);
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
      _ ("TRUE if the image had a selection, so that only the selected part was painted "
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
         "enlarged: select nothing, or set ignore-selection, to paint the whole layer. "
         "A value out of range is "
         "refused from Script-Fu; Python prints a warning and keeps the value before, so "
         "compare what is set with what was asked for."),
      NULL);
  gimp_procedure_set_attribution (procedure, "The Tile Upscale authors",
                                  "The Tile Upscale authors, GPL-3.0-or-later", "2026");
}

/**
 * upscale_procedure_new:
 * @plug_in: the plug-in
 * @run: the function that GIMP calls
 *
 * Declares the procedure that upscales a layer, with the arguments of the table.
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
upscale_procedure_new (GimpPlugIn *plug_in, GimpRunImageFunc run)
{
  GimpProcedure *procedure;

  g_return_val_if_fail (GIMP_IS_PLUG_IN (plug_in), NULL);

  procedure = gimp_image_procedure_new (plug_in, UPSCALE_PROCEDURE_NAME,
                                        GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);
  describe (procedure);
  add_arguments (procedure);
  add_result (procedure);
  return procedure;
}

/**
 * upscale_procedure_new_repeat:
 * @plug_in: the plug-in
 * @run: the function that GIMP calls
 *
 * Declares the procedure that repeats a layer's recipe.
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
upscale_procedure_new_repeat (GimpPlugIn *plug_in, GimpRunImageFunc run)
{
  GimpProcedure *procedure;

  g_return_val_if_fail (GIMP_IS_PLUG_IN (plug_in), NULL);

  procedure = gimp_image_procedure_new (plug_in, UPSCALE_REPEAT_PROCEDURE_NAME,
                                        GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);
  gimp_procedure_set_image_types (procedure, "RGB*, GRAY*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _ ("Tile Upscale: Repeat _Recipe..."));
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
