/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-trial-pane.h"

#include <glib/gi18n.h>

#include "upscale-compare.h"
#include "upscale-control.h"
#include "upscale-idle-wait.h"
#include "upscale-trial.h"

#define SPACING_PX 6
#define BORDER_PX 12
#define COMPARE_WIDTH_PX 420
#define COMPARE_HEIGHT_PX 220
#define CHOICES_WIDTH_PX 250
#define PICTURE_PX 48
#define CHOICE_RIM_PX 14 /* of a button around its picture */
#define TEXT_WIDTH_CHARS 60
#define MAX_TRIALS 4
#define NO_TILE G_MAXUINT
#define LEAST_COST 0.005 /* which is shown as $0.01 */
/* The first row of the combo box. */
#define PLAIN 0

/**
 * UpscaleTrialPane:
 *
 * Paints one tile of the job that the dialog's arguments stand for, and compares the last
 * trials with the plain enlargement and with each other. The tile is part of the job, so
 * it is in the tile cache when the job begins with the same arguments.
 */
struct _UpscaleTrialPane
{
  GtkBox parent_instance;

  GimpProcedureConfig *config;
  UpscaleTrialMaker    maker;
  UpscaleTileMap      *map;    /* NULL once it is gone */
  GtkWidget           *button; /* likewise */
  GtkWidget           *sentence;
  GtkWidget           *stop;
  GtkWidget           *compare;
  GtkWidget           *against;
  GtkWidget           *choices;

  UpscaleTilePlan *plan;
  double           tile_cost;
  gboolean         is_possible;
  guint            tile; /* NO_TILE before the user has chosen one */
  double           x;    /* the chosen point of the target, 0 to 1 */
  double           y;

  UpscaleJob   *job; /* NULL while no trial runs */
  GCancellable *cancellable;
  GKeyFile     *settings; /* of @job */
  guint         job_tile;
  GPtrArray    *trials; /* of UpscaleTrial, the oldest first */
  UpscaleTrial *shown;
};

enum
{
  SIGNAL_BUSY_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UpscaleTrialPane, upscale_trial_pane, GTK_TYPE_BOX)

static char *
dup_button_label (const UpscaleTrialPane *self)
{
  if (self->tile_cost >= LEAST_COST)
    return g_strdup_printf (_ ("Tr_y This Tile (about $%.2f)"), self->tile_cost);
  return g_strdup (_ ("Tr_y This Tile"));
}

static void
show_button (UpscaleTrialPane *self)
{
  g_autofree char *label = dup_button_label (self);

  if (!self->button)
    return;
  gtk_button_set_label (GTK_BUTTON (self->button), label);
  gtk_widget_set_sensitive (self->button,
                            self->tile != NO_TILE && self->is_possible && !self->job);
}

static void
say (UpscaleTrialPane *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->sentence), sentence);
}

static void
set_job (UpscaleTrialPane *self, UpscaleJob *job)
{
  if (self->job)
    g_signal_handlers_disconnect_by_data (upscale_job_get_scheduler (self->job), self);
  g_set_object (&self->job, job);
  gtk_widget_set_visible (self->stop, job != NULL);
  gtk_widget_set_sensitive (self->stop, job != NULL);
  show_button (self);
  g_signal_emit (self, signals[SIGNAL_BUSY_CHANGED], 0);
}

static UpscaleTrial *
find_other (const UpscaleTrialPane *self, const char *id)
{
  for (guint i = 0; id && i < self->trials->len; i++)
    {
      UpscaleTrial    *trial = self->trials->pdata[i];
      g_autofree char *number = g_strdup_printf ("%u", trial->number);

      if (g_str_equal (number, id))
        return trial;
    }
  return NULL;
}

static char *
dup_name (const UpscaleTrial *trial)
{
  return g_strdup_printf (_ ("Trial %u"), trial->number);
}

static void
show_comparison (UpscaleTrialPane *self)
{
  const UpscaleTrial *other =
      find_other (self, gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->against)));
  g_autofree char *name = dup_name (self->shown);
  g_autofree char *other_name = other ? dup_name (other) : NULL;

  upscale_compare_show (UPSCALE_COMPARE (self->compare),
                        (UpscaleComparePicture) {
                            other ? other->after : self->shown->before,
                            other ? other_name : _ ("Plain enlargement") },
                        (UpscaleComparePicture) { self->shown->after, name });
}

static void
on_against_changed (GtkComboBox *combo, gpointer user_data)
{
  UpscaleTrialPane *self = user_data;

  if (self->shown && gtk_combo_box_get_active (combo) >= PLAIN)
    show_comparison (self);
}

/* Offers the other trials of the same part of the picture. */
static void
fill_against (UpscaleTrialPane *self)
{
  GtkComboBoxText *combo = GTK_COMBO_BOX_TEXT (self->against);

  gtk_combo_box_text_remove_all (combo);
  gtk_combo_box_text_append (combo, "", _ ("Plain enlargement"));
  for (guint i = 0; i < self->trials->len; i++)
    {
      const UpscaleTrial *trial = self->trials->pdata[i];
      g_autofree char    *name = dup_name (trial);
      g_autofree char    *id = g_strdup_printf ("%u", trial->number);

      if (trial != self->shown && upscale_trial_shows_same_part (trial, self->shown))
        gtk_combo_box_text_append (combo, id, name);
    }
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), PLAIN);
}

static void
on_trial_toggled (GtkToggleButton *button, gpointer user_data)
{
  UpscaleTrialPane *self = user_data;

  if (!gtk_toggle_button_get_active (button))
    return;
  self->shown = g_object_get_data (G_OBJECT (button), "trial");
  fill_against (self);
}

static GtkWidget *
make_choice (UpscaleTrialPane *self, UpscaleTrial *trial, GtkRadioButton *group)
{
  GtkWidget       *button = gtk_radio_button_new_from_widget (group);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget       *caption = gtk_label_new (NULL);
  g_autofree char *name = dup_name (trial);
  g_autofree char *text = g_strdup_printf ("%s\n%s", name, trial->caption);
  g_autoptr (GdkPixbuf) picture = upscale_trial_make_picture (trial, PICTURE_PX);

  gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (button), FALSE);
  gtk_label_set_text (GTK_LABEL (caption), text);
  gtk_label_set_ellipsize (GTK_LABEL (caption), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (caption), 0.0F);
  gtk_box_pack_start (GTK_BOX (box), gtk_image_new_from_pixbuf (picture), FALSE, FALSE,
                      0);
  gtk_box_pack_start (GTK_BOX (box), caption, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (button), box);
  gtk_widget_set_tooltip_text (button, text);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  atk_object_set_description (gtk_widget_get_accessible (button), trial->caption);
  g_object_set_data (G_OBJECT (button), "trial", trial);
  g_signal_connect (button, "toggled", G_CALLBACK (on_trial_toggled), self);
  return button;
}

static void
remove_choice (GtkWidget *choice, gpointer user_data)
{
  gtk_widget_destroy (choice);
}

/* The newest trial is the one to look at. */
static void
show_trials (UpscaleTrialPane *self)
{
  GtkWidget *choice = NULL;

  gtk_container_foreach (GTK_CONTAINER (self->choices), remove_choice, NULL);
  for (guint i = 0; i < self->trials->len; i++)
    {
      choice = make_choice (self, self->trials->pdata[i],
                            choice ? GTK_RADIO_BUTTON (choice) : NULL);
      gtk_box_pack_start (GTK_BOX (self->choices), choice, FALSE, FALSE, 0);
    }
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (choice), TRUE);
  self->shown = self->trials->pdata[self->trials->len - 1];
  gtk_widget_show_all (self->choices);
  gtk_widget_set_sensitive (self->against, TRUE);
  fill_against (self);
}

static void
add_trial (UpscaleTrialPane *self)
{
  const UpscaleTrial *previous =
      self->trials->len > 0 ? self->trials->pdata[self->trials->len - 1] : NULL;

  self->shown = NULL;
  g_ptr_array_add (self->trials, upscale_trial_new (self->job, self->job_tile,
                                                    self->settings, previous));
  if (self->trials->len > MAX_TRIALS)
    g_ptr_array_remove_index (self->trials, 0);
  show_trials (self);
}

static void
take_tile (UpscaleTrialPane *self)
{
  UpscaleTileStatus status =
      upscale_dispatch_status_get_tile (upscale_job_get_status (self->job),
                                        self->job_tile);
  g_autofree char *sentence = NULL;

  if (status.state == UPSCALE_TILE_FAILED)
    {
      say (self, status.failure ? status.failure : _ ("The tile failed."));
      return;
    }
  if (status.state == UPSCALE_TILE_SKIPPED)
    {
      say (self,
           _ ("This tile has nothing to paint: it is transparent, or has one color."));
      return;
    }
  add_trial (self);
  sentence =
      g_strdup_printf (_ ("Tile %u is painted. The job uses it as it is unless you "
                          "change the settings."),
                       self->job_tile + 1);
  say (self, sentence);
}

static void
on_job_idle (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleTrialPane) self = user_data;

  upscale_idle_wait_finish (UPSCALE_SCHEDULER (object), result);
  set_job (self, NULL);
}

static void
on_job_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UpscaleTrialPane *self = user_data;
  g_autoptr (GError) error = NULL;

  if (upscale_job_run_finish (UPSCALE_JOB (object), result, &error))
    take_tile (self);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    say (self, _ ("Stopped."));
  else
    say (self, error->message);
  upscale_idle_wait_async (upscale_job_get_scheduler (UPSCALE_JOB (object)), on_job_idle,
                           self);
}

static void
on_progress (UpscaleScheduler *scheduler, gpointer user_data)
{
  UpscaleTrialPane *self = user_data;
  UpscaleProgress   progress =
      upscale_dispatch_status_get_progress (upscale_job_get_status (self->job));
  g_autofree char *text = upscale_progress_describe (progress);
  g_autofree char *sentence =
      g_strdup_printf (_ ("Painting tile %u: %s"), self->job_tile + 1, text);

  if (!g_cancellable_is_cancelled (self->cancellable))
    say (self, sentence);
}

static void
turn_to_pane (UpscaleTrialPane *self)
{
  GtkWidget *page = GTK_WIDGET (self);
  GtkWidget *parent;

  while ((parent = gtk_widget_get_parent (page)) && !GTK_IS_NOTEBOOK (parent))
    page = parent;
  if (parent)
    gtk_notebook_set_current_page (GTK_NOTEBOOK (parent),
                                   gtk_notebook_page_num (GTK_NOTEBOOK (parent), page));
}

static void
on_try_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleTrialPane *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleJob) job =
      self->maker.make_job (self->config, self->tile, self->maker.user_data, &error);

  turn_to_pane (self);
  if (!job)
    {
      say (self, error->message);
      return;
    }
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->settings, g_key_file_unref);
  self->cancellable = g_cancellable_new ();
  self->settings = upscale_trial_read_settings (G_OBJECT (self->config));
  self->job_tile = self->tile;
  set_job (self, job);
  g_signal_connect (upscale_job_get_scheduler (job), "progress", G_CALLBACK (on_progress),
                    self);
  on_progress (NULL, self);
  upscale_job_run_async (job, self->cancellable, on_job_ran, g_object_ref (self));
}

static void
on_stop_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleTrialPane *self = user_data;

  gtk_widget_set_sensitive (self->stop, FALSE);
  say (self, _ ("Stopping."));
  g_cancellable_cancel (self->cancellable);
}

static void
choose_tile (UpscaleTrialPane *self, guint tile)
{
  UpscaleRect share = upscale_tile_plan_get_share (self->plan, tile);

  self->tile = tile;
  self->x = (share.x + share.width / 2.0) / upscale_tile_plan_get_width (self->plan);
  self->y = (share.y + share.height / 2.0) / upscale_tile_plan_get_height (self->plan);
  upscale_tile_map_choose (self->map, tile);
  show_button (self);
}

static void
on_tile_clicked (UpscaleTileMap *map, guint tile, gpointer user_data)
{
  choose_tile (user_data, tile);
}

static gboolean
holds (UpscaleRect rect, double x, double y)
{
  return x >= rect.x && x < rect.x + rect.width && y >= rect.y &&
         y < rect.y + rect.height;
}

/* Returns the tile at the chosen point, since another scale or tile size makes other
 * tiles. */
static guint
find_tile (const UpscaleTrialPane *self)
{
  double x = self->x * upscale_tile_plan_get_width (self->plan);
  double y = self->y * upscale_tile_plan_get_height (self->plan);

  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (self->plan); i++)
    if (holds (upscale_tile_plan_get_share (self->plan, i), x, y))
      return i;
  return NO_TILE;
}

static void
upscale_trial_pane_dispose (GObject *object)
{
  UpscaleTrialPane *self = UPSCALE_TRIAL_PANE (object);

  g_clear_weak_pointer (&self->map);
  g_clear_weak_pointer (&self->button);
  self->shown = NULL;
  G_OBJECT_CLASS (upscale_trial_pane_parent_class)->dispose (object);
}

static void
upscale_trial_pane_finalize (GObject *object)
{
  UpscaleTrialPane *self = UPSCALE_TRIAL_PANE (object);

  g_clear_object (&self->config);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->settings, g_key_file_unref);
  g_clear_pointer (&self->plan, upscale_tile_plan_unref);
  g_ptr_array_unref (self->trials);
  G_OBJECT_CLASS (upscale_trial_pane_parent_class)->finalize (object);
}

static void
upscale_trial_pane_class_init (UpscaleTrialPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_trial_pane_dispose;
  G_OBJECT_CLASS (klass)->finalize = upscale_trial_pane_finalize;
  /**
   * UpscaleTrialPane::busy-changed:
   * @pane: the pane
   *
   * Emitted when a trial begins or ends.
   */
  signals[SIGNAL_BUSY_CHANGED] =
      g_signal_new ("busy-changed", UPSCALE_TYPE_TRIAL_PANE, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
make_sentence_row (UpscaleTrialPane *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->sentence = gtk_label_new (_ ("Click a tile on the map of the first page, then "
                                     "press Try This Tile: only that tile is painted."));
  self->stop = gtk_button_new_with_mnemonic (_ ("St_op"));
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0.0F);
  gtk_label_set_line_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (self->sentence), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (self->sentence), TEXT_WIDTH_CHARS);
  gtk_widget_set_no_show_all (self->stop, TRUE);
  gtk_widget_set_valign (self->stop, GTK_ALIGN_START);
  g_signal_connect (self->stop, "clicked", G_CALLBACK (on_stop_clicked), self);
  gtk_box_pack_start (GTK_BOX (row), self->sentence, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->stop, FALSE, FALSE, 0);
  return row;
}

static GtkWidget *
make_against_row (UpscaleTrialPane *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget *label = gtk_label_new_with_mnemonic (_ ("Compare _with"));

  self->against = gtk_combo_box_text_new ();
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), self->against);
  gtk_widget_set_sensitive (self->against, FALSE);
  upscale_control_name_after (self->against, _ ("Compare _with"));
  g_signal_connect (self->against, "changed", G_CALLBACK (on_against_changed), self);
  gtk_box_pack_start (GTK_BOX (row), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->against, TRUE, TRUE, 0);
  return row;
}

/* Has the room for all trials from the start, so that the dialog keeps its size. */
static GtkWidget *
make_choices_column (UpscaleTrialPane *self)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);

  self->choices = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  gtk_widget_set_size_request (column, CHOICES_WIDTH_PX, -1);
  gtk_widget_set_size_request (self->choices, -1,
                               MAX_TRIALS * (PICTURE_PX + CHOICE_RIM_PX + SPACING_PX));
  gtk_box_pack_start (GTK_BOX (column), make_against_row (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), self->choices, FALSE, FALSE, 0);
  return column;
}

static void
upscale_trial_pane_init (UpscaleTrialPane *self)
{
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, BORDER_PX);

  self->tile = NO_TILE;
  self->tile_cost = -1.0;
  self->trials = g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_trial_free);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  gtk_container_set_border_width (GTK_CONTAINER (self), BORDER_PX);
  self->compare = upscale_compare_new (COMPARE_WIDTH_PX, COMPARE_HEIGHT_PX);
  gtk_box_pack_start (GTK_BOX (self), make_sentence_row (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (columns), self->compare, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (columns), make_choices_column (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), columns, TRUE, TRUE, 0);
}

/**
 * upscale_trial_pane_new:
 * @config: the dialog's arguments
 * @maker: makes the job of a trial
 * @map: the dialog's map, on which the user chooses the tile
 *
 * Returns: (transfer floating): a pane without trials
 */
GtkWidget *
upscale_trial_pane_new (GimpProcedureConfig *config,
                        UpscaleTrialMaker    maker,
                        UpscaleTileMap      *map)
{
  UpscaleTrialPane *self;

  g_return_val_if_fail (GIMP_IS_PROCEDURE_CONFIG (config), NULL);
  g_return_val_if_fail (maker.make_job != NULL && maker.wait_until != NULL, NULL);
  g_return_val_if_fail (UPSCALE_IS_TILE_MAP (map), NULL);

  self = g_object_new (UPSCALE_TYPE_TRIAL_PANE, NULL);
  self->config = g_object_ref (config);
  self->maker = maker;
  g_set_weak_pointer (&self->map, map);
  g_set_weak_pointer (&self->button, gtk_button_new_with_mnemonic (""));
  gtk_widget_set_tooltip_text (self->button,
                               _ ("Paints only the tile that was clicked on "
                                  "the map"));
  g_signal_connect_object (self->button, "clicked", G_CALLBACK (on_try_clicked), self, 0);
  g_signal_connect_object (map, "tile-clicked", G_CALLBACK (on_tile_clicked), self, 0);
  show_button (self);
  return GTK_WIDGET (self);
}

/**
 * upscale_trial_pane_get_button:
 * @pane: a pane
 *
 * Returns: (transfer none): the button that starts a trial, to be placed below the map
 */
GtkWidget *
upscale_trial_pane_get_button (UpscaleTrialPane *pane)
{
  g_return_val_if_fail (UPSCALE_IS_TRIAL_PANE (pane), NULL);

  return pane->button;
}

/**
 * upscale_trial_pane_set_plan:
 * @pane: a pane
 * @plan: the tiles of the job, which the map shows
 * @tile_cost: estimated cost of a tile; negative for unknown
 * @is_possible: whether the job can start
 *
 * Follows a change of the arguments. The chosen point of the picture stays.
 */
void
upscale_trial_pane_set_plan (UpscaleTrialPane *pane,
                             UpscaleTilePlan  *plan,
                             double            tile_cost,
                             gboolean          is_possible)
{
  g_return_if_fail (UPSCALE_IS_TRIAL_PANE (pane));
  g_return_if_fail (plan != NULL);

  g_clear_pointer (&pane->plan, upscale_tile_plan_unref);
  pane->plan = upscale_tile_plan_ref (plan);
  pane->tile_cost = tile_cost;
  pane->is_possible = is_possible;
  if (pane->tile != NO_TILE)
    pane->tile = find_tile (pane);
  if (pane->tile != NO_TILE)
    upscale_tile_map_choose (pane->map, pane->tile);
  show_button (pane);
}

/**
 * upscale_trial_pane_is_busy:
 * @pane: a pane
 *
 * Returns: %TRUE while a tile is painted
 */
gboolean
upscale_trial_pane_is_busy (UpscaleTrialPane *pane)
{
  g_return_val_if_fail (UPSCALE_IS_TRIAL_PANE (pane), FALSE);

  return pane->job != NULL;
}

static gboolean
is_idle (gpointer user_data)
{
  return UPSCALE_TRIAL_PANE (user_data)->job == NULL;
}

/**
 * upscale_trial_pane_finish:
 * @pane: a pane
 *
 * Stops a trial, and waits until its endpoint was told, which takes a second or so. Runs
 * a main loop, so it must not be called from a callback.
 */
void
upscale_trial_pane_finish (UpscaleTrialPane *pane)
{
  g_return_if_fail (UPSCALE_IS_TRIAL_PANE (pane));

  if (!pane->job)
    return;
  g_cancellable_cancel (pane->cancellable);
  pane->maker.wait_until (is_idle, pane);
}
