/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-form.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-endpoint-kind.h"
#include "upscale-number-entry.h"

#define COLUMN_SPACING_PX 12
#define ROW_SPACING_PX 6
#define ADDRESS_WIDTH_CHARS 36
#define MAX_SLOTS 256
#define MAX_PRICE 1000.0
#define PRICE_STEP 0.05
#define PRICE_DIGITS 3
#define N_PARTS 2

/**
 * UpscaleEndpointForm:
 *
 * A form for one endpoint: its address, its costs, and how requests carry its key.
 */
struct _UpscaleEndpointForm
{
  GtkGrid parent_instance;

  UpscaleEndpointFormRows rows; /* that are shown */
  int                     row;
  gboolean                is_showing;
  GtkWidget              *name;
  GtkWidget              *kind;
  GtkWidget              *address;
  GtkWidget              *certificate;
  GtkWidget              *slots;
  GtkWidget              *price;
  GtkWidget              *duplicates;
  GtkWidget              *shares_tiles;
  GtkWidget              *scheme;
  GtkWidget              *header;
  GtkWidget              *header_label;
  GtkWidget              *variable;
  GtkWidget              *variable_label;
  GtkWidget              *parts[N_PARTS];
  GtkWidget              *part_labels[N_PARTS];
};

G_DEFINE_FINAL_TYPE (UpscaleEndpointForm, upscale_endpoint_form, GTK_TYPE_GRID)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
upscale_endpoint_form_class_init (UpscaleEndpointFormClass *klass)
{
  /**
   * UpscaleEndpointForm::changed:
   *
   * Emitted when the user has changed a field.
   */
  signals[SIGNAL_CHANGED] =
      g_signal_new ("changed", UPSCALE_TYPE_ENDPOINT_FORM, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
add (UpscaleEndpointForm    *self,
     UpscaleEndpointFormRows rows,
     const char             *label,
     GtkWidget              *widget,
     const char             *tooltip)
{
  GtkWidget *caption = gtk_label_new_with_mnemonic (label);
  gboolean   is_hidden = (self->rows & rows) == 0;

  gtk_label_set_xalign (GTK_LABEL (caption), 0.0F);
  gtk_label_set_mnemonic_widget (GTK_LABEL (caption), widget);
  gtk_widget_set_tooltip_text (caption, tooltip);
  gtk_widget_set_tooltip_text (widget, tooltip);
  upscale_control_name_after (widget, label);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_no_show_all (caption, is_hidden);
  gtk_widget_set_no_show_all (widget, is_hidden);
  gtk_grid_attach (GTK_GRID (self), caption, 0, self->row, 1, 1);
  gtk_grid_attach (GTK_GRID (self), widget, 1, self->row, 1, 1);
  self->row++;
  return caption;
}

static UpscaleKeyScheme
get_scheme (UpscaleEndpointForm *self)
{
  return (UpscaleKeyScheme) MAX (gtk_combo_box_get_active (GTK_COMBO_BOX (self->scheme)),
                                 0);
}

static gboolean
is_local (UpscaleEndpointForm *self)
{
  return g_strcmp0 (gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->kind)),
                    UPSCALE_LOCAL_KIND) == 0;
}

static const char *
get_part_label (UpscaleKeyScheme scheme, guint part)
{
  if (scheme == UPSCALE_KEY_BASIC)
    return part == 0 ? _ ("_User name") : _ ("Passw_ord");
  if (scheme == UPSCALE_KEY_MODAL)
    return part == 0 ? "Modal-Ke_y" : "Modal-Secre_t";
  return part == 0 ? _ ("_Key") : "";
}

static void
show_key_row (UpscaleEndpointForm *self,
              GtkWidget           *label,
              GtkWidget           *widget,
              gboolean             is_needed)
{
  gboolean is_shown = is_needed && (self->rows & UPSCALE_ENDPOINT_FORM_KEY) != 0;

  gtk_widget_set_visible (label, is_shown);
  gtk_widget_set_visible (widget, is_shown);
}

/* Makes sensitive only the fields that the kind of server needs, and shows only those
 * that the kind of key needs. */
static void
update_sensitivity (UpscaleEndpointForm *self)
{
  UpscaleKeyScheme scheme = is_local (self) ? UPSCALE_KEY_NONE : get_scheme (self);
  gboolean has_variable = *gtk_entry_get_text (GTK_ENTRY (self->variable)) != '\0';

  gtk_widget_set_sensitive (self->address, !is_local (self));
  gtk_widget_set_sensitive (self->shares_tiles, !is_local (self));
  gtk_widget_set_sensitive (self->certificate, !is_local (self));
  gtk_widget_set_sensitive (self->scheme, !is_local (self));
  show_key_row (self, self->header_label, self->header, scheme == UPSCALE_KEY_HEADER);
  show_key_row (self, self->variable_label, self->variable, scheme != UPSCALE_KEY_NONE);
  for (guint i = 0; i < N_PARTS; i++)
    {
      gboolean is_needed = i < upscale_key_scheme_count_parts (scheme);

      gtk_label_set_text_with_mnemonic (GTK_LABEL (self->part_labels[i]),
                                        get_part_label (scheme, i));
      gtk_widget_set_sensitive (self->parts[i], is_needed && !has_variable);
      show_key_row (self, self->part_labels[i], self->parts[i], is_needed);
    }
}

static void
on_changed (GtkWidget *widget, gpointer user_data)
{
  UpscaleEndpointForm *self = user_data;

  if (self->is_showing)
    return;
  update_sensitivity (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static GtkWidget *
make_entry (UpscaleEndpointForm *self)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_width_chars (GTK_ENTRY (entry), ADDRESS_WIDTH_CHARS);
  g_signal_connect (entry, "changed", G_CALLBACK (on_changed), self);
  return entry;
}

static GtkWidget *
make_choice (UpscaleEndpointForm *self, const char *const *texts)
{
  GtkWidget *combo = gtk_combo_box_text_new ();

  for (; *texts; texts++)
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), _ (*texts));
  g_signal_connect (combo, "changed", G_CALLBACK (on_changed), self);
  return combo;
}

static GtkWidget *
make_number (UpscaleEndpointForm *self, double max, double step, int digits)
{
  GtkWidget *entry = upscale_number_entry_new (0.0, max, step, digits);

  gtk_widget_set_halign (entry, GTK_ALIGN_START);
  g_signal_connect (entry, "value-changed", G_CALLBACK (on_changed), self);
  return entry;
}

static GtkWidget *
make_kinds (UpscaleEndpointForm *self)
{
  GtkWidget                 *combo = gtk_combo_box_text_new ();
  guint                      n_kinds;
  const UpscaleEndpointKind *kinds = upscale_endpoint_kind_get_all (&n_kinds);

  for (guint i = 0; i < n_kinds; i++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), kinds[i].name,
                               _ (kinds[i].label));
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), UPSCALE_LOCAL_KIND,
                             _ ("local: this computer, without prompts"));
  g_signal_connect (combo, "changed", G_CALLBACK (on_changed), self);
  return combo;
}

static void
add_key_rows (UpscaleEndpointForm *self)
{
  static const char *const schemes[] = {
    N_ ("None"), N_ ("Bearer token"),        N_ ("User name and password (Basic)"),
    "Modal",     N_ ("A header of its own"), NULL
  };

  self->scheme = make_choice (self, schemes);
  add (self, UPSCALE_ENDPOINT_FORM_KEY, _ ("Key t_ype"), self->scheme,
       _ ("Way in which requests carry the key"));
  self->header = make_entry (self);
  self->header_label = add (self, UPSCALE_ENDPOINT_FORM_KEY, _ ("_Header"), self->header,
                            _ ("Name of the header, for example X-API-Key"));
  for (guint i = 0; i < N_PARTS; i++)
    {
      self->parts[i] = make_entry (self);
      gtk_entry_set_visibility (GTK_ENTRY (self->parts[i]), FALSE);
      gtk_entry_set_input_purpose (GTK_ENTRY (self->parts[i]),
                                   GTK_INPUT_PURPOSE_PASSWORD);
      gtk_entry_set_placeholder_text (GTK_ENTRY (self->parts[i]),
                                      _ ("kept in the keyring; type to replace"));
      self->part_labels[i] = add (self, UPSCALE_ENDPOINT_FORM_KEY, _ ("_Key"),
                                  self->parts[i], _ ("Stored in the keyring only"));
    }
  self->variable = make_entry (self);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->variable), _ ("none: the keyring"));
  self->variable_label =
      add (self, UPSCALE_ENDPOINT_FORM_KEY, _ ("En_vironment variable"), self->variable,
           _ ("Takes the key from a variable of this name, where there is no keyring; "
              "two parts have a colon between"));
}

static void
upscale_endpoint_form_init (UpscaleEndpointForm *self)
{
  gtk_grid_set_column_spacing (GTK_GRID (self), COLUMN_SPACING_PX);
  gtk_grid_set_row_spacing (GTK_GRID (self), ROW_SPACING_PX);
}

static void
fill (UpscaleEndpointForm *self)
{
  static const char *const duplicates[] = { N_ ("If the endpoint costs nothing"),
                                            N_ ("Never"), N_ ("Always"), NULL };
  g_autoptr (GtkSizeGroup) numbers = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  self->name = make_entry (self);
  add (self, UPSCALE_ENDPOINT_FORM_ADDRESS, _ ("_Name"), self->name,
       _ ("Name of the endpoint, without spaces"));
  self->kind = make_kinds (self);
  add (self, UPSCALE_ENDPOINT_FORM_REST, _ ("K_ind"), self->kind,
       _ ("Kind of the server"));
  self->address = make_entry (self);
  add (self, UPSCALE_ENDPOINT_FORM_ADDRESS, _ ("Add_ress"), self->address,
       _ ("For example https://gpu.example.net"));
  self->certificate = make_entry (self);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->certificate),
                                  _ ("certificates that this computer trusts"));
  add (self, UPSCALE_ENDPOINT_FORM_REST, _ ("Certi_ficate"), self->certificate,
       _ ("SHA-256 fingerprint of the only certificate to trust, for a server with a "
          "self-signed certificate"));
  self->slots = make_number (self, MAX_SLOTS, 1.0, 0);
  upscale_number_entry_explain_zero (UPSCALE_NUMBER_ENTRY (self->slots), _ ("automatic"));
  add (self, UPSCALE_ENDPOINT_FORM_REST, _ ("S_lots"), self->slots,
       _ ("Batches that the server works on at once; 0: the number that the server "
          "announces"));
  self->price = make_number (self, MAX_PRICE, PRICE_STEP, PRICE_DIGITS);
  gtk_size_group_add_widget (numbers, self->slots);
  gtk_size_group_add_widget (numbers, self->price);
  add (self, UPSCALE_ENDPOINT_FORM_PRICE, _ ("_Price ($/h)"), self->price,
       _ ("Dollars an hour, for one slot at work"));
  self->duplicates = make_choice (self, duplicates);
  add (self, UPSCALE_ENDPOINT_FORM_REST, _ ("Late tiles t_wice"), self->duplicates,
       _ ("Permission to paint tiles that are late on another endpoint"));
  self->shares_tiles = gtk_check_button_new ();
  g_signal_connect (self->shares_tiles, "toggled", G_CALLBACK (on_changed), self);
  add (self, UPSCALE_ENDPOINT_FORM_REST, _ ("Shar_e tiles"), self->shares_tiles,
       _ ("Finished tiles of this endpoint may replace those of other endpoints that "
          "share tiles and name the same model. Only for servers that you trust"));
  add_key_rows (self);
}

/**
 * upscale_endpoint_form_new:
 * @rows: the rows to show; the form keeps the values of all others
 *
 * Returns: (transfer floating): an empty form
 */
GtkWidget *
upscale_endpoint_form_new (UpscaleEndpointFormRows rows)
{
  UpscaleEndpointForm *self = g_object_new (UPSCALE_TYPE_ENDPOINT_FORM, NULL);

  self->rows = rows;
  fill (self);
  return GTK_WIDGET (self);
}

static void
set_text (GtkWidget *entry, const char *text)
{
  gtk_entry_set_text (GTK_ENTRY (entry), text ? text : "");
}

/**
 * upscale_endpoint_form_show:
 * @form: the form
 * @entry: (nullable): the endpoint to show; %NULL to make the form insensitive
 * @key_parts: (nullable): a typed key that is not in the keyring yet
 *
 * Shows another endpoint, without emitting #UpscaleEndpointForm::changed.
 */
void
upscale_endpoint_form_show (UpscaleEndpointForm        *form,
                            const UpscaleEndpointEntry *entry,
                            GStrv                       key_parts)
{
  g_return_if_fail (UPSCALE_IS_ENDPOINT_FORM (form));

  gtk_widget_set_sensitive (GTK_WIDGET (form), entry != NULL);
  if (!entry)
    return;
  form->is_showing = TRUE;
  set_text (form->name, entry->name);
  set_text (form->address, entry->address);
  set_text (form->certificate, entry->certificate);
  set_text (form->header, entry->key_header);
  set_text (form->variable, entry->key_variable);
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (form->kind), entry->kind);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (form->slots), entry->terms.n_slots);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (form->price), entry->terms.price_per_hour);
  gtk_combo_box_set_active (GTK_COMBO_BOX (form->duplicates),
                            (int) entry->terms.duplicates);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (form->shares_tiles),
                                entry->shares_tiles);
  gtk_combo_box_set_active (GTK_COMBO_BOX (form->scheme), (int) entry->key_scheme);
  for (guint i = 0; i < N_PARTS; i++)
    set_text (form->parts[i],
              key_parts && i < g_strv_length (key_parts) ? key_parts[i] : NULL);
  update_sensitivity (form);
  form->is_showing = FALSE;
}

static void
read_text (GtkWidget *entry, char **text)
{
  g_free (*text);
  *text = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (entry))));
}

/**
 * upscale_endpoint_form_read:
 * @form: the form
 * @entry: the endpoint that @form shows
 *
 * Copies the fields to @entry, except the key.
 */
void
upscale_endpoint_form_read (UpscaleEndpointForm *form, UpscaleEndpointEntry *entry)
{
  const char *kind;

  g_return_if_fail (UPSCALE_IS_ENDPOINT_FORM (form));
  g_return_if_fail (entry != NULL);

  kind = gtk_combo_box_get_active_id (GTK_COMBO_BOX (form->kind));
  read_text (form->name, &entry->name);
  read_text (form->address, &entry->address);
  read_text (form->certificate, &entry->certificate);
  read_text (form->header, &entry->key_header);
  read_text (form->variable, &entry->key_variable);
  if (kind)
    {
      g_free (entry->kind);
      entry->kind = g_strdup (kind);
    }
  entry->terms.n_slots = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (form->slots));
  entry->terms.price_per_hour = gtk_spin_button_get_value (GTK_SPIN_BUTTON (form->price));
  entry->terms.duplicates = (UpscaleHedgeDuplicates)
      MAX (gtk_combo_box_get_active (GTK_COMBO_BOX (form->duplicates)), 0);
  entry->shares_tiles =
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (form->shares_tiles));
  entry->key_scheme = is_local (form) ? UPSCALE_KEY_NONE : get_scheme (form);
}

/**
 * upscale_endpoint_form_dup_key:
 * @form: the form
 *
 * Returns: (transfer full) (nullable): the parts of the typed key; %NULL if a part is
 * empty, or the server needs no key
 */
GStrv
upscale_endpoint_form_dup_key (UpscaleEndpointForm *form)
{
  guint n_parts;
  g_autoptr (GStrvBuilder) parts = NULL;

  g_return_val_if_fail (UPSCALE_IS_ENDPOINT_FORM (form), NULL);

  n_parts = is_local (form) ? 0 : upscale_key_scheme_count_parts (get_scheme (form));
  parts = g_strv_builder_new ();
  for (guint i = 0; i < n_parts; i++)
    {
      const char *text = gtk_entry_get_text (GTK_ENTRY (form->parts[i]));

      if (*text == '\0')
        return NULL;
      g_strv_builder_add (parts, text);
    }
  return n_parts > 0 ? g_strv_builder_end (parts) : NULL;
}
