/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-assistant.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-endpoint-finder.h"
#include "upscale-endpoint-form.h"
#include "upscale-keyring.h"
#include "upscale-number-entry.h"

#define SPACING_PX 12
#define INDENT_PX 24
#define TEXT_WIDTH_CHARS 56
#define HEIGHT_PX 420
#define ANY_ADDRESS "https://"
#define ASSISTANT_KEY "upscale-endpoint-assistant"

enum
{
  PAGE_KIND,
  PAGE_ADDRESS,
  PAGE_KEY,
  PAGE_TEST,
  PAGE_PRICE,
  N_PAGES
};

/* The rows of a kind of server on the first page. */
typedef struct
{
  const UpscaleEndpointKind *kind;
  GtkWidget                 *radio;
  GtkWidget                 *place; /* the line that tells where it was found */
  char                      *found; /* address */
} KindRow;

/* A few pages, one question each, that make an endpoint. The pages show rows of the form
 * that the editor has. Freed with its window. */
typedef struct
{
  UpscaleEndpointTesterParts   parts;
  UpscaleEndpointAssistantFunc func;
  gpointer                     user_data;
  UpscaleEndpointEntry        *entry;
  GStrv                        typed_key;
  char                        *usual_name; /* what the assistant has filled in */
  char                        *usual_address;
  GtkAssistant                *window;
  GArray                      *kinds; /* of KindRow */
  gboolean                     has_chosen;
  GtkWidget                   *search_line;
  GtkWidget                   *pages[N_PAGES];
  GtkWidget    *forms[N_PAGES]; /* %NULL for pages without rows of the form */
  GtkWidget    *lines[N_PAGES]; /* problems, or the outcome of the test */
  GtkWidget    *tester;
  GCancellable *search;
  gboolean      is_saved;
} Assistant;

static void
kind_row_clear (gpointer data)
{
  g_free (((KindRow *) data)->found);
}

static GtkWidget *
make_quiet_line (const char *text)
{
  GtkWidget *label = upscale_control_new_line (text, TEXT_WIDTH_CHARS);

  gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
  gtk_widget_set_margin_start (label, INDENT_PX);
  return label;
}

/* Returns a page with a sentence, to which its maker adds widgets. */
static GtkWidget *
add_page (Assistant *self, int page, const char *title, const char *sentence)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, SPACING_PX);

  gtk_container_set_border_width (GTK_CONTAINER (box), SPACING_PX);
  gtk_box_pack_start (GTK_BOX (box),
                      upscale_control_new_line (sentence, TEXT_WIDTH_CHARS), FALSE, FALSE,
                      0);
  gtk_assistant_append_page (self->window, box);
  gtk_assistant_set_page_title (self->window, box, title);
  self->pages[page] = box;
  return box;
}

static void
show_line (Assistant *self, int page, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->lines[page]), text);
}

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, sentence);
  return FALSE;
}

static gboolean
has_name (Assistant *self, const char *name)
{
  return upscale_endpoint_file_lookup (self->parts.tools->file, name) != NULL;
}

static gboolean
check (Assistant *self, int page, GError **error)
{
  const UpscaleEndpointEntry *entry = self->entry;

  if (page != PAGE_ADDRESS && page != PAGE_KEY)
    return TRUE;
  if (!upscale_endpoint_entry_check (entry, error))
    return FALSE;
  if (has_name (self, entry->name))
    return refuse (error, _ ("Another endpoint has this name: choose another one."));
  if (page == PAGE_KEY && entry->key_scheme != UPSCALE_KEY_NONE && !self->typed_key &&
      *entry->key_variable == '\0')
    return refuse (error, _ ("Type the key, or choose None if the server needs none."));
  return TRUE;
}

static int
get_page (Assistant *self)
{
  return gtk_assistant_get_current_page (self->window);
}

/* A page that the user has not touched yet has no complaint. Pages are complete only once
 * they were shown, as GTK would offer to skip them otherwise. */
static void
show_check (Assistant *self, int page, gboolean is_touched)
{
  g_autoptr (GError) error = NULL;
  gboolean is_complete = check (self, page, &error);

  if (self->lines[page])
    show_line (self, page, error && is_touched ? error->message : "");
  gtk_assistant_set_page_complete (self->window, self->pages[page], is_complete);
}

static void
on_form_changed (UpscaleEndpointForm *form, gpointer user_data)
{
  Assistant *self = user_data;

  upscale_endpoint_form_read (form, self->entry);
  if (get_page (self) == PAGE_KEY)
    {
      g_strfreev (self->typed_key);
      self->typed_key = upscale_endpoint_form_dup_key (form);
    }
  show_check (self, get_page (self), TRUE);
}

static void
on_number_read (const char *problem, gboolean is_pending, gpointer user_data)
{
  Assistant *self = user_data;

  show_line (self, PAGE_PRICE, problem ? problem : "");
  gtk_assistant_set_page_complete (self->window, self->pages[PAGE_PRICE], !is_pending);
}

static void
on_said (UpscaleEndpointTester *tester,
         const char            *sentence,
         int                    state,
         gpointer               user_data)
{
  show_line (user_data, PAGE_TEST, sentence);
}

static void
on_prepare (GtkAssistant *window, GtkWidget *widget, gpointer user_data)
{
  Assistant *self = user_data;
  int        page = get_page (self);

  if (self->forms[page])
    upscale_endpoint_form_show (UPSCALE_ENDPOINT_FORM (self->forms[page]), self->entry,
                                self->typed_key);
  if (page == PAGE_TEST)
    upscale_endpoint_tester_set_entry (UPSCALE_ENDPOINT_TESTER (self->tester),
                                       self->entry, self->typed_key);
  show_check (self, page, FALSE);
}

/* GTK gives the window the title of each page, which the list beside it shows anyway. */
static void
on_title_changed (GtkWindow *window, GParamSpec *spec, gpointer user_data)
{
  const char *title = _ ("Set Up a GPU Service");

  if (g_strcmp0 (gtk_window_get_title (window), title) != 0)
    gtk_window_set_title (window, title);
}

static char *
dup_usual_address (const KindRow *row)
{
  gboolean is_hosted = row->kind->product == NULL;

  if (row->found)
    return g_strdup (row->found);
  return is_hosted ? g_strdup (ANY_ADDRESS)
                   : g_strdup_printf ("http://127.0.0.1:%d", row->kind->usual_port);
}

static char *
dup_usual_name (Assistant *self, const KindRow *row)
{
  char *name = g_strdup (row->kind->name);

  for (int i = 2; has_name (self, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%d", row->kind->name, i);
    }
  return name;
}

/* Fills in what the user has not typed otherwise. */
static void
follow (char **text, char **usual, char *next)
{
  if (g_strcmp0 (*text, *usual) == 0)
    g_set_str (text, next);
  g_free (*usual);
  *usual = next;
}

static void
choose (Assistant *self, const KindRow *row)
{
  g_set_str (&self->entry->kind, row->kind->name);
  follow (&self->entry->name, &self->usual_name, dup_usual_name (self, row));
  follow (&self->entry->address, &self->usual_address, dup_usual_address (row));
}

static KindRow *
get_row (Assistant *self, guint index)
{
  return &g_array_index (self->kinds, KindRow, index);
}

static void
on_kind_toggled (GtkToggleButton *radio, gpointer user_data)
{
  Assistant *self = user_data;

  /* The keyboard toggles without a press. */
  self->has_chosen = TRUE;
  for (guint i = 0; i < self->kinds->len; i++)
    if (get_row (self, i)->radio == GTK_WIDGET (radio) &&
        gtk_toggle_button_get_active (radio))
      choose (self, get_row (self, i));
}

static void
on_kind_pressed (GtkButton *radio, gpointer user_data)
{
  ((Assistant *) user_data)->has_chosen = TRUE;
}

/* The first server that answers is chosen, unless the user has chosen already. */
static void
show_found (Assistant *self, KindRow *row, const char *address)
{
  g_autofree char *text = g_strdup_printf (_ ("Found on this computer: %s"), address);

  g_set_str (&row->found, address);
  gtk_label_set_text (GTK_LABEL (row->place), text);
  gtk_widget_show (row->place);
  if (!self->has_chosen)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (row->radio), TRUE);
  if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (row->radio)))
    choose (self, row);
  self->has_chosen = TRUE;
}

static void
on_found (const UpscaleEndpointKind *kind, const char *address, gpointer user_data)
{
  Assistant *self = user_data;
  gboolean   is_any_found = FALSE;

  for (guint i = 0; i < self->kinds->len; i++)
    {
      KindRow *row = get_row (self, i);

      if (row->kind == kind && get_page (self) == PAGE_KIND)
        show_found (self, row, address);
      is_any_found |= row->found != NULL;
    }
  if (!kind)
    gtk_label_set_text (GTK_LABEL (self->search_line),
                        is_any_found ? ""
                                     : _ ("No server was found at its usual port on this "
                                          "computer."));
}

static void
add_kind (Assistant *self, GtkWidget *box, const UpscaleEndpointKind *kind)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *first = self->kinds->len > 0 ? get_row (self, 0)->radio : NULL;
  KindRow    row = { .kind = kind };

  row.radio =
      gtk_radio_button_new_with_label_from_widget (first ? GTK_RADIO_BUTTON (first)
                                                         : NULL,
                                                   _ (kind->label));
  row.place = upscale_control_new_line (NULL, TEXT_WIDTH_CHARS);
  gtk_widget_set_margin_start (row.place, INDENT_PX);
  gtk_widget_set_no_show_all (row.place, TRUE);
  gtk_box_pack_start (GTK_BOX (column), row.radio, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), make_quiet_line (_ (kind->sentence)), FALSE,
                      FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), row.place, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), column, FALSE, FALSE, 0);
  g_array_append_val (self->kinds, row);
  g_signal_connect (row.radio, "toggled", G_CALLBACK (on_kind_toggled), self);
  g_signal_connect (row.radio, "pressed", G_CALLBACK (on_kind_pressed), self);
}

static void
add_kinds (Assistant *self)
{
  guint                      n_kinds;
  const UpscaleEndpointKind *kinds = upscale_endpoint_kind_get_all (&n_kinds);
  GtkWidget                 *box =
      add_page (self, PAGE_KIND, _ ("Kind"),
                _ ("A GPU service repaints each tile with a diffusion model. Which kind "
                   "of server is yours?"));

  for (guint i = 0; i < n_kinds; i++)
    add_kind (self, box, &kinds[i]);
  self->search_line =
      upscale_control_new_line (_ ("Looking for servers on this computer..."),
                                TEXT_WIDTH_CHARS);
  gtk_box_pack_start (GTK_BOX (box), self->search_line, FALSE, FALSE, 0);
  choose (self, get_row (self, 0));
}

static void
add_line (Assistant *self, int page)
{
  self->lines[page] = upscale_control_new_line (NULL, TEXT_WIDTH_CHARS);
  gtk_label_set_selectable (GTK_LABEL (self->lines[page]), TRUE);
  gtk_widget_set_can_focus (self->lines[page], FALSE);
  gtk_box_pack_start (GTK_BOX (self->pages[page]), self->lines[page], FALSE, FALSE, 0);
}

static void
add_form (Assistant *self, int page, UpscaleEndpointFormRows rows)
{
  self->forms[page] = upscale_endpoint_form_new (rows);
  gtk_box_pack_start (GTK_BOX (self->pages[page]), self->forms[page], FALSE, FALSE, 0);
  g_signal_connect (self->forms[page], "changed", G_CALLBACK (on_form_changed), self);
  add_line (self, page);
}

static void
fill (Assistant *self)
{
  GtkWidget *box;

  add_kinds (self);
  add_page (self, PAGE_ADDRESS, _ ("Address"),
            _ ("Where is the server? The name is for your own list."));
  add_form (self, PAGE_ADDRESS, UPSCALE_ENDPOINT_FORM_ADDRESS);
  add_page (self, PAGE_KEY, _ ("Key"),
            _ ("A hosted server asks for a key; one on this computer usually needs none. "
               "The key is kept in the keyring, and goes to this server only."));
  add_form (self, PAGE_KEY, UPSCALE_ENDPOINT_FORM_KEY);
  box = add_page (self, PAGE_TEST, _ ("Test"),
                  _ ("A small tile shows whether the server paints. It costs no more "
                     "than a tile of a job. You may go on without a test."));
  self->tester = upscale_endpoint_tester_new (self->parts);
  gtk_box_pack_start (GTK_BOX (box), self->tester, FALSE, FALSE, 0);
  g_signal_connect (self->tester, "said", G_CALLBACK (on_said), self);
  add_line (self, PAGE_TEST);
  box = add_page (self, PAGE_PRICE, _ ("Price"),
                  _ ("With the price of the server the dialog tells what a job will "
                     "cost. 0: free, or as the server tells it."));
  add_form (self, PAGE_PRICE, UPSCALE_ENDPOINT_FORM_PRICE);
  gtk_assistant_set_page_type (self->window, box, GTK_ASSISTANT_PAGE_CONFIRM);
}

static gboolean
save (Assistant *self, GError **error)
{
  UpscaleEndpointFile *file = self->parts.tools->file;
  GPtrArray           *before = upscale_endpoint_file_get_entries (file);
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  g_autoptr (UpscaleKeySpec) spec = upscale_endpoint_entry_dup_key_spec (self->entry);

  if (self->typed_key && *spec->variable == '\0' &&
      !upscale_keyring_store (spec, self->typed_key, error))
    return FALSE;
  for (guint i = 0; i < before->len; i++)
    g_ptr_array_add (entries, before->pdata[i]);
  g_ptr_array_add (entries, self->entry);
  return upscale_endpoint_file_save (file, entries, error);
}

static void
on_apply (GtkAssistant *window, gpointer user_data)
{
  Assistant *self = user_data;
  g_autoptr (GError) error = NULL;

  self->is_saved = save (self, &error);
  if (!self->is_saved)
    show_line (self, PAGE_PRICE, error->message);
}

/* GTK closes the assistant after Apply, also if nothing could be saved. */
static void
on_close (GtkAssistant *window, gpointer user_data)
{
  Assistant                   *self = user_data;
  UpscaleEndpointAssistantFunc func = self->func;
  gpointer                     data = self->user_data;
  g_autofree char             *name = g_strdup (self->entry->name);

  if (!self->is_saved)
    return;
  gtk_widget_destroy (GTK_WIDGET (window));
  func (name, data);
}

static void
assistant_free (gpointer data)
{
  Assistant *self = data;

  g_cancellable_cancel (self->search);
  g_object_unref (self->search);
  g_array_unref (self->kinds);
  upscale_gen_params_unref (self->parts.gen_params);
  upscale_endpoint_entry_free (self->entry);
  g_strfreev (self->typed_key);
  g_free (self->usual_name);
  g_free (self->usual_address);
  g_free (self);
}

static void
open_window (Assistant *self, GtkWindow *parent)
{
  GtkWindow *window = GTK_WINDOW (self->window);

  fill (self);
  gtk_window_set_transient_for (window, parent);
  gtk_window_set_modal (window, TRUE);
  gtk_window_set_destroy_with_parent (window, TRUE);
  gtk_window_set_position (window, GTK_WIN_POS_CENTER_ON_PARENT);
  gtk_window_set_default_size (window, -1, HEIGHT_PX);
  upscale_number_entry_watch (GTK_WIDGET (window), on_number_read, self);
  g_signal_connect (window, "notify::title", G_CALLBACK (on_title_changed), NULL);
  g_signal_connect (window, "prepare", G_CALLBACK (on_prepare), self);
  g_signal_connect (window, "apply", G_CALLBACK (on_apply), self);
  g_signal_connect (window, "close", G_CALLBACK (on_close), self);
  g_signal_connect (window, "cancel", G_CALLBACK (gtk_widget_destroy), NULL);
  show_check (self, PAGE_KIND, FALSE);
  gtk_widget_show_all (GTK_WIDGET (window));
}

/**
 * upscale_endpoint_assistant_open:
 * @parent: the window below the assistant, which closes the assistant with it
 * @parts: the parts that tests are made with; the assistant adds an endpoint to the file
 * of their tools
 * @func: called when an endpoint was added
 * @user_data: data for @func
 *
 * Asks for an endpoint, one question a page. Servers of this computer are looked for
 * meanwhile.
 */
void
upscale_endpoint_assistant_open (GtkWindow                   *parent,
                                 UpscaleEndpointTesterParts   parts,
                                 UpscaleEndpointAssistantFunc func,
                                 gpointer                     user_data)
{
  Assistant *self;

  g_return_if_fail (GTK_IS_WINDOW (parent));
  g_return_if_fail (func != NULL);

  self = g_new0 (Assistant, 1);
  self->parts = parts;
  self->parts.gen_params = upscale_gen_params_ref (parts.gen_params);
  self->func = func;
  self->user_data = user_data;
  self->entry = upscale_endpoint_entry_new ("", "", "");
  self->usual_name = g_strdup ("");
  self->usual_address = g_strdup ("");
  self->kinds = g_array_new (FALSE, FALSE, sizeof (KindRow));
  g_array_set_clear_func (self->kinds, kind_row_clear);
  self->window = GTK_ASSISTANT (gtk_assistant_new ());
  g_object_set_data_full (G_OBJECT (self->window), ASSISTANT_KEY, self, assistant_free);
  open_window (self, parent);
  self->search = upscale_endpoint_finder_start (parts.tools, on_found, self);
}
