/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-tester.h"

#include <glib/gi18n.h>

#include "upscale-endpoint-test.h"

#define SPACING_PX 6

/**
 * UpscaleEndpointTester:
 *
 * A button that sends a test tile to an endpoint, and tells how it went.
 */
struct _UpscaleEndpointTester
{
  GtkBox parent_instance;

  UpscaleEndpointTesterParts parts;
  UpscaleEndpointEntry      *entry; /* NULL if there is nothing to test */
  GStrv                      key_parts;
  char                      *tested; /* name of the endpoint under test */
  GtkWidget                 *button;
  GtkWidget                 *spinner;
  GCancellable              *running; /* NULL while no test runs */
};

G_DEFINE_FINAL_TYPE (UpscaleEndpointTester, upscale_endpoint_tester, GTK_TYPE_BOX)

enum
{
  SIGNAL_SAID,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
upscale_endpoint_tester_dispose (GObject *object)
{
  UpscaleEndpointTester *self = UPSCALE_ENDPOINT_TESTER (object);

  g_cancellable_cancel (self->running);
  g_clear_object (&self->running);
  G_OBJECT_CLASS (upscale_endpoint_tester_parent_class)->dispose (object);
}

static void
upscale_endpoint_tester_finalize (GObject *object)
{
  UpscaleEndpointTester *self = UPSCALE_ENDPOINT_TESTER (object);

  g_clear_pointer (&self->entry, upscale_endpoint_entry_free);
  g_strfreev (self->key_parts);
  g_free (self->tested);
  G_OBJECT_CLASS (upscale_endpoint_tester_parent_class)->finalize (object);
}

static void
upscale_endpoint_tester_class_init (UpscaleEndpointTesterClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_endpoint_tester_dispose;
  G_OBJECT_CLASS (klass)->finalize = upscale_endpoint_tester_finalize;

  /**
   * UpscaleEndpointTester::said:
   * @tester: the tester
   * @sentence: the outcome, or that a tile was sent
   * @state: the #UpscaleEndpointTesterState
   *
   * Emitted when a test begins, and when it has ended.
   */
  signals[SIGNAL_SAID] =
      g_signal_new ("said", UPSCALE_TYPE_ENDPOINT_TESTER, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_INT);
}

static void
say (UpscaleEndpointTester *self, const char *sentence, UpscaleEndpointTesterState state)
{
  g_signal_emit (self, signals[SIGNAL_SAID], 0, sentence, (int) state);
}

static void
update_sensitivity (UpscaleEndpointTester *self)
{
  gtk_widget_set_sensitive (self->button, self->entry && !self->running);
}

static void
keep_outcome (UpscaleEndpointTester *self, const UpscaleEndpointTest *outcome)
{
  const UpscaleEndpointTesterParts *parts = &self->parts;

  if (outcome->works)
    parts->note_test (self->tested, outcome->seconds, parts->note_data);
  if (outcome->capabilities)
    upscale_completions_add_capabilities (parts->completions, self->tested,
                                          outcome->capabilities);
}

static void
on_tested (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleEndpointTester) self = user_data;
  g_autoptr (UpscaleEndpointTest) outcome =
      upscale_endpoint_test_run_finish (result, NULL);

  /* The window was closed meanwhile. */
  if (!self->running)
    return;
  g_clear_object (&self->running);
  gtk_spinner_stop (GTK_SPINNER (self->spinner));
  update_sensitivity (self);
  if (!outcome)
    return;
  keep_outcome (self, outcome);
  say (self, outcome->sentence,
       outcome->works ? UPSCALE_ENDPOINT_TESTER_WORKS : UPSCALE_ENDPOINT_TESTER_FAILED);
}

static UpscaleEndpoint *
make_endpoint (UpscaleEndpointTester *self, GError **error)
{
  GStrv key_parts = *self->entry->key_variable == '\0' ? self->key_parts : NULL;

  if (!upscale_endpoint_entry_check (self->entry, error))
    return NULL;
  return upscale_endpoint_tools_make (self->parts.tools, self->entry, key_parts, error);
}

static void
on_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleEndpointTester *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleEndpoint) endpoint = make_endpoint (self, &error);

  if (!endpoint)
    {
      say (self, error->message, UPSCALE_ENDPOINT_TESTER_FAILED);
      return;
    }
  g_set_str (&self->tested, self->entry->name);
  self->running = g_cancellable_new ();
  update_sensitivity (self);
  gtk_spinner_start (GTK_SPINNER (self->spinner));
  say (self,
       _ ("A small tile was sent. A service that starts on demand may "
          "take minutes to answer."),
       UPSCALE_ENDPOINT_TESTER_RUNNING);
  upscale_endpoint_test_run_async (endpoint, self->parts.gen_params,
                                   self->parts.tools->clock, self->running, on_tested,
                                   g_object_ref (self));
}

static void
upscale_endpoint_tester_init (UpscaleEndpointTester *self)
{
  GtkBox *box = GTK_BOX (self);

  gtk_box_set_spacing (box, SPACING_PX);
  self->button = gtk_button_new_with_mnemonic (_ ("_Test"));
  self->spinner = gtk_spinner_new ();
  gtk_widget_set_tooltip_text (self->button,
                               _ ("Sends a small tile and says how it went"));
  g_signal_connect (self->button, "clicked", G_CALLBACK (on_clicked), self);
  gtk_box_pack_start (box, self->button, FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->spinner, FALSE, FALSE, 0);
  update_sensitivity (self);
}

/**
 * upscale_endpoint_tester_new:
 * @parts: the parts that tests are made with
 *
 * Returns: (transfer floating): a tester, with nothing to test yet
 */
GtkWidget *
upscale_endpoint_tester_new (UpscaleEndpointTesterParts parts)
{
  UpscaleEndpointTester *self = g_object_new (UPSCALE_TYPE_ENDPOINT_TESTER, NULL);

  self->parts = parts;
  return GTK_WIDGET (self);
}

/**
 * upscale_endpoint_tester_set_entry:
 * @tester: a tester
 * @entry: (nullable): the endpoint to test
 * @key_parts: (nullable): a typed key that is not in the keyring yet
 *
 * Copies the endpoint that the next test asks. A running test goes on with the one that
 * it began with.
 */
void
upscale_endpoint_tester_set_entry (UpscaleEndpointTester      *tester,
                                   const UpscaleEndpointEntry *entry,
                                   GStrv                       key_parts)
{
  UpscaleEndpointEntry *copy;
  GStrv                 parts;

  g_return_if_fail (UPSCALE_IS_ENDPOINT_TESTER (tester));

  copy = entry ? upscale_endpoint_entry_copy (entry) : NULL;
  parts = g_strdupv (key_parts);
  g_clear_pointer (&tester->entry, upscale_endpoint_entry_free);
  g_strfreev (tester->key_parts);
  tester->entry = copy;
  tester->key_parts = parts;
  update_sensitivity (tester);
}
