/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-number-entry.h"

#include <glib/gi18n.h>
#include <math.h>

#include "upscale-number.h"

#define STEPS_A_PAGE 10.0
#define ZERO_WIDTH_CHARS 11
#define WATCH_KEY "upscale-number-watch"
/* Keeps the sentence about a pasted text short: a long one makes the window wider than
 * the screen, with its buttons outside. */
#define QUOTE_CHARS 30

/**
 * UpscaleNumberEntry:
 *
 * A spin button for all numbers of the windows. GTK reads letters as 0, drops the decimal
 * separator of other locales, and moves numbers that are out of range to its end. This
 * entry reads both separators, takes a number while it is typed, and keeps its number
 * where the text is not one.
 */
struct _UpscaleNumberEntry
{
  GimpSpinButton parent_instance;

  char    *zero;    /* shown instead of 0; NULL for 0 itself */
  char    *problem; /* about the last text, NULL for a number */
  double   kept;    /* the number before the user began to type */
  gboolean is_rounded;
  gboolean is_pending;
  gboolean keeps_text; /* while the number follows the text */
  gboolean is_writing; /* while the text follows the number */
};

G_DEFINE_FINAL_TYPE (UpscaleNumberEntry, upscale_number_entry, GIMP_TYPE_SPIN_BUTTON)

enum
{
  SIGNAL_READ,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static char *
dup_shown (UpscaleNumberEntry *self, double number)
{
  int digits = (int) gtk_spin_button_get_digits (GTK_SPIN_BUTTON (self));

  if (self->zero && number == 0.0)
    return g_strdup (self->zero);
  if (self->is_rounded)
    number = round (number * pow (10.0, digits)) / pow (10.0, digits);
  return upscale_number_format (number, digits);
}

/* Sets @number to the number that counts. Returns a sentence if the text is no number
 * that the entry takes. */
static char *
read_text (UpscaleNumberEntry *self, double *number)
{
  GtkSpinButton   *spin = GTK_SPIN_BUTTON (self);
  AtkObject       *accessible = gtk_widget_get_accessible (GTK_WIDGET (self));
  const char      *text = gtk_entry_get_text (GTK_ENTRY (self));
  gboolean         is_whole = gtk_spin_button_get_digits (spin) == 0;
  gboolean         is_zero = g_strcmp0 (text, self->zero) == 0;
  g_autofree char *shown = NULL;
  g_autofree char *least_shown = NULL;
  g_autofree char *most_shown = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *quote = NULL;
  double           read = 0.0;
  double           least, most;

  /* The number may have more decimals than the text. */
  shown = dup_shown (self, gtk_spin_button_get_value (spin));
  if (g_str_equal (text, shown))
    {
      *number = gtk_spin_button_get_value (spin);
      return NULL;
    }
  gtk_spin_button_get_range (spin, &least, &most);
  if ((is_zero || upscale_number_parse (text, is_whole, &read)) && read >= least &&
      read <= most)
    {
      *number = read;
      return NULL;
    }
  *number = self->kept;
  least_shown = upscale_number_format (least, 0);
  most_shown = upscale_number_format (most, 0);
  kept = dup_shown (self, self->kept);
  quote = g_utf8_truncate_middle (text, QUOTE_CHARS);
  return g_strdup_printf (
      is_whole ? _ ("%s: '%s' is not a whole number from %s to %s. It stays %s.")
               : _ ("%s: '%s' is not a number from %s to %s. It stays %s."),
      atk_object_get_name (accessible), quote, least_shown, most_shown, kept);
}

static void
set_problem (UpscaleNumberEntry *self, const char *problem, gboolean is_pending)
{
  gboolean has_changed = g_set_str (&self->problem, problem);

  if (!has_changed && self->is_pending == is_pending)
    return;
  self->is_pending = is_pending;
  g_signal_emit (self, signals[SIGNAL_READ], 0, problem, is_pending);
}

/* Takes the number while it is typed. The beginning of a text may be a number where the
 * whole text is none, so such a text brings back the number before. */
static void
on_typed (GtkEditable *editable, gpointer user_data)
{
  UpscaleNumberEntry *self = UPSCALE_NUMBER_ENTRY (editable);
  g_autofree char    *problem = NULL;
  double              number;

  if (self->is_writing)
    return;
  problem = read_text (self, &number);
  self->keeps_text = TRUE;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self), number);
  self->keeps_text = FALSE;
  set_problem (self, problem, problem != NULL);
}

/* GTK calls this when the user leaves the entry. A text that is no number makes way for
 * the entry's number. */
static int
upscale_number_entry_input (GtkSpinButton *spin, double *number)
{
  UpscaleNumberEntry *self = UPSCALE_NUMBER_ENTRY (spin);
  g_autofree char    *problem = read_text (self, number);

  set_problem (self, problem, FALSE);
  return TRUE;
}

static int
upscale_number_entry_output (GtkSpinButton *spin)
{
  UpscaleNumberEntry *self = UPSCALE_NUMBER_ENTRY (spin);
  g_autofree char    *text = NULL;

  if (self->keeps_text)
    return TRUE;
  self->kept = gtk_spin_button_get_value (spin);
  text = dup_shown (self, self->kept);
  if (g_str_equal (text, gtk_entry_get_text (GTK_ENTRY (spin))))
    return TRUE;
  self->is_writing = TRUE;
  gtk_entry_set_text (GTK_ENTRY (spin), text);
  self->is_writing = FALSE;
  if (self->is_pending)
    set_problem (self, NULL, FALSE);
  return TRUE;
}

static void
upscale_number_entry_finalize (GObject *object)
{
  UpscaleNumberEntry *self = UPSCALE_NUMBER_ENTRY (object);

  g_free (self->zero);
  g_free (self->problem);
  G_OBJECT_CLASS (upscale_number_entry_parent_class)->finalize (object);
}

static void
upscale_number_entry_class_init (UpscaleNumberEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_number_entry_finalize;
  GTK_SPIN_BUTTON_CLASS (klass)->input = upscale_number_entry_input;
  GTK_SPIN_BUTTON_CLASS (klass)->output = upscale_number_entry_output;

  /**
   * UpscaleNumberEntry::read:
   * @entry: the entry
   * @problem: (nullable): see #UpscaleNumberEntryFunc
   * @is_pending: see #UpscaleNumberEntryFunc
   *
   * Emitted when the text in the entry becomes a number, or ceases to be one.
   */
  signals[SIGNAL_READ] =
      g_signal_new ("read", UPSCALE_TYPE_NUMBER_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void
upscale_number_entry_init (UpscaleNumberEntry *self)
{
  g_signal_connect (self, "changed", G_CALLBACK (on_typed), NULL);
}

/**
 * upscale_number_entry_new:
 * @least: smallest number
 * @most: largest number
 * @step: difference that one click makes
 * @digits: decimals that are always shown; 0 for whole numbers only
 *
 * The sentence about a text that is no number begins with the accessible name of the
 * entry, so the caller sets that name.
 *
 * Returns: (transfer floating): an entry with the number @least
 */
GtkWidget *
upscale_number_entry_new (double least, double most, double step, int digits)
{
  GtkAdjustment *adjustment;
  GtkWidget     *entry;

  g_return_val_if_fail (least <= most, NULL);
  g_return_val_if_fail (digits >= 0, NULL);

  adjustment = gtk_adjustment_new (least, least, most, step, step * STEPS_A_PAGE, 0.0);
  entry = g_object_new (UPSCALE_TYPE_NUMBER_ENTRY, "halign", GTK_ALIGN_START,
                        "truncate-multiline", TRUE, NULL);
  gtk_spin_button_configure (GTK_SPIN_BUTTON (entry), adjustment, 1.0, (guint) digits);
  return entry;
}

/**
 * upscale_number_entry_explain_zero:
 * @entry: an entry
 * @word: the meaning of 0
 *
 * Shows @word instead of 0. The user types the number or the word.
 */
void
upscale_number_entry_explain_zero (UpscaleNumberEntry *entry, const char *word)
{
  g_return_if_fail (UPSCALE_IS_NUMBER_ENTRY (entry));
  g_return_if_fail (word != NULL);

  g_set_str (&entry->zero, word);
  gtk_entry_set_width_chars (GTK_ENTRY (entry),
                             MAX (ZERO_WIDTH_CHARS, (int) g_utf8_strlen (word, -1) + 1));
  upscale_number_entry_output (GTK_SPIN_BUTTON (entry));
}

/**
 * upscale_number_entry_round:
 * @entry: an entry
 *
 * Shows no more decimals than those that are always shown. The number keeps its other
 * decimals while the user leaves the text alone.
 */
void
upscale_number_entry_round (UpscaleNumberEntry *entry)
{
  g_return_if_fail (UPSCALE_IS_NUMBER_ENTRY (entry));

  entry->is_rounded = TRUE;
  upscale_number_entry_output (GTK_SPIN_BUTTON (entry));
}

/* Runs after the focus has moved, since the entry that loses the focus reads its text
 * then. */
static void
on_focus_moved (GtkWindow *window, GtkWidget *widget, gpointer user_data)
{
  GSignalGroup *focused = user_data;

  g_signal_group_set_target (focused, UPSCALE_IS_NUMBER_ENTRY (widget) ? widget : NULL);
}

typedef struct
{
  UpscaleNumberEntryFunc func;
  gpointer               user_data;
} Watch;

static void
on_read (UpscaleNumberEntry *entry,
         const char         *problem,
         gboolean            is_pending,
         gpointer            user_data)
{
  Watch *watch = user_data;

  watch->func (problem, is_pending, watch->user_data);
}

static void
watch_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

/**
 * upscale_number_entry_watch:
 * @window: a window with entries
 * @func: called when the text in one of the entries becomes a number, or ceases to be one
 * @user_data: data for @func; must outlive @window
 *
 * Watches the entry that has the focus, so that one caller watches all entries of the
 * window, also those that are added later.
 */
void
upscale_number_entry_watch (GtkWidget             *window,
                            UpscaleNumberEntryFunc func,
                            gpointer               user_data)
{
  GSignalGroup *focused;
  Watch        *watch;

  g_return_if_fail (GTK_IS_WINDOW (window));
  g_return_if_fail (func != NULL);

  focused = g_signal_group_new (UPSCALE_TYPE_NUMBER_ENTRY);
  watch = g_new (Watch, 1);
  *watch = (Watch) { func, user_data };
  g_signal_group_connect_data (focused, "read", G_CALLBACK (on_read), watch, watch_free,
                               G_CONNECT_DEFAULT);
  g_object_set_data_full (G_OBJECT (window), WATCH_KEY, focused, g_object_unref);
  g_signal_connect_after (window, "set-focus", G_CALLBACK (on_focus_moved), focused);
}
