/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-editor.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-endpoint-form.h"
#include "upscale-keyring.h"
#include "upscale-number-entry.h"
#include "upscale-tile-state-icon.h"

#define SPACING_PX 12
#define LEAST_NAME_CHARS 18
#define MOST_NAME_CHARS 28
#define TEXT_WIDTH_CHARS 60
#define NEW_NAME "gpu"

/* A row of the list. */
typedef struct
{
  UpscaleEndpointEntry *entry;
  GStrv                 typed_key; /* not in the keyring yet */
  GtkWidget            *name;
  GtkWidget            *icon; /* the outcome of the last test */
} Row;

/**
 * UpscaleEndpointEditor:
 *
 * A dialog with the list of the user's endpoints, to add, change, remove, switch and test
 * them. Only Save writes to the list's file and to the keyring.
 */
struct _UpscaleEndpointEditor
{
  GtkDialog parent_instance;

  const UpscaleEndpointTools *tools;
  GPtrArray                  *rows; /* of Row, in the order of the list box */
  GtkWidget                  *list;
  GtkWidget                  *remove;
  GtkWidget                  *form;
  GtkWidget                  *page;
  GtkWidget                  *tester;
  GtkWidget                  *message;
};

G_DEFINE_FINAL_TYPE (UpscaleEndpointEditor, upscale_endpoint_editor, GTK_TYPE_DIALOG)

static void
row_free (gpointer data)
{
  Row *row = data;

  upscale_endpoint_entry_free (row->entry);
  g_strfreev (row->typed_key);
  g_free (row);
}

static void
upscale_endpoint_editor_dispose (GObject *object)
{
  UpscaleEndpointEditor *self = UPSCALE_ENDPOINT_EDITOR (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (upscale_endpoint_editor_parent_class)->dispose (object);
}

static void
upscale_endpoint_editor_class_init (UpscaleEndpointEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_endpoint_editor_dispose;
}

static Row *
get_selected_row (UpscaleEndpointEditor *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int            index = row ? gtk_list_box_row_get_index (row) : -1;

  return index >= 0 && index < (int) self->rows->len ? self->rows->pdata[index] : NULL;
}

static void
show_message (UpscaleEndpointEditor *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->message), sentence);
}

static void
update_tester (UpscaleEndpointEditor *self)
{
  Row *row = get_selected_row (self);

  upscale_endpoint_tester_set_entry (UPSCALE_ENDPOINT_TESTER (self->tester),
                                     row ? row->entry : NULL,
                                     row ? row->typed_key : NULL);
}

static void
on_row_selected (GtkListBox *list, GtkListBoxRow *list_row, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;
  Row                   *row = get_selected_row (self);

  upscale_endpoint_form_show (UPSCALE_ENDPOINT_FORM (self->form), row ? row->entry : NULL,
                              row ? row->typed_key : NULL);
  gtk_widget_set_sensitive (self->remove, row != NULL);
  update_tester (self);
}

static void
show_icon (Row *row, UpscaleTileState state, const char *words)
{
  upscale_tile_state_icon_set_state (row->icon, state);
  upscale_control_set_name (row->icon, words);
}

static void
show_entry (Row *row)
{
  gboolean         is_local = upscale_endpoint_entry_is_local (row->entry);
  g_autofree char *place =
      is_local ? g_strdup_printf (_ ("%s: built in"), row->entry->name)
               : g_strdup_printf ("%s, %s", row->entry->kind, row->entry->address);
  g_autofree char *text =
      g_markup_printf_escaped ("%s\n<small>%s</small>",
                               is_local ? _ ("This computer") : row->entry->name, place);

  gtk_label_set_markup (GTK_LABEL (row->name), text);
  gtk_widget_set_tooltip_text (row->name, gtk_label_get_text (GTK_LABEL (row->name)));
}

/* Shows the error of the selected row, or the empty line. */
static void
show_check (UpscaleEndpointEditor *self)
{
  Row *row = get_selected_row (self);
  g_autoptr (GError) error = NULL;

  if (row)
    upscale_endpoint_entry_check (row->entry, &error);
  show_message (self, error ? error->message : "");
}

static void
on_form_changed (UpscaleEndpointForm *form, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;
  Row                   *row = get_selected_row (self);

  if (!row)
    return;
  upscale_endpoint_form_read (form, row->entry);
  g_strfreev (row->typed_key);
  row->typed_key = upscale_endpoint_form_dup_key (form);
  update_tester (self);
  show_entry (row);
  show_icon (row, UPSCALE_TILE_WAITING, _ ("not tested"));
  show_check (self);
}

static void
on_number_read (const char *problem, gboolean is_pending, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;

  if (problem)
    show_message (self, problem);
  else
    show_check (self);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (self), GTK_RESPONSE_OK, !is_pending);
}

static void
on_switched (GtkToggleButton *button, gpointer user_data)
{
  Row *row = user_data;

  row->entry->is_on = gtk_toggle_button_get_active (button);
}

static void
add_row (UpscaleEndpointEditor *self, UpscaleEndpointEntry *entry)
{
  Row       *row = g_new0 (Row, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX / 2);
  GtkWidget *check = gtk_check_button_new ();

  row->entry = entry;
  row->name = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (row->name), 0.0F);
  gtk_label_set_ellipsize (GTK_LABEL (row->name), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (row->name), LEAST_NAME_CHARS);
  gtk_label_set_max_width_chars (GTK_LABEL (row->name), MOST_NAME_CHARS);
  show_entry (row);
  row->icon = upscale_tile_state_icon_new (UPSCALE_TILE_WAITING);
  show_icon (row, UPSCALE_TILE_WAITING, _ ("not tested"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (check), entry->is_on);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  upscale_control_set_name (check, _ ("Serves where no endpoint is named"));
  g_signal_connect (check, "toggled", G_CALLBACK (on_switched), row);
  gtk_container_set_border_width (GTK_CONTAINER (box), SPACING_PX / 2);
  gtk_box_pack_start (GTK_BOX (box), check, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), row->name, TRUE, TRUE, 0);
  gtk_box_pack_end (GTK_BOX (box), row->icon, FALSE, FALSE, 0);
  g_ptr_array_add (self->rows, row);
  gtk_list_box_insert (GTK_LIST_BOX (self->list), box, -1);
  gtk_widget_show_all (self->list);
}

static void
select_row (UpscaleEndpointEditor *self, int index)
{
  gtk_list_box_select_row (GTK_LIST_BOX (self->list),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list),
                                                          index));
}

static gboolean
has_name (UpscaleEndpointEditor *self, const char *name, const Row *except)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = self->rows->pdata[i];

      if (row != except && g_str_equal (row->entry->name, name))
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
  add_row (self, upscale_endpoint_entry_new (name, "tile-batch", "https://"));
  select_row (self, (int) self->rows->len - 1);
}

static void
on_remove_clicked (GtkButton *button, gpointer user_data)
{
  UpscaleEndpointEditor *self = user_data;
  GtkListBoxRow         *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int                    index = row ? gtk_list_box_row_get_index (row) : -1;

  if (index < 0)
    return;
  g_ptr_array_remove_index (self->rows, (guint) index);
  gtk_widget_destroy (GTK_WIDGET (row));
  select_row (self, MIN (index, (int) self->rows->len - 1));
}

/* The list is insensitive while a test runs, so its outcome is that of the selected row.
 */
static void
on_said (UpscaleEndpointTester *tester,
         const char            *sentence,
         int                    state,
         gpointer               user_data)
{
  UpscaleEndpointEditor *self = user_data;
  Row                   *row = get_selected_row (self);
  gboolean               is_running = state == UPSCALE_ENDPOINT_TESTER_RUNNING;
  gboolean               works = state == UPSCALE_ENDPOINT_TESTER_WORKS;

  gtk_widget_set_sensitive (self->list, !is_running);
  show_message (self, sentence);
  if (row && !is_running)
    show_icon (row, works ? UPSCALE_TILE_PAINTED : UPSCALE_TILE_FAILED,
               works ? _ ("works") : _ ("does not work"));
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
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scroller), TRUE);
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
  self->page = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  self->form = upscale_endpoint_form_new (UPSCALE_ENDPOINT_FORM_ALL);
  g_signal_connect (self->form, "changed", G_CALLBACK (on_form_changed), self);
  gtk_box_pack_start (GTK_BOX (self->page), self->form, FALSE, FALSE, 0);
  return self->page;
}

static void
add_tester (UpscaleEndpointEditor *self, UpscaleEndpointTesterParts parts)
{
  self->tester = upscale_endpoint_tester_new (parts);
  g_signal_connect_object (self->tester, "said", G_CALLBACK (on_said), self, 0);
  gtk_box_pack_start (GTK_BOX (self->page), self->tester, FALSE, FALSE, 0);
}

static void
upscale_endpoint_editor_init (UpscaleEndpointEditor *self)
{
  GtkDialog *dialog = GTK_DIALOG (self);
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, SPACING_PX);

  self->rows = g_ptr_array_new_with_free_func (row_free);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Endpoints"));
  gtk_container_set_border_width (GTK_CONTAINER (content), SPACING_PX);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (dialog)), content, TRUE, TRUE,
                      0);
  gtk_dialog_add_buttons (dialog, _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_Save"),
                          GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (dialog, GTK_RESPONSE_OK);
  gtk_box_pack_start (GTK_BOX (columns), make_list (self), FALSE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (columns), make_page (self), TRUE, TRUE, 0);
  upscale_number_entry_watch (GTK_WIDGET (self), on_number_read, self);
  self->message = upscale_control_new_line (NULL, TEXT_WIDTH_CHARS);
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
    add_row (self, upscale_endpoint_entry_copy (entries->pdata[i]));
  if (entries->len == 0)
    add_row (self, upscale_endpoint_entry_new ("local", UPSCALE_LOCAL_KIND, ""));
  gtk_widget_show_all (GTK_WIDGET (self));
  select_row (self, 0);
  if (problem)
    show_message (self, problem);
}

/* Shows the first error and selects its row, where the user can correct it. */
static gboolean
check_rows (UpscaleEndpointEditor *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = self->rows->pdata[i];
      g_autoptr (GError) error = NULL;

      if (upscale_endpoint_entry_check (row->entry, &error) &&
          has_name (self, row->entry->name, row))
        g_set_error (&error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
                     _ ("Two endpoints are called '%s': rename one."), row->entry->name);
      if (!error)
        continue;
      select_row (self, (int) i);
      show_message (self, error->message);
      return FALSE;
    }
  return TRUE;
}

static gboolean
store_keys (UpscaleEndpointEditor *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = self->rows->pdata[i];
      g_autoptr (UpscaleKeySpec) spec = upscale_endpoint_entry_dup_key_spec (row->entry);
      g_autoptr (GError) error = NULL;

      if (!row->typed_key || *spec->variable != '\0' ||
          upscale_keyring_store (spec, row->typed_key, &error))
        continue;
      select_row (self, (int) i);
      show_message (self, error->message);
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_address (UpscaleEndpointEditor *self, const char *address)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (g_str_equal (((Row *) self->rows->pdata[i])->entry->address, address))
      return TRUE;
  return FALSE;
}

/* Removes the keys of addresses that are in no row any more, without waiting for the
 * keyring. */
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

  if (!check_rows (self) || !store_keys (self))
    return FALSE;
  forget_keys (self);
  for (guint i = 0; i < self->rows->len; i++)
    g_ptr_array_add (entries, ((Row *) self->rows->pdata[i])->entry);
  if (upscale_endpoint_file_save (self->tools->file, entries, &error))
    return TRUE;
  show_message (self, error->message);
  return FALSE;
}

/**
 * upscale_endpoint_editor_run:
 * @parent: the window below the editor
 * @parts: the parts that tests are made with; Save changes the file of their tools
 *
 * Shows the editor, and runs a main loop until the user closes it.
 */
void
upscale_endpoint_editor_run (GtkWindow *parent, UpscaleEndpointTesterParts parts)
{
  UpscaleEndpointEditor *self;

  g_return_if_fail (GTK_IS_WINDOW (parent));

  self = g_object_new (UPSCALE_TYPE_ENDPOINT_EDITOR, "transient-for", parent, "modal",
                       TRUE, NULL);

  self->tools = parts.tools;
  add_tester (self, parts);
  fill (self);
  while (gtk_dialog_run (GTK_DIALOG (self)) == GTK_RESPONSE_OK && !save (self))
    ;
  gtk_widget_destroy (GTK_WIDGET (self));
}
