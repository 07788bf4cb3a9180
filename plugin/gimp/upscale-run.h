/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-layer-recipe.h"

G_BEGIN_DECLS

/**
 * UpscaleRunCall:
 * @procedure: the procedure that was called
 * @run_mode: whether there is a user, and whether to show the dialog
 * @image: the image
 * @drawables: (array zero-terminated=1): the drawables to upscale
 * @config: the arguments of %UPSCALE_PROCEDURE_NAME, changed by the dialog
 * @repeated: (nullable): the recipe in @config, if the call repeats a layer's recipe
 *
 * One call of a procedure. Borrows all memory from its caller.
 */
typedef struct
{
  GimpProcedure            *procedure;
  GimpRunMode               run_mode;
  GimpImage                *image;
  GimpDrawable            **drawables;
  GimpProcedureConfig      *config;
  const UpscaleLayerRecipe *repeated;
} UpscaleRunCall;

GimpValueArray *upscale_run_call (const UpscaleRunCall *call);

GimpValueArray *upscale_run (GimpProcedure       *procedure,
                             GimpRunMode          run_mode,
                             GimpImage           *image,
                             GimpDrawable       **drawables,
                             GimpProcedureConfig *config,
                             gpointer             run_data);

G_END_DECLS
