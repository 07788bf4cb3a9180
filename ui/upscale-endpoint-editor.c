/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-editor.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-endpoint-form.h"
#include "upscale-keyring.h"
#include "upscale-tile-state-icon.h"
#include "upscale-endpoint-test.h"

#define SPACING_PX 12
#define LIST_WIDTH_PX 220
#define TEXT_WIDTH_CHARS 60
#define NEW_NAME "gpu"

/* One line of the list. */
typedef struct
{
  UpscaleEndpointEntry *entry;
  GStrv                 key; /* typed, not kept yet */
  GtkWidget            *name;
  GtkWidget            *light;
} Line;

/**
 * UpscaleEndpointEditor:
 *
 * The list of the user's endpoints: add, change, remove, switch, try. Nothing is kept
 * before Save.
 */
struct _UpscaleEndpointEditor
{
  GtkDialog parent_instance;

  const UpscaleEndpointTools *tools;
  UpscaleCompletions         *offers;
  UpscaleGenParams           *gen_params;
  GPtrArray                  *lines; /* in the order of the list box */
  GtkWidget                  *list;
  GtkWidget                  *remove;
  GtkWidget                  *form;
  GtkWidget                  *test;
  GtkWidget                  *spinner;
  GtkWidget                  *message;
  GCancellable               *trial; /* set while one runs */
};

G_DEFINE_FINAL_TYPE (UpscaleEndpointEditor, upscale_endpoint_editor, GTK_TYPE_DIALOG)

static void
line_free (gpointer data)
{
  Line *line = data;

  upscale_endpoint_entry_free (line->entry);
  g_strfreev (line->key);
  g_free (line);
}

static void
end_trial (UpscaleEndpointEditor *self)
{
  g_cancellable_cancel (self->trial);
  g_clear_object (&self->trial);
}

static void
upscale_endpoint_editor_dispose (GObject *object)
{
  UpscaleEndpointEditor *self = UPSCALE_ENDPOINT_EDITOR (object);

  end_trial (self);
  g_clear_pointer (&self->gen_params, upscale_gen_params_unref);
  g_clear_pointer (&self->lines, g_ptr_array_unref);
  G_OBJECT_CLASS (upscale_endpoint_editor_parent_class)->dispose (object);
}

static void
upscale_endpoint_editor_class_init (UpscaleEndpointEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_endpoint_editor_dispose;
}

static Line *
get_line (UpscaleEndpointEditor *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int            index = row ? gtk_list_box_row_get_index (row) : -1;

  return index >= 0 && index < (int) self->lines->len ? self->lines->pdata[index] : NULL;
}

static void
say (UpscaleEndpointEditor *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->message), sentence);
}

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *row, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;
  Line                  *line = get_line (self);

  upscale_endpoint_form_show (UPSCALE_ENDPOINT_FORM (self->form),
                              line ? line->entry : NULL, line ? line->key : NULL);
  gtk_widget_set_sensitive (self->remove, line != NULL);
  gtk_widget_set_sensitive (self->test, line != NULL);
}

static void
show_light (Line *line, UpscaleTileState state, const char *words)
{
  upscale_tile_state_icon_set_state (line->light, state);
  upscale_control_set_name (line->light, words);
}

static void
show_entry (Line *line)
{
  gboolean         is_local = upscale_endpoint_entry_is_local (line->entry);
  g_autofree char *place =
      is_local ? g_strdup_printf (_ ("%s: built in"), line->entry->name)
               : g_strdup_printf ("%s, %s", line->entry->kind, line->entry->address);
  g_autofree char *text =
      g_markup_printf_escaped ("%s\n<small>%s</small>",
                               is_local ? _ ("This computer") : line->entry->name, place);

  gtk_label_set_markup (GTK_LABEL (line->name), text);
  gtk_widget_set_tooltip_text (line->name, place);
}

static void
on_form_changed (UpscaleEndpointForm *form, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;
  Line                  *line = get_line (self);
  g_autoptr (GError) error = NULL;

  if (!line)
    return;
  upscale_endpoint_form_read (form, line->entry);
  g_strfreev (line->key);
  line->key = upscale_endpoint_form_dup_key (form);
  show_entry (line);
  show_light (line, UPSCALE_TILE_WAITING, _ ("not tested"));
  upscale_endpoint_entry_check (line->entry, &error);
  say (self, error ? error->message : "");
}

static void
on_switched (GtkToggleButton *button, gpointer user_data)
{
  Line *line = user_data;

  line->entry->is_on = gtk_toggle_button_get_active (button);
}

static void
add_line (UpscaleEndpointEditor *self, UpscaleEndpointEntry *entry)
{
  Line      *line = g_new0 (Line, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX / 2);
  GtkWidget *check = gtk_check_button_new ();

  line->entry = entry;
  line->name = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (line->name), 0.0F);
  gtk_label_set_ellipsize (GTK_LABEL (line->name), PANGO_ELLIPSIZE_END);
  show_entry (line);
  line->light = upscale_tile_state_icon_new (UPSCALE_TILE_WAITING);
  show_light (line, UPSCALE_TILE_WAITING, _ ("not tested"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check), entry->is_on);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  upscale_control_set_name (check, _ ("Serves where no endpoint is named"));
  g_signal_connect (check, "toggled", G_CALLBACK (on_switched), line);
  gtk_container_set_border_width (GTK_CONTAINER (box), SPACING_PX / 2);
  gtk_box_pack_start (GTK_BOX (box), check, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), line->name, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (box), line->light, FALSE, FALSE, 0);
  g_ptr_array_add (self->lines, line);
  gtk_list_box_insert (GTK_LIST_BOX (self->list), box, -1);
  gtk_widget_show_all (self->list);
}

static void
select_line (UpscaleEndpointEditor *self, int index)
{
  gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list),
                                                          index));
}

static gboolean
has_name (UpscaleEndpointEditor *self, const char *name, const Line *except)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = self->lines->pdata[i];

      if (line != except && g_str_equal (line->entry->name, name))
        return TRUE;
    }
  return FALSE;
}

static void
on_add_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;
  g_autofree char       *name = g_strdup (NEW_NAME);

  for (int i = 2; has_name (self, name, NULL); i++)
    {
      g_free (name);
      name = g_strdup_printf (NEW_NAME "-%d", i);
    }
  add_line (self, upscale_endpoint_entry_new (name, "tile-batch", "https://"));
  select_line (self, (int) self->lines->len - 1);
}

static void
on_remove_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;
  GtkListBoxRow         *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int                    index = row ? gtk_list_box_row_get_index (row) : -1;

  if (index < 0)
    return;
  g_ptr_array_remove_index (self->lines, (guint) index);
  gtk_widget_destroy (GTK_WIDGET (row));
  select_line (self, MIN (index, (int) self->lines->len - 1));
}

static void
show_trial (UpscaleEndpointEditor *self, Line *line, const UpscaleEndpointTest *trial)
{
  show_light (line, trial->works ? UPSCALE_TILE_PAINTED : UPSCALE_TILE_FAILED,
              trial->works ? _ ("works") : _ ("does not work"));
  say (self, trial->sentence);
  if (!trial->capabilities)
    return;
  upscale_completions_add_models (self->offers,
                                  (const char *const *) trial->capabilities->models);
  upscale_completions_add_loras (self->offers,
                                 (const char *const *) trial->capabilities->loras);
}

static void
on_tried (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UpscaleEndpointEditor) self = user_data;
  g_autoptr (UpscaleEndpointTest) trial = upscale_endpoint_test_run_finish (result, NULL);
  Line *line = self->lines ? get_line (self) : NULL;

  if (!self->lines)
    return;
  g_clear_object (&self->trial);
  gtk_spinner_stop (GTK_SPINNER (self->spinner));
  gtk_widget_set_sensitive (self->test, line != NULL);
  gtk_widget_set_sensitive (self->list, TRUE);
  if (line && trial)
    show_trial (self, line, trial);
}

static void
on_test_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;
  Line                  *line = get_line (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleEndpoint) endpoint = NULL;

  if (!line)
    return;
  if (upscale_endpoint_entry_check (line->entry, &error))
    endpoint = upscale_endpoint_tools_make (self->tools, line->entry,
                                            *line->entry->key_variable == '\0' ? line->key
                                                                               : NULL,
                                            &error);
  if (!endpoint)
    {
      show_light (line, UPSCALE_TILE_FAILED, _ ("does not work"));
      say (self, error->message);
      return;
    }
  say (self,
       _ ("A small tile is on its way. A service that sleeps may take minutes to wake."));
  gtk_widget_set_sensitive (self->test, FALSE);
  gtk_widget_set_sensitive (self->list, FALSE);
  gtk_spinner_start (GTK_SPINNER (self->spinner));
  self->trial = g_cancellable_new ();
  upscale_endpoint_test_run_async (endpoint, self->gen_params, self->tools->clock,
                                   self->trial, on_tried, g_object_ref (self));
}

static GtkWidget *
make_list (UpscaleEndpointEditor *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX / 2);
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX / 2);
  GtkWidget *add =
      upscale_control_new_icon_button ("list-add-symbolic", _ ("Add an endpoint"),
                                       G_CALLBACK (on_add_clicked), self);

  self->list = gtk_list_box_new ();
  self->remove =
      upscale_control_new_icon_button ("list-remove-symbolic", _ ("Remove this endpoint"),
                                       G_CALLBACK (on_remove_clicked), self);
  atk_object_set_name (gtk_widget_get_accessible (self->list), _ ("Endpoints"));
  gtk_widget_set_size_request (scroller, LIST_WIDTH_PX, -1);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scroller), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (scroller), self->list);
  gtk_box_pack_start (GTK_BOX (buttons), add, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (buttons), self->remove, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), scroller, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), buttons, FALSE, FALSE, 0);
  g_signal_connect (self->list, "row-selected", G_CALLBACK (on_row_selected), self);
  return box;
}

static GtkWidget *
make_page (UpscaleEndpointEditor *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX / 2);

  self->form = upscale_endpoint_form_new ();
  self->test = gtk_button_new_with_mnemonic (_ ("_Test"));
  self->spinner = gtk_spinner_new ();
  gtk_widget_set_tooltip_text (self->test, _ ("Sends a small tile and says how it went"));
  g_signal_connect (self->form, "changed", G_CALLBACK (on_form_changed), self);
  g_signal_connect (self->test, "clicked", G_CALLBACK (on_test_clicked), self);
  gtk_box_pack_start (GTK_BOX (row), self->test, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), self->spinner, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->form, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  return box;
}

static void
upscale_endpoint_editor_init (UpscaleEndpointEditor *self)
{
  GtkDialog *dialog = GTK_DIALOG (self);
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->lines = g_ptr_array_new_with_free_func (line_free);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Endpoints"));
  gtk_container_set_border_width (GTK_CONTAINER (content), SPACING_PX);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (dialog)), content, TRUE, TRUE,
                      0);
  gtk_dialog_add_buttons (dialog, _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Save"),
                          GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (dialog, GTK_RESPONSE_OK);
  gtk_box_pack_start (GTK_BOX (columns), make_list (self), FALSE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (columns), make_page (self), TRUE, TRUE, 0);
  self->message = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->message), 0.0F);
  gtk_label_set_line_wrap (GTK_LABEL (self->message), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->message), TEXT_WIDTH_CHARS);
  gtk_label_set_lines (GTK_LABEL (self->message), 3);
  gtk_label_set_selectable (GTK_LABEL (self->message), TRUE);
  gtk_box_pack_start (GTK_BOX (content), columns, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (content), self->message, FALSE, FALSE, 0);
}

static void
fill (UpscaleEndpointEditor *self)
{
  GPtrArray  *entries = upscale_endpoint_file_get_entries (self->tools->file);
  const char *problem = upscale_endpoint_file_get_problem (self->tools->file);

  for (guint i = 0; i < entries->len; i++)
    add_line (self, upscale_endpoint_entry_copy (entries->pdata[i]));
  if (entries->len == 0)
    add_line (self, upscale_endpoint_entry_new ("local", UPSCALE_LOCAL_KIND, ""));
  gtk_widget_show_all (GTK_WIDGET (self));
  select_line (self, 0);
  if (problem)
    say (self, problem);
}

/* The first thing that is wrong is shown where it can be mended. */
static gboolean
check_lines (UpscaleEndpointEditor *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      Line *line = self->lines->pdata[i];
      g_autoptr (GError) error = NULL;

      if (upscale_endpoint_entry_check (line->entry, &error) &&
          has_name (self, line->entry->name, line))
        g_set_error (&error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
                     _ ("Two endpoints are called '%s': rename one."), line->entry->name);
      if (!error)
        continue;
      select_line (self, (int) i);
      say (self, error->message);
      return FALSE;
    }
  return TRUE;
}

static gboolean
keep_keys (UpscaleEndpointEditor *self)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      Line *line = self->lines->pdata[i];
      g_autoptr (UpscaleKeySpec) spec = upscale_endpoint_entry_dup_key_spec (line->entry);
      g_autoptr (GError) error = NULL;

      if (!line->key || *spec->variable != '\0' ||
          upscale_keyring_store (spec, line->key, &error))
        continue;
      select_line (self, (int) i);
      say (self, error->message);
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_address (UpscaleEndpointEditor *self, const char *address)
{
  for (guint i = 0; i < self->lines->len; i++)
    if (g_str_equal (((Line *) self->lines->pdata[i])->entry->address, address))
      return TRUE;
  return FALSE;
}

/* What is not needed any more does not stay in the keyring; nobody waits for it. */
static void
forget_keys (UpscaleEndpointEditor *self)
{
  GPtrArray *before = upscale_endpoint_file_get_entries (self->tools->file);

  for (guint i = 0; i < before->len; i++)
    {
      const UpscaleEndpointEntry *entry = before->pdata[i];
      g_autoptr (UpscaleKeySpec) spec = upscale_endpoint_entry_dup_key_spec (entry);

      if (entry->key_scheme != UPSCALE_KEY_NONE && !has_address (self, entry->address))
        upscale_keyring_clear (spec, NULL);
    }
}

static gboolean
save (UpscaleEndpointEditor *self)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (!check_lines (self) || !keep_keys (self))
    return FALSE;
  forget_keys (self);
  for (guint i = 0; i < self->lines->len; i++)
    g_ptr_array_add (entries, ((Line *) self->lines->pdata[i])->entry);
  if (upscale_endpoint_file_save (self->tools->file, entries, &error))
    return TRUE;
  say (self, error->message);
  return FALSE;
}

/**
 * upscale_endpoint_editor_run:
 * @parent: the window it belongs to
 * @tools: what endpoints are made with; its file is changed by Save
 * @recipe: how the user is about to paint: a test says what is missing for that
 * @offers: gets the names that a tested server has
 *
 * Shows the editor and waits until it is closed.
 */
void
upscale_endpoint_editor_run (GtkWindow                  *parent,
                             const UpscaleEndpointTools *tools,
                             UpscaleGenParams           *gen_params,
                             UpscaleCompletions         *offers)
{
  UpscaleEndpointEditor *self =
      g_object_new (UPSCALE_TYPE_ENDPOINT_EDITOR, "transient-for", parent, "modal", TRUE,
                    NULL);

  self->tools = tools;
  self->gen_params = upscale_gen_params_ref (gen_params);
  self->offers = offers;
  fill (self);
  while (gtk_dialog_run (GTK_DIALOG (self)) == GTK_RESPONSE_OK && !save (self))
    ;
  gtk_widget_destroy (GTK_WIDGET (self));
}
