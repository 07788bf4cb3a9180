/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-painter-choice.h"

#include <glib/gi18n.h>

#include "upscale-argument-table.h"
#include "upscale-control.h"
#include "upscale-endpoint-assistant.h"
#include "upscale-endpoint-kind.h"
#include "upscale-endpoint-light.h"

#define SPACING_PX 6
#define INDENT_PX 24
#define MODEL_WIDTH_CHARS 10
#define NAMES_WIDTH_CHARS 24
#define ENDPOINTS "endpoints"
#define MODEL "model"
#define LOCAL_NAME "local"

/* The two kinds of painters, which have a model each. */
enum
{
  SERVICES,
  LOCAL,
  N_PAINTERS
};

/**
 * UpscalePainterChoice:
 *
 * The choice between this computer and GPU services. It shows and changes the arguments
 * `endpoints` and `model`, and remembers the model of the other kind of painter while the
 * dialog is open.
 */
struct _UpscalePainterChoice
{
  GtkGrid parent_instance;

  const UpscaleDialogRequest *request;
  GtkWidget                  *radios[N_PAINTERS];
  char                       *models[N_PAINTERS];
  GtkWidget                  *local_model;
  GtkWidget                  *names;
  GtkWidget                  *light;
  gboolean                    is_writing; /* while the choice changes the arguments */
  gboolean                    is_local;
};

G_DEFINE_FINAL_TYPE (UpscalePainterChoice, upscale_painter_choice, GTK_TYPE_GRID)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
upscale_painter_choice_finalize (GObject *object)
{
  UpscalePainterChoice *self = UPSCALE_PAINTER_CHOICE (object);

  for (int i = 0; i < N_PAINTERS; i++)
    g_free (self->models[i]);
  G_OBJECT_CLASS (upscale_painter_choice_parent_class)->finalize (object);
}

static void
upscale_painter_choice_class_init (UpscalePainterChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_painter_choice_finalize;

  /**
   * UpscalePainterChoice::changed:
   *
   * Emitted when another kind of painter is chosen, and when a server has answered.
   */
  signals[SIGNAL_CHANGED] =
      g_signal_new ("changed", UPSCALE_TYPE_PAINTER_CHOICE, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 0);
}

static void
upscale_painter_choice_init (UpscalePainterChoice *self)
{
  gtk_grid_set_row_spacing (GTK_GRID (self), SPACING_PX);
  gtk_grid_set_column_spacing (GTK_GRID (self), SPACING_PX);
}

static gboolean
names_only_local (UpscalePainterChoice *self, const char *text)
{
  return upscale_endpoint_list_is_local (text, self->request->tools->file);
}

/* Returns the text that means this computer: empty where it is the default anyway. The
 * user may have given the name `local` to a service. */
static const char *
get_local_text (UpscalePainterChoice *self)
{
  const UpscaleEndpointFile *file = self->request->tools->file;
  GPtrArray                 *entries = upscale_endpoint_file_get_entries (file);

  if (names_only_local (self, ""))
    return "";
  for (guint i = 0; i < entries->len; i++)
    if (upscale_endpoint_entry_is_local (entries->pdata[i]))
      return ((UpscaleEndpointEntry *) entries->pdata[i])->name;
  return upscale_endpoint_file_lookup (file, LOCAL_NAME) ? NULL : LOCAL_NAME;
}

static gboolean
is_active (UpscalePainterChoice *self, int painter)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->radios[painter]));
}

static const char *
get_names (UpscalePainterChoice *self)
{
  return gtk_entry_get_text (GTK_ENTRY (self->names));
}

static void
set_argument (UpscalePainterChoice *self, const char *name, const char *text)
{
  self->is_writing = TRUE;
  g_object_set (self->request->config, name, text, NULL);
  self->is_writing = FALSE;
}

static GtkWidget *
get_model_entry (UpscalePainterChoice *self)
{
  return gtk_bin_get_child (GTK_BIN (self->local_model));
}

static void
show_local_model (UpscalePainterChoice *self)
{
  self->is_writing = TRUE;
  gtk_entry_set_text (GTK_ENTRY (get_model_entry (self)), self->models[LOCAL]);
  self->is_writing = FALSE;
}

/* Follows the radio buttons: the arguments get the values of the chosen painter. */
static void
update (UpscalePainterChoice *self)
{
  gboolean is_local = is_active (self, LOCAL);

  gtk_widget_set_sensitive (self->local_model, is_local);
  gtk_widget_set_tooltip_text (
      self->local_model,
      is_local ? _ ("fast, fine (better and slower), resample (a plain enlargement), or "
                    "the path of your own ONNX file")
               : _ ("The model of this computer has no effect while services paint."));
  self->is_local = is_local || (*get_names (self) != '\0' &&
                                names_only_local (self, get_names (self)));
  g_debug ("%s paints", is_local ? "this computer" : "a service");
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
choose (UpscalePainterChoice *self, int painter)
{
  self->is_writing = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->radios[painter]), TRUE);
  self->is_writing = FALSE;
}

static void
on_toggled (GtkToggleButton *radio, gpointer user_data)
{
  UpscalePainterChoice *self = user_data;
  int                   painter = is_active (self, LOCAL) ? LOCAL : SERVICES;

  if (self->is_writing)
    return;
  set_argument (self, ENDPOINTS,
                painter == LOCAL ? get_local_text (self) : get_names (self));
  set_argument (self, MODEL, self->models[painter]);
  update (self);
}

/* A user who types the name of a service wants it to paint. */
static void
on_names_typed (GtkEditable *editable, gpointer user_data)
{
  UpscalePainterChoice *self = user_data;

  if (self->is_writing)
    return;
  if (!is_active (self, SERVICES))
    {
      choose (self, SERVICES);
      set_argument (self, MODEL, self->models[SERVICES]);
    }
  set_argument (self, ENDPOINTS, get_names (self));
  update (self);
}

static void
on_local_model_typed (GtkEditable *editable, gpointer user_data)
{
  UpscalePainterChoice *self = user_data;

  if (self->is_writing)
    return;
  g_set_str (&self->models[LOCAL], gtk_entry_get_text (GTK_ENTRY (editable)));
  set_argument (self, MODEL, self->models[LOCAL]);
}

static void
on_model_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  UpscalePainterChoice *self = user_data;
  int                   painter = is_active (self, LOCAL) ? LOCAL : SERVICES;
  g_autofree char      *model = NULL;

  g_object_get (config, MODEL, &model, NULL);
  if (self->is_writing)
    return;
  g_set_str (&self->models[painter], model ? model : "");
  show_local_model (self);
}

/* GIMP's reset and the editor of endpoints change the meaning of the names. */
static void
on_endpoints_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  UpscalePainterChoice *self = user_data;
  g_autofree char      *text = NULL;
  g_autofree char      *usual = NULL;
  gboolean              is_local;

  if (self->is_writing)
    return;
  g_object_get (config, ENDPOINTS, &text, NULL);
  usual = upscale_endpoint_file_dup_default (self->request->tools->file);
  is_local = names_only_local (self, text ? text : "");
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->names),
                                  names_only_local (self, "")
                                      ? _ ("name or address of a service")
                                      : usual);
  choose (self, is_local ? LOCAL : SERVICES);
  self->is_writing = TRUE;
  if (!is_local)
    gtk_entry_set_text (GTK_ENTRY (self->names), text);
  self->is_writing = FALSE;
  gtk_widget_set_sensitive (self->radios[LOCAL], get_local_text (self) != NULL);
  on_model_changed (config, NULL, self);
  update (self);
}

static void
on_light_changed (UpscaleEndpointLight *light, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CHANGED], 0);
}

static GtkWindow *
get_window (UpscalePainterChoice *self)
{
  return GTK_WINDOW (gtk_widget_get_toplevel (GTK_WIDGET (self)));
}

static UpscaleEndpointTesterParts
make_tester_parts (const UpscaleDialogRequest *request, UpscaleGenParams *gen_params)
{
  return (UpscaleEndpointTesterParts) { request->tools, gen_params, request->completions,
                                        request->note_test, request->forecast_data };
}

/* A service that was just set up is meant to paint. */
static void
on_set_up (const char *name, gpointer user_data)
{
  UpscalePainterChoice *self = user_data;

  gtk_entry_set_text (GTK_ENTRY (self->names), name);
  g_object_notify (G_OBJECT (self->request->config), ENDPOINTS);
}

static void
on_set_up_clicked (GtkButton *button, gpointer user_data)
{
  UpscalePainterChoice       *self = user_data;
  const UpscaleDialogRequest *request = self->request;
  g_autoptr (UpscaleGenParams) gen_params = request->dup_gen_params (request->config);

  upscale_endpoint_assistant_open (get_window (self),
                                   make_tester_parts (request, gen_params), on_set_up,
                                   self);
}

/* The names in the entry may mean other endpoints after the list was edited. */
static void
on_edit_clicked (GtkButton *button, gpointer user_data)
{
  UpscalePainterChoice       *self = user_data;
  const UpscaleDialogRequest *request = self->request;
  g_autoptr (UpscaleGenParams) gen_params = request->dup_gen_params (request->config);

  upscale_endpoint_editor_run (get_window (self),
                               make_tester_parts (request, gen_params));
  g_object_notify (G_OBJECT (request->config), ENDPOINTS);
}

static void
add_local (UpscalePainterChoice *self)
{
  static const char *const models[] = { "fast", "fine", "resample" };
  GtkWidget               *entry;

  self->radios[LOCAL] =
      gtk_radio_button_new_with_mnemonic (NULL,
                                          _ ("_This computer – sharpens, no new detail"));
  self->local_model = gtk_combo_box_text_new_with_entry ();
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (self->local_model), models[i]);
  entry = get_model_entry (self);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), MODEL_WIDTH_CHARS);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), models[0]);
  atk_object_set_name (gtk_widget_get_accessible (entry), _ ("Model on this computer"));
  atk_object_set_name (gtk_widget_get_accessible (self->local_model),
                       _ ("Models on this computer"));
  gtk_grid_attach (GTK_GRID (self), self->radios[LOCAL], 0, 0, 1, 1);
  gtk_grid_attach (GTK_GRID (self), self->local_model, 1, 0, 1, 1);
  g_signal_connect (self->radios[LOCAL], "toggled", G_CALLBACK (on_toggled), self);
  g_signal_connect (entry, "changed", G_CALLBACK (on_local_model_typed), self);
}

static GtkWidget *
make_names (UpscalePainterChoice *self)
{
  const UpscaleArgument *argument = upscale_argument_table_find (ENDPOINTS);
  GtkWidget             *label = gtk_label_new_with_mnemonic (_ (argument->label));

  self->names = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (self->names), NAMES_WIDTH_CHARS);
  gtk_entry_set_activates_default (GTK_ENTRY (self->names), TRUE);
  gtk_widget_set_hexpand (self->names, TRUE);
  gtk_widget_set_tooltip_text (self->names, _ (argument->blurb));
  gtk_widget_set_tooltip_text (label, _ (argument->blurb));
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), self->names);
  upscale_control_name_after (self->names, _ (argument->label));
  g_signal_connect (self->names, "changed", G_CALLBACK (on_names_typed), self);
  return label;
}

static void
add_services (UpscalePainterChoice *self)
{
  const UpscaleDialogRequest *request = self->request;
  GtkWidget                  *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);
  GtkWidget                  *edit = gtk_button_new_with_mnemonic (_ ("_Edit..."));
  GtkWidget                  *set_up = gtk_button_new_with_mnemonic (_ ("_Set Up..."));

  self->radios[SERVICES] = gtk_radio_button_new_with_mnemonic_from_widget (
      GTK_RADIO_BUTTON (self->radios[LOCAL]), _ ("GPU ser_vices – paint new detail"));
  self->light = upscale_endpoint_light_new (G_OBJECT (request->config), request->tools,
                                            request->completions);
  gtk_widget_set_tooltip_text (edit, _ ("Add, change and test endpoints"));
  gtk_widget_set_margin_start (row, INDENT_PX);
  gtk_box_pack_start (GTK_BOX (row), make_names (self), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->names, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->light, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), edit, FALSE, FALSE, 0);
  gtk_widget_set_tooltip_text (set_up, _ ("Asks for a GPU service, step by step"));
  gtk_grid_attach (GTK_GRID (self), self->radios[SERVICES], 0, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (self), set_up, 1, 1, 1, 1);
  gtk_grid_attach (GTK_GRID (self), row, 0, 2, 2, 1);
  g_signal_connect (self->light, "changed", G_CALLBACK (on_light_changed), self);
  g_signal_connect (edit, "clicked", G_CALLBACK (on_edit_clicked), self);
  g_signal_connect (set_up, "clicked", G_CALLBACK (on_set_up_clicked), self);
}

/**
 * upscale_painter_choice_new:
 * @request: the dialog's input; must outlive the widget
 *
 * Returns: (transfer floating): the choice, which shows the arguments of @request
 */
GtkWidget *
upscale_painter_choice_new (const UpscaleDialogRequest *request)
{
  UpscalePainterChoice *self;

  g_return_val_if_fail (request != NULL, NULL);

  self = g_object_new (UPSCALE_TYPE_PAINTER_CHOICE, NULL);
  self->request = request;
  for (int i = 0; i < N_PAINTERS; i++)
    self->models[i] = g_strdup ("");
  add_local (self);
  add_services (self);
  g_signal_connect_object (request->config, "notify::" ENDPOINTS,
                           G_CALLBACK (on_endpoints_changed), self, 0);
  g_signal_connect_object (request->config, "notify::" MODEL,
                           G_CALLBACK (on_model_changed), self, 0);
  on_endpoints_changed (G_OBJECT (request->config), NULL, self);
  return GTK_WIDGET (self);
}

/**
 * upscale_painter_choice_is_local:
 * @choice: a choice
 *
 * Returns: %TRUE if only this computer paints, which has no diffusion model
 */
gboolean
upscale_painter_choice_is_local (UpscalePainterChoice *choice)
{
  g_return_val_if_fail (UPSCALE_IS_PAINTER_CHOICE (choice), FALSE);

  return choice->is_local;
}

/**
 * upscale_painter_choice_get_problem:
 * @choice: a choice
 *
 * Returns: (nullable): a sentence, if services are to paint and none is named
 */
const char *
upscale_painter_choice_get_problem (UpscalePainterChoice *choice)
{
  g_return_val_if_fail (UPSCALE_IS_PAINTER_CHOICE (choice), NULL);

  return is_active (choice, SERVICES) && *get_names (choice) == '\0' &&
                 names_only_local (choice, "")
             ? _ ("No service is named: type its address, or press Set Up.")
             : NULL;
}

/**
 * upscale_painter_choice_get_sentences:
 * @choice: a choice
 *
 * Returns: (transfer none): a line for each server that was asked; empty if none was
 */
const char *
upscale_painter_choice_get_sentences (UpscalePainterChoice *choice)
{
  g_return_val_if_fail (UPSCALE_IS_PAINTER_CHOICE (choice), NULL);

  return upscale_endpoint_light_get_sentences (UPSCALE_ENDPOINT_LIGHT (choice->light));
}

/**
 * upscale_painter_choice_dup_missing:
 * @choice: a choice
 *
 * Returns: (transfer full): a line for each server that was asked and can't follow all
 * settings; empty if there is none
 */
char *
upscale_painter_choice_dup_missing (UpscalePainterChoice *choice)
{
  g_autoptr (UpscaleGenParams) gen_params = NULL;

  g_return_val_if_fail (UPSCALE_IS_PAINTER_CHOICE (choice), NULL);

  gen_params = choice->request->dup_gen_params (choice->request->config);
  return upscale_endpoint_light_dup_missing (UPSCALE_ENDPOINT_LIGHT (choice->light),
                                             gen_params);
}

static gboolean
may_describe (UpscalePainterChoice *self, const UpscaleEndpointEntry *entry)
{
  UpscaleEndpointLight *light = UPSCALE_ENDPOINT_LIGHT (self->light);

  return !upscale_endpoint_entry_is_local (entry) &&
         upscale_endpoint_kind_find (entry->kind)->may_give_captions &&
         !upscale_endpoint_light_denies_captions (light, entry->name);
}

/**
 * upscale_painter_choice_list_describers:
 * @choice: a choice
 *
 * Returns: (transfer full) (element-type UpscaleEndpointEntry): the chosen endpoints that
 * describe tiles, or were not asked yet whether they do
 */
GPtrArray *
upscale_painter_choice_list_describers (UpscalePainterChoice *choice)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  g_return_val_if_fail (UPSCALE_IS_PAINTER_CHOICE (choice), NULL);

  g_object_get (choice->request->config, ENDPOINTS, &text, NULL);
  entries = upscale_endpoint_list_describe (text, choice->request->tools->file, NULL);
  if (!entries)
    return g_ptr_array_new ();
  for (guint i = entries->len; i-- > 0;)
    if (!may_describe (choice, entries->pdata[i]))
      g_ptr_array_remove_index (entries, i);
  return g_steal_pointer (&entries);
}
