/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-dialog.h"

#include <glib/gi18n.h>

#include "upscale-argument-table.h"
#include "upscale-control.h"
#include "upscale-dialog-pages.h"
#include "upscale-number-entry.h"
#include "upscale-painter-choice.h"
#include "upscale-text-window.h"
#include "upscale-tile-map.h"
#include "upscale-where-page.h"

/* Height of the title bar and the frame that the window manager adds. */
#define FRAME_PX 32
#define LEAST_PAGE_PX 200
#define SPACING_PX 6
#define SIDE_PX 12
#define TEXT_WIDTH_CHARS 70
/* A preset sets ten arguments at once, and one forecast is made of them all. The delay is
 * shorter than the pause between two keys of a quick typist. */
#define FORECAST_MS 40

/* Widgets that show the consequences of the arguments. Lives on the stack of
 * upscale_dialog_run(). */
typedef struct
{
  const UpscaleDialogRequest *request;
  GtkWidget                  *dialog;
  UpscaleDialogParts          parts;
  GtkWidget                  *notebook;
  GtkWidget                  *where;
  GtkWidget                  *icon;
  GtkWidget                  *sentence;
  GtkWidget *follows;          /* the line about arguments that follow the model */
  char      *refused;          /* about a text that is no number */
  gboolean   is_refused_shown; /* in its entry */
  guint      due;
} Dialog;

/**
 * upscale_dialog_forecast_free:
 * @forecast: (transfer full): a forecast
 */
void
upscale_dialog_forecast_free (UpscaleDialogForecast *forecast)
{
  g_return_if_fail (forecast != NULL);

  g_clear_pointer (&forecast->plan, upscale_tile_plan_unref);
  g_clear_pointer (&forecast->grid, upscale_tile_plan_unref);
  g_clear_pointer (&forecast->settings, g_ptr_array_unref);
  g_free (forecast->size);
  g_free (forecast->sentence);
  g_free (forecast->selection);
  g_free (forecast->disclosure);
  g_free (forecast->warning);
  g_free (forecast->problem);
  g_free (forecast);
}

/* GIMP 3.0 reads an empty default back as NULL from the second start on, and GTK's text
 * buffers refuse NULL. */
static void
fill_missing_texts (GimpProcedureConfig *config)
{
  const UpscaleArgument *argument = NULL;

  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    {
      g_autofree char *text = NULL;

      if (!argument->text)
        continue;
      g_object_get (config, argument->name, &text, NULL);
      if (!text)
        g_object_set (config, argument->name, "", NULL);
    }
}

static char *
dup_size (const UpscaleDialogForecast *forecast)
{
  g_autofree char *pixels =
      g_strdup_printf (_ ("Result: %d × %d px"),
                       upscale_tile_plan_get_width (forecast->plan),
                       upscale_tile_plan_get_height (forecast->plan));

  return g_strjoin ("\n", pixels, forecast->size, NULL);
}

static UpscaleTrialPane *
get_trials (Dialog *self)
{
  return UPSCALE_TRIAL_PANE (self->parts.trials);
}

static UpscaleDescribeRow *
get_describe_row (Dialog *self)
{
  return upscale_where_page_get_describe_row (self->where);
}

/* A job that began now would have only some of the texts, or not the tile. */
static gboolean
is_busy (Dialog *self)
{
  return upscale_trial_pane_is_busy (get_trials (self)) ||
         upscale_describe_row_is_busy (get_describe_row (self));
}

static gboolean
is_possible (Dialog *self, const UpscaleDialogForecast *forecast)
{
  return !self->is_refused_shown && !forecast->problem;
}

static void
show_plan (Dialog *self, const UpscaleDialogForecast *forecast)
{
  g_autofree char *size = dup_size (forecast);

  upscale_tile_map_set_plan (UPSCALE_TILE_MAP (self->parts.map), forecast->plan);
  upscale_trial_pane_set_plan (get_trials (self), forecast->plan, forecast->tile_cost,
                               is_possible (self, forecast));
  upscale_where_page_set_plan (self->where, forecast->plan, forecast->grid,
                               forecast->settings);
  upscale_where_page_add_notes (self->where, UPSCALE_TILE_MAP (self->parts.map));
  gtk_label_set_text (GTK_LABEL (self->parts.size), size);
}

static UpscalePainterChoice *
get_painter (Dialog *self)
{
  return UPSCALE_PAINTER_CHOICE (self->parts.painter);
}

static UpscaleDialogForecast *
make_forecast (Dialog *self)
{
  UpscaleDialogForecast *forecast =
      self->request->forecast (self->request->config, self->request->forecast_data);
  const char *problem = upscale_painter_choice_get_problem (get_painter (self));

  if (problem)
    g_set_str (&forecast->problem, problem);
  return forecast;
}

static void
add_line (GPtrArray *lines, const char *line)
{
  if (line && *line != '\0')
    g_ptr_array_add (lines, (gpointer) line);
}

/* Returns the lines below the pages. */
static char *
dup_sentence (Dialog *self, const UpscaleDialogForecast *forecast)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_null_terminated (8, NULL, TRUE);
  g_autofree char *missing = upscale_painter_choice_dup_missing (get_painter (self));

  add_line (lines, self->refused);
  if (!self->is_refused_shown && forecast->problem)
    add_line (lines, forecast->problem);
  else if (!self->is_refused_shown)
    {
      add_line (lines, forecast->sentence);
      add_line (lines, forecast->selection);
      if (forecast->is_large)
        add_line (lines, _ ("This job is large: you are asked again before it begins."));
      add_line (lines, forecast->warning);
      add_line (lines, forecast->disclosure);
    }
  add_line (lines, upscale_painter_choice_get_sentences (get_painter (self)));
  add_line (lines, missing);
  return g_strjoinv ("\n", (GStrv) lines->pdata);
}

static int
get_screen_height (void)
{
  GdkDisplay  *display = gdk_display_get_default ();
  GdkMonitor  *monitor = gdk_display_get_primary_monitor (display);
  GdkRectangle area;

  gdk_monitor_get_workarea (monitor ? monitor : gdk_display_get_monitor (display, 0),
                            &area);
  return area.height;
}

static int
get_least_height (GtkWidget *widget)
{
  int height_px;

  gtk_widget_get_preferred_height_for_width (
      widget, MAX (gtk_widget_get_allocated_width (widget), 1), &height_px, NULL);
  return height_px;
}

/* Gives the pages the height that they need, or that the screen leaves them beside the
 * sentences, which become more and fewer. */
static void
fit_pages (Dialog *self)
{
  g_autoptr (GList) scrollers =
      gtk_container_get_children (GTK_CONTAINER (self->notebook));
  int around_px =
      get_least_height (self->dialog) - get_least_height (scrollers->data) + FRAME_PX;
  int needed_px = 0;

  for (GList *scroller = scrollers; scroller; scroller = scroller->next)
    needed_px = MAX (needed_px, get_least_height (gtk_bin_get_child (scroller->data)));
  needed_px = MIN (needed_px, MAX (get_screen_height () - around_px, LEAST_PAGE_PX));
  for (GList *scroller = scrollers; scroller; scroller = scroller->next)
    gtk_scrolled_window_set_min_content_height (scroller->data, needed_px);
}

/* Arguments that are impossible keep the last grid on the screen, since the picture would
 * flicker while the user types. */
static void
show_forecast (Dialog *self)
{
  g_autoptr (UpscaleDialogForecast) forecast = make_forecast (self);
  g_autofree char *text = dup_sentence (self, forecast);
  g_autofree char *follows = upscale_model_follower_dup_markup (self->request->follower);
  gboolean         is_warning = !is_possible (self, forecast) || self->refused ||
                        forecast->warning || forecast->is_large;

  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                is_warning ? "dialog-warning" : "dialog-information",
                                GTK_ICON_SIZE_BUTTON);
  gtk_label_set_text (GTK_LABEL (self->sentence), text);
  fit_pages (self);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self->dialog), GTK_RESPONSE_OK,
                                     is_possible (self, forecast) && !is_busy (self));
  gtk_label_set_markup (GTK_LABEL (self->follows), follows);
  gtk_widget_set_visible (self->follows, *follows != '\0');
  if (forecast->plan)
    show_plan (self, forecast);
}

/* A server has told more, or another kind of painter was chosen. */
static void
on_painter_changed (UpscalePainterChoice *painter, gpointer user_data)
{
  Dialog *self = user_data;

  upscale_model_follower_update (self->request->follower);
  show_forecast (self);
}

static void
on_busy_changed (UpscaleTrialPane *trials, gpointer user_data)
{
  Dialog *self = user_data;

  if (upscale_trial_pane_is_busy (trials))
    upscale_model_follower_hold (self->request->follower);
  show_forecast (self);
}

static gboolean
on_follow_clicked (GtkLabel *label, char *uri, gpointer user_data)
{
  Dialog *self = user_data;

  upscale_model_follower_release (self->request->follower);
  show_forecast (self);
  return GDK_EVENT_STOP;
}

/* The sentence about a text that is no number stays after the entry has returned to its
 * number, until something changes. */
static void
on_number_read (const char *problem, gboolean is_pending, gpointer user_data)
{
  Dialog *self = user_data;

  g_set_str (&self->refused, problem);
  self->is_refused_shown = is_pending;
  show_forecast (self);
}

static gboolean
on_forecast_due (gpointer user_data)
{
  Dialog *self = user_data;

  self->due = 0;
  show_forecast (self);
  return G_SOURCE_REMOVE;
}

static void
on_argument_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  Dialog *self = user_data;

  if (!self->is_refused_shown)
    g_clear_pointer (&self->refused, g_free);
  if (!self->due)
    self->due = g_timeout_add (FORECAST_MS, on_forecast_due, self);
}

/* On a small screen the page gets a scroll bar, so that the buttons below stay in view.
 */
static void
add_page (Dialog *self, GtkWidget *page, const char *title)
{
  GtkWidget         *widget = gtk_scrolled_window_new (NULL, NULL);
  GtkScrolledWindow *scroller = GTK_SCROLLED_WINDOW (widget);

  gtk_scrolled_window_set_policy (scroller, GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (scroller), page);
  gtk_container_set_focus_vadjustment (GTK_CONTAINER (page),
                                       gtk_scrolled_window_get_vadjustment (scroller));
  gtk_notebook_append_page (GTK_NOTEBOOK (self->notebook), widget, gtk_label_new (title));
}

static void
make_notebook (Dialog *self)
{
  self->notebook = gtk_notebook_new ();
  self->where = upscale_where_page_new (self->request, get_painter (self));
  add_page (self, upscale_dialog_pages_make_picture (self->request, &self->parts),
            _ ("Picture"));
  add_page (self, self->where, _ ("Where"));
  add_page (self, upscale_dialog_pages_make_advanced (self->request, &self->parts),
            _ ("Advanced"));
  add_page (self, self->parts.trials, _ ("Trials"));
}

static GtkWidget *
make_follows (Dialog *self)
{
  self->follows = upscale_control_new_line (NULL, TEXT_WIDTH_CHARS);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->follows), "dim-label");
  gtk_label_set_track_visited_links (GTK_LABEL (self->follows), FALSE);
  gtk_widget_set_no_show_all (self->follows, TRUE);
  g_signal_connect (self->follows, "activate-link", G_CALLBACK (on_follow_clicked), self);
  return self->follows;
}

static GtkWidget *
make_sentence (Dialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->icon = gtk_image_new ();
  self->sentence = upscale_control_new_line (NULL, TEXT_WIDTH_CHARS);
  gtk_widget_set_valign (self->icon, GTK_ALIGN_START);
  gtk_label_set_selectable (GTK_LABEL (self->sentence), TRUE);
  gtk_widget_set_can_focus (self->sentence, FALSE);
  gtk_box_pack_start (GTK_BOX (box), self->icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->sentence, TRUE, TRUE, 0);
  return box;
}

/* Presets have a name, so GIMP's buttons for one unnamed set are left out. They stand in
 * the only button box right in the dialog. */
static void
hide_unnamed_settings (GtkWidget *child, gpointer user_data)
{
  if (GTK_IS_BUTTON_BOX (child))
    gtk_widget_hide (child);
}

static GtkWidget *
make_header (Dialog *self)
{
  const UpscaleDialogRequest *request = self->request;
  GtkWidget                  *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SIDE_PX);
  GtkWidget                  *label = gtk_label_new (NULL);
  g_autofree char            *markup =
      g_markup_printf_escaped ("<b><big>%s</big></b>\n<small>%s, %s</small>",
                               _ ("Tile Upscale"), request->image_name,
                               request->layer_name);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0F);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_box_pack_start (GTK_BOX (box),
                      gtk_image_new_from_icon_name ("gimp-scale", GTK_ICON_SIZE_DND),
                      FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, TRUE, TRUE, 0);
  return box;
}

static void
on_help (const char *help_id, gpointer user_data)
{
  Dialog *self = user_data;

  upscale_text_window_show (GTK_WINDOW (self->dialog), _ ("Manual of Tile Upscale"),
                            self->request->manual);
}

static void
on_help_clicked (GtkButton *button, gpointer user_data)
{
  on_help (NULL, user_data);
}

/* Stands where GIMP's dialogs have it, which show GIMP's own manual. A response would end
 * the dialog, so the button has none. F1 does the same. */
static void
add_help (Dialog *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Help"));
  GtkWidget *buttons;

  gimp_help_connect (self->dialog, NULL, on_help, NULL, self, NULL);
  g_signal_connect (button, "clicked", G_CALLBACK (on_help_clicked), self);
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  buttons = gtk_dialog_get_action_area (GTK_DIALOG (self->dialog));
  G_GNUC_END_IGNORE_DEPRECATIONS
  gtk_container_add (GTK_CONTAINER (buttons), button);
  gtk_button_box_set_child_secondary (GTK_BUTTON_BOX (buttons), button, TRUE);
  gtk_widget_set_visible (button, gimp_show_help_button ());
}

static void
fill (Dialog *self)
{
  GtkWidget *content = gtk_dialog_get_content_area (GTK_DIALOG (self->dialog));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SIDE_PX);

  self->parts.map = upscale_tile_map_new (self->request->picture);
  self->parts.size = gtk_label_new (NULL);
  self->parts.painter = upscale_painter_choice_new (self->request);
  self->parts.trials =
      upscale_trial_pane_new (self->request->config, self->request->trials,
                              UPSCALE_TILE_MAP (self->parts.map));
  gtk_label_set_justify (GTK_LABEL (self->parts.size), GTK_JUSTIFY_CENTER);
  gtk_container_set_border_width (GTK_CONTAINER (box), SIDE_PX);
  gtk_container_foreach (GTK_CONTAINER (content), hide_unnamed_settings, NULL);
  gtk_box_pack_start (GTK_BOX (box), make_header (self), FALSE, FALSE, 0);
  make_notebook (self);
  gtk_box_pack_start (GTK_BOX (box), self->notebook, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_sentence (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), make_follows (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);
  gtk_widget_show_all (box);
  add_help (self);
}

/**
 * upscale_dialog_confirm:
 * @parent: (nullable): the window below the question
 * @forecast: the consequences of the arguments
 *
 * Asks whether a large job shall begin, with its size, time and cost.
 *
 * Returns: %TRUE if the user agreed, or if the job is not large
 */
gboolean
upscale_dialog_confirm (GtkWindow *parent, const UpscaleDialogForecast *forecast)
{
  GtkWidget       *question;
  g_autofree char *size = NULL;
  int              response;

  g_return_val_if_fail (forecast != NULL, FALSE);

  if (!forecast->is_large)
    return TRUE;
  size = dup_size (forecast);
  question = gtk_message_dialog_new (parent, GTK_DIALOG_MODAL, GTK_MESSAGE_WARNING,
                                     GTK_BUTTONS_NONE, "%s", _ ("Begin this large job?"));
  gtk_window_set_title (GTK_WINDOW (question), _ ("Tile Upscale"));
  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (question), "%s\n%s", size,
                                            forecast->sentence);
  gtk_dialog_add_buttons (GTK_DIALOG (question), _ ("_Cancel"), GTK_RESPONSE_CANCEL,
                          _ ("_Begin"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (question), GTK_RESPONSE_CANCEL);
  response = gtk_dialog_run (GTK_DIALOG (question));
  gtk_widget_destroy (question);
  return response == GTK_RESPONSE_OK;
}

/* Returns to the dialog when the user does not want a large job. */
static gboolean
ask (Dialog *self)
{
  while (gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (self->dialog)))
    {
      g_autoptr (UpscaleDialogForecast) forecast =
          self->request->forecast (self->request->config, self->request->forecast_data);

      if (upscale_dialog_confirm (GTK_WINDOW (self->dialog), forecast))
        return TRUE;
    }
  return FALSE;
}

/**
 * upscale_dialog_run:
 * @request: the dialog's input
 *
 * Shows the arguments and waits for OK or Cancel. While the arguments are impossible the
 * dialog shows the problem and disables OK.
 *
 * Returns: %TRUE if the user pressed OK
 */
gboolean
upscale_dialog_run (const UpscaleDialogRequest *request)
{
  Dialog           self = { .request = request };
  g_autofree char *title = NULL;
  gboolean         is_confirmed;

  g_return_val_if_fail (request != NULL, FALSE);

  fill_missing_texts (request->config);
  /* TRANSLATORS: the title of a window, after the name of the image. */
  title = g_strdup_printf (_ ("%s - Tile Upscale"), request->image_name);
  self.dialog = gimp_procedure_dialog_new (request->procedure, request->config, title);
  gimp_procedure_dialog_set_ok_label (GIMP_PROCEDURE_DIALOG (self.dialog),
                                      _ ("_Upscale"));
  fill (&self);
  g_signal_connect (request->config, "notify", G_CALLBACK (on_argument_changed), &self);
  g_signal_connect (self.parts.painter, "changed", G_CALLBACK (on_painter_changed),
                    &self);
  g_signal_connect (self.parts.trials, "busy-changed", G_CALLBACK (on_busy_changed),
                    &self);
  g_signal_connect_swapped (get_describe_row (&self), "busy-changed",
                            G_CALLBACK (show_forecast), &self);
  upscale_number_entry_watch (self.dialog, on_number_read, &self);
  show_forecast (&self);
  is_confirmed = ask (&self);
  g_signal_handlers_disconnect_by_data (request->config, &self);
  g_signal_handlers_disconnect_by_data (self.parts.painter, &self);
  g_signal_handlers_disconnect_by_data (self.parts.trials, &self);
  g_signal_handlers_disconnect_by_data (get_describe_row (&self), &self);
  g_clear_handle_id (&self.due, g_source_remove);
  gtk_widget_hide (self.dialog);
  upscale_trial_pane_finish (get_trials (&self));
  upscale_describe_row_finish (get_describe_row (&self));
  gtk_widget_destroy (self.dialog);
  g_free (self.refused);
  return is_confirmed;
}
