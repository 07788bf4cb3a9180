/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-dialog.h"

#include <glib/gi18n.h>

#define PROMPT_HEIGHT_PX 60
#define PAGE_BORDER_PX 12
#define ROW_SPACING_PX 6

/* GIMP reads an empty default back as NULL from the second start on, and GTK's text
 * buffers don't take that. */
static void
fill_missing_texts (GimpProcedureConfig *config)
{
  static const char *const names[] = { "prompt", "negative-prompt", "endpoints", "loras",
                                       "model" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = NULL;

      g_object_get (config, names[i], &text, NULL);
      if (!text)
        g_object_set (config, names[i], "", NULL);
    }
}

/* GimpProcedureDialog makes text views without a label of their own: each gets a frame
 * that names it. */
static GtkWidget *
make_prompt (GimpProcedureDialog *dialog, const char *property, const char *label)
{
  GtkWidget *view =
      gimp_procedure_dialog_get_widget (dialog, property, GTK_TYPE_TEXT_VIEW);
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *caption = gtk_label_new_with_mnemonic (label);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  atk_object_set_name (gtk_widget_get_accessible (view), label);
  gtk_label_set_mnemonic_widget (GTK_LABEL (caption), view);
  gtk_label_set_xalign (GTK_LABEL (caption), 0.0F);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scroller), GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller),
                                              PROMPT_HEIGHT_PX);
  gtk_container_add (GTK_CONTAINER (scroller), view);
  gtk_box_pack_start (GTK_BOX (box), caption, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), scroller, TRUE, TRUE, 0);
  gtk_widget_show_all (box);
  return box;
}

static GtkWidget *
fill_main_page (GimpProcedureDialog *dialog)
{
  GtkWidget *page =
      gimp_procedure_dialog_fill_box (dialog, "main-page", "scale", "strength", "steps",
                                      "batch-size", "endpoints", NULL);
  GtkWidget *prompt = make_prompt (dialog, "prompt", _ ("_Prompt"));
  GtkWidget *negative = make_prompt (dialog, "negative-prompt", _ ("_Negative prompt"));

  gtk_box_pack_start (GTK_BOX (page), prompt, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (page), negative, TRUE, TRUE, 0);
  gtk_box_reorder_child (GTK_BOX (page), prompt, 0);
  gtk_box_reorder_child (GTK_BOX (page), negative, 1);
  return page;
}

/* Gives a page its title and some air. */
static void
finish_page (GimpProcedureDialog *dialog,
             GtkWidget           *page,
             const char          *id,
             const char          *title)
{
  gtk_container_set_border_width (GTK_CONTAINER (page), PAGE_BORDER_PX);
  gtk_box_set_spacing (GTK_BOX (page), ROW_SPACING_PX);
  gimp_procedure_dialog_get_label (dialog, id, title, FALSE, FALSE);
}

static void
fill (GimpProcedureDialog *dialog, GObject *config)
{
  GtkWidget *model_page;
  GtkWidget *tiles_page;

  finish_page (dialog, fill_main_page (dialog), "main-title", _ ("Upscale"));
  model_page =
      gimp_procedure_dialog_fill_box (dialog, "model-page", "model", "loras", "cfg-scale",
                                      "seed", "generation-size", "controlnet-enabled",
                                      "conditioning-scale", "ip-adapter-image",
                                      "ip-adapter-scale", NULL);
  finish_page (dialog, model_page, "model-title", _ ("Model"));
  tiles_page = gimp_procedure_dialog_fill_box (dialog, "tiles-page", "tile-size",
                                               "overlap", "colour-correction",
                                               "resize-canvas", "sequential-below",
                                               "batch-timeout", "retries", NULL);
  finish_page (dialog, tiles_page, "tiles-title", _ ("Tiles"));
  gimp_procedure_dialog_fill_notebook (dialog, "pages", "main-title", "main-page",
                                       "model-title", "model-page", "tiles-title",
                                       "tiles-page", NULL);
  gimp_procedure_dialog_set_sensitive (dialog, "conditioning-scale", TRUE, config,
                                       "controlnet-enabled", FALSE);
  gimp_procedure_dialog_fill (dialog, "pages", NULL);
}

/**
 * upscale_dialog_run:
 * @procedure: the procedure
 * @config: its arguments, changed by the user
 *
 * Shows the settings and waits for OK or Cancel. The arguments' own limits hold; all else
 * is checked by the run.
 *
 * Returns: whether the user pressed OK
 */
gboolean
upscale_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config)
{
  GtkWidget *dialog;
  gboolean   confirmed;

  fill_missing_texts (config);
  dialog = gimp_procedure_dialog_new (procedure, config, _ ("Tile Upscale"));
  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (dialog), _ ("_Upscale"));
  fill (GIMP_PROCEDURE_DIALOG (dialog), G_OBJECT (config));
  confirmed = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  return confirmed;
}
