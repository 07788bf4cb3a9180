/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-describe-row.h"

#include <glib/gi18n.h>

#include "upscale-endpoint-disclosure.h"
#include "upscale-idle-wait.h"

#define SPACING_PX 6
#define TEXT_WIDTH_CHARS 60
#define TWO_LINES "\n"

/**
 * UpscaleDescribeRow:
 *
 * A button that has servers describe tiles, a button that stops them, and sentences: what
 * would leave the computer, then the progress, then the outcome.
 */
struct _UpscaleDescribeRow
{
  GtkBox parent_instance;

  GimpProcedureConfig  *config;
  UpscaleDescriberMaker maker;
  GtkWidget            *button;
  GtkWidget            *stop;
  GtkWidget            *sentence;

  GArray           *tiles;     /* of guint, to describe */
  char             *forecast;  /* what would leave the computer */
  UpscaleDescriber *describer; /* NULL while nothing is described */
  GCancellable     *cancellable;
  guint             n_described;
  char             *reason;  /* of a stop that the user has not asked for */
  char             *outcome; /* of the last run */
};

enum
{
  SIGNAL_DESCRIBED,
  SIGNAL_BUSY_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UpscaleDescribeRow, upscale_describe_row, GTK_TYPE_BOX)

static void
say (UpscaleDescribeRow *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->sentence), sentence);
}

/* The outcome of a run stays above the forecast of the next one. */
static void
show_idle (UpscaleDescribeRow *self)
{
  g_autofree char *both =
      g_strjoin ("\n", self->outcome ? self->outcome : self->forecast,
                 self->outcome && self->tiles->len > 0 ? self->forecast : NULL, NULL);

  say (self, both);
}

static void
set_describer (UpscaleDescribeRow *self, UpscaleDescriber *describer)
{
  if (self->describer)
    {
      UpscaleScheduler *scheduler = upscale_describer_get_scheduler (self->describer);

      g_signal_handlers_disconnect_by_data (scheduler, self);
      g_signal_handlers_disconnect_by_data (self->describer, self);
    }
  g_set_object (&self->describer, describer);
  gtk_widget_set_visible (self->stop, describer != NULL);
  gtk_widget_set_sensitive (self->stop, describer != NULL);
  gtk_widget_set_sensitive (self->button, FALSE);
  g_signal_emit (self, signals[SIGNAL_BUSY_CHANGED], 0);
}

static char *
dup_outcome (UpscaleDescribeRow *self, UpscaleScheduler *scheduler)
{
  const UpscaleDispatchStatus *status = upscale_scheduler_get_status (scheduler);
  g_autofree char *failure = upscale_dispatch_status_dup_first_failure (status);
  g_autofree char *told =
      g_strdup_printf (ngettext ("%u tile has a text now, which you can change.",
                                 "%u tiles have a text now, which you can change.",
                                 self->n_described),
                       self->n_described);

  return failure ? g_strjoin (" ", told, failure, NULL) : g_steal_pointer (&told);
}

static void
on_idle (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleDescribeRow) self = user_data;

  upscale_idle_wait_finish (UPSCALE_SCHEDULER (object), result);
  set_describer (self, NULL);
  show_idle (self);
}

static void
on_ran (GObject *object, GAsyncResult *result, gpointer user_data)
{
  UpscaleDescribeRow *self = user_data;
  UpscaleDescriber   *describer = UPSCALE_DESCRIBER (object);
  UpscaleScheduler   *scheduler = upscale_describer_get_scheduler (describer);
  g_autoptr (GError) error = NULL;

  if (upscale_describer_run_finish (describer, result, &error))
    self->outcome = dup_outcome (self, scheduler);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    self->outcome = g_strdup (error->message);
  else
    self->outcome = g_strdup (self->reason ? self->reason : _ ("Stopped."));
  g_debug ("described %u of %u tiles", self->n_described, self->tiles->len);
  upscale_idle_wait_async (scheduler, on_idle, self);
}

static void
on_progress (UpscaleScheduler *scheduler, gpointer user_data)
{
  UpscaleDescribeRow *self = user_data;
  UpscaleProgress     progress =
      upscale_dispatch_status_get_progress (upscale_scheduler_get_status (scheduler));
  g_autofree char *text = upscale_progress_describe (progress);
  g_autofree char *sentence = g_strdup_printf (_ ("Describing: %s"), text);

  if (!g_cancellable_is_cancelled (self->cancellable))
    say (self, sentence);
}

static void
on_described (UpscaleDescriber *describer,
              guint             tile_index,
              const char       *caption,
              gpointer          user_data)
{
  UpscaleDescribeRow *self = user_data;

  /* Texts that come after a stop are for tiles that may be gone. */
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  self->n_described++;
  g_signal_emit (self, signals[SIGNAL_DESCRIBED], 0, tile_index, caption);
}

static void
on_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleDescribeRow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleDescriber) describer =
      self->maker.make_describer (self->config, self->tiles, self->maker.user_data,
                                  &error);
  UpscaleScheduler *scheduler;

  if (!describer)
    {
      say (self, error->message);
      return;
    }
  scheduler = upscale_describer_get_scheduler (describer);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->outcome, g_free);
  self->cancellable = g_cancellable_new ();
  self->n_described = 0;
  set_describer (self, describer);
  g_signal_connect (describer, "described", G_CALLBACK (on_described), self);
  g_signal_connect (scheduler, "progress", G_CALLBACK (on_progress), self);
  on_progress (scheduler, self);
  upscale_describer_run_async (describer, self->cancellable, on_ran, g_object_ref (self));
}

static void
on_stop_clicked (GtkButton *button, gpointer user_data)
{
  upscale_describe_row_stop (user_data, NULL);
}

static void
upscale_describe_row_finalize (GObject *object)
{
  UpscaleDescribeRow *self = UPSCALE_DESCRIBE_ROW (object);

  g_clear_object (&self->config);
  g_clear_object (&self->cancellable);
  g_array_unref (self->tiles);
  g_free (self->forecast);
  g_free (self->reason);
  g_free (self->outcome);
  G_OBJECT_CLASS (upscale_describe_row_parent_class)->finalize (object);
}

static void
upscale_describe_row_class_init (UpscaleDescribeRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_describe_row_finalize;

  /**
   * UpscaleDescribeRow::described:
   * @row: the row
   * @tile_index: a tile
   * @caption: its text
   */
  signals[SIGNAL_DESCRIBED] =
      g_signal_new ("described", UPSCALE_TYPE_DESCRIBE_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);

  /**
   * UpscaleDescribeRow::busy-changed:
   * @row: the row
   *
   * Emitted when describing begins or ends.
   */
  signals[SIGNAL_BUSY_CHANGED] =
      g_signal_new ("busy-changed", UPSCALE_TYPE_DESCRIBE_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 0);
}

/* Keeps the dialog from growing while the sentences change. */
static void
reserve_two_lines (GtkWidget *label)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (label, TWO_LINES);
  int height_px;

  pango_layout_get_pixel_size (layout, NULL, &height_px);
  gtk_widget_set_size_request (label, -1, height_px);
}

static void
upscale_describe_row_init (UpscaleDescribeRow *self)
{
  self->tiles = g_array_new (FALSE, FALSE, sizeof (guint));
  self->button = gtk_button_new_with_mnemonic (_ ("Describe Tile_s"));
  self->stop = gtk_button_new_with_mnemonic (_ ("St_op"));
  self->sentence = gtk_label_new (NULL);
  gtk_box_set_spacing (GTK_BOX (self), SPACING_PX);
  gtk_widget_set_tooltip_text (
      self->button, _ ("Asks the servers for a text of each tile that has none. Nothing "
                       "is painted, and you can change the texts before the job."));
  gtk_widget_set_no_show_all (self->stop, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0.0F);
  gtk_label_set_line_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (self->sentence), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (self->sentence), TEXT_WIDTH_CHARS);
  gtk_widget_set_valign (self->button, GTK_ALIGN_START);
  gtk_widget_set_valign (self->stop, GTK_ALIGN_START);
  reserve_two_lines (self->sentence);
  g_signal_connect (self->button, "clicked", G_CALLBACK (on_clicked), self);
  g_signal_connect (self->stop, "clicked", G_CALLBACK (on_stop_clicked), self);
  gtk_box_pack_start (GTK_BOX (self), self->button, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->stop, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->sentence, TRUE, TRUE, 0);
}

/**
 * upscale_describe_row_new:
 * @config: the dialog's arguments
 * @maker: makes describers
 *
 * Returns: (transfer floating): a row without tiles
 */
GtkWidget *
upscale_describe_row_new (GimpProcedureConfig *config, UpscaleDescriberMaker maker)
{
  UpscaleDescribeRow *self;

  g_return_val_if_fail (GIMP_IS_PROCEDURE_CONFIG (config), NULL);
  g_return_val_if_fail (maker.make_describer != NULL && maker.wait_until != NULL, NULL);

  self = g_object_new (UPSCALE_TYPE_DESCRIBE_ROW, NULL);
  self->config = g_object_ref (config);
  self->maker = maker;
  return GTK_WIDGET (self);
}

static char *
dup_forecast (UpscaleDescribeRow *self, GPtrArray *describers)
{
  if (describers->len == 0)
    return g_strdup (_ ("None of the chosen services describes tiles."));
  if (self->tiles->len == 0)
    return g_strdup (_ ("Every tile has a text."));
  return upscale_endpoint_disclosure_describe_captions (self->tiles->len, describers);
}

/**
 * upscale_describe_row_set_tiles:
 * @row: a row
 * @tiles: (element-type guint): the tiles that have no text yet
 * @describers: (element-type UpscaleEndpointEntry): the endpoints that may describe them
 *
 * Follows a change of the arguments.
 */
void
upscale_describe_row_set_tiles (UpscaleDescribeRow *row,
                                GArray             *tiles,
                                GPtrArray          *describers)
{
  g_return_if_fail (UPSCALE_IS_DESCRIBE_ROW (row));
  g_return_if_fail (tiles != NULL && describers != NULL);

  g_array_ref (tiles);
  g_array_unref (row->tiles);
  row->tiles = tiles;
  g_free (row->forecast);
  row->forecast = dup_forecast (row, describers);
  if (row->describer)
    return;
  show_idle (row);
  gtk_widget_set_sensitive (row->button, tiles->len > 0 && describers->len > 0);
}

/**
 * upscale_describe_row_is_busy:
 * @row: a row
 *
 * Returns: %TRUE while tiles are described
 */
gboolean
upscale_describe_row_is_busy (UpscaleDescribeRow *row)
{
  g_return_val_if_fail (UPSCALE_IS_DESCRIBE_ROW (row), FALSE);

  return row->describer != NULL;
}

/**
 * upscale_describe_row_stop:
 * @row: a row that is busy
 * @reason: (nullable): the reason, a sentence; %NULL if the user wants it
 *
 * Stops the servers. Texts that have come stay.
 */
void
upscale_describe_row_stop (UpscaleDescribeRow *row, const char *reason)
{
  g_return_if_fail (UPSCALE_IS_DESCRIBE_ROW (row));
  g_return_if_fail (row->describer != NULL);

  if (g_cancellable_is_cancelled (row->cancellable))
    return;
  g_set_str (&row->reason, reason);
  gtk_widget_set_sensitive (row->stop, FALSE);
  say (row, _ ("Stopping."));
  g_cancellable_cancel (row->cancellable);
}

static gboolean
is_idle (gpointer user_data)
{
  return UPSCALE_DESCRIBE_ROW (user_data)->describer == NULL;
}

/**
 * upscale_describe_row_finish:
 * @row: a row
 *
 * Stops the servers, and waits until they were told, which takes a second or so. Runs a
 * main loop, so it must not be called from a callback.
 */
void
upscale_describe_row_finish (UpscaleDescribeRow *row)
{
  g_return_if_fail (UPSCALE_IS_DESCRIBE_ROW (row));

  if (!row->describer)
    return;
  upscale_describe_row_stop (row, NULL);
  row->maker.wait_until (is_idle, row);
}
