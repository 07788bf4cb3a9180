/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libgimp/gimp.h>

#include "upscale-guard.h"
#include "upscale-image.h"
#include "upscale-procedure.h"
#include "upscale-repeat.h"
#include "upscale-run.h"

#define UPSCALE_TYPE_PLUG_IN (upscale_plug_in_get_type ())
G_DECLARE_FINAL_TYPE (UpscalePlugIn, upscale_plug_in, UPSCALE, PLUG_IN, GimpPlugIn)

/**
 * UpscalePlugIn:
 *
 * The plug-in towards GIMP, which asks for the procedures and starts one process for each
 * call of a procedure.
 */
struct _UpscalePlugIn
{
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (UpscalePlugIn, upscale_plug_in, GIMP_TYPE_PLUG_IN)

static GList *
upscale_plug_in_query_procedures (GimpPlugIn *plug_in)
{
  GList *names = g_list_append (NULL, g_strdup (UPSCALE_PROCEDURE_NAME));

  return g_list_append (names, g_strdup (UPSCALE_REPEAT_PROCEDURE_NAME));
}

static GimpProcedure *
upscale_plug_in_create_procedure (GimpPlugIn *plug_in, const char *name)
{
  if (g_str_equal (name, UPSCALE_PROCEDURE_NAME))
    return upscale_procedure_new (plug_in, upscale_run);
  if (g_str_equal (name, UPSCALE_REPEAT_PROCEDURE_NAME))
    return upscale_procedure_new_repeat (plug_in, upscale_repeat_run);
  return NULL;
}

static void
upscale_plug_in_class_init (UpscalePlugInClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = upscale_plug_in_query_procedures;
  plug_in_class->create_procedure = upscale_plug_in_create_procedure;
}

static void
upscale_plug_in_init (UpscalePlugIn *self)
{
}

int
main (int argc, char *argv[])
{
  upscale_image_forbid_tables ();
  upscale_guard_start (argc, argv);
  return gimp_main (UPSCALE_TYPE_PLUG_IN, argc, argv);
}
