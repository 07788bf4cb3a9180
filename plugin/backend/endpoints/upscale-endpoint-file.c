/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-file.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-file.h"

#define FILE_MODE 0600
#define MAX_FILE_BYTES (1024 * 1024)
#define MAX_COPIES_KEPT 1000
#define LOCAL_NAME "local"

/**
 * UpscaleEndpointFile:
 *
 * The endpoints that the user has described, in a key file with a group for each. A file
 * that can't be read is never overwritten: upscale_endpoint_file_save() moves it aside.
 * Comments and unknown keys stay in the file.
 */
struct _UpscaleEndpointFile
{
  GFile     *file;
  GKeyFile  *keys;
  GPtrArray *entries;
  char      *problem;
};

static const char *const duplicates_names[] = { "auto", "never", "allowed" };

/* Reads the values of one group and keeps the first error. */
typedef struct
{
  GKeyFile   *keys;
  const char *group;
  GError     *error;
} Reader;

static char *
read_text (Reader *reader, const char *key, const char *otherwise)
{
  g_autoptr (GError) error = NULL;
  char *text = g_key_file_get_string (reader->keys, reader->group, key, &error);

  if (text)
    return text;
  if (!g_error_matches (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND) &&
      !reader->error)
    reader->error = g_steal_pointer (&error);
  return g_strdup (otherwise);
}

static void
refuse (Reader *reader, const char *key, const char *text)
{
  if (!reader->error)
    reader->error = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                                 _ ("'%s' is no value for '%s'"), text, key);
}

static int
read_choice (Reader *reader, const char *key, const char *const *names, int n_names)
{
  g_autofree char *text = read_text (reader, key, names[0]);

  for (int i = 0; i < n_names; i++)
    if (g_strcmp0 (text, names[i]) == 0)
      return i;
  refuse (reader, key, text);
  return 0;
}

static double
read_number (Reader *reader, const char *key, double otherwise)
{
  g_autofree char *text = read_text (reader, key, "");
  char            *end = NULL;
  double           number = g_ascii_strtod (text, &end);

  if (*text == '\0')
    return otherwise;
  if (*end == '\0' && number >= 0.0 && number <= G_MAXINT)
    return number;
  refuse (reader, key, text);
  return otherwise;
}

static gboolean
read_switch (Reader *reader, const char *key, gboolean otherwise)
{
  /* read_choice() takes the first name for a missing key. */
  const char *const names[] = { otherwise ? "true" : "false",
                                otherwise ? "false" : "true" };
  gboolean is_default = read_choice (reader, key, names, 2) == 0;

  return is_default ? otherwise : !otherwise;
}

static UpscaleKeyScheme
read_scheme (Reader *reader)
{
  const char *names[UPSCALE_N_KEY_SCHEMES];

  for (int i = 0; i < UPSCALE_N_KEY_SCHEMES; i++)
    names[i] = upscale_key_scheme_get_name ((UpscaleKeyScheme) i);
  return (UpscaleKeyScheme) read_choice (reader, "key", names, UPSCALE_N_KEY_SCHEMES);
}

static UpscaleEndpointEntry *
read_entry (GKeyFile *keys, const char *group, GError **error)
{
  Reader           reader = { keys, group, NULL };
  g_autofree char *kind = read_text (&reader, "kind", "tile-batch");
  g_autofree char *address = read_text (&reader, "address", "");
  g_autoptr (UpscaleEndpointEntry) entry =
      upscale_endpoint_entry_new (group, kind, address);

  g_free (entry->key_header);
  g_free (entry->key_variable);
  g_free (entry->certificate);
  entry->key_header = read_text (&reader, "key-header", "");
  entry->key_variable = read_text (&reader, "key-variable", "");
  entry->certificate = read_text (&reader, "certificate", "");
  entry->is_on = read_switch (&reader, "on", TRUE);
  entry->shares_tiles = read_switch (&reader, "shares-tiles", FALSE);
  entry->terms.n_slots = (int) read_number (&reader, "slots", 0.0);
  entry->terms.price_per_hour = read_number (&reader, "price-per-hour", 0.0);
  entry->terms.duplicates = read_choice (&reader, "duplicates", duplicates_names,
                                         G_N_ELEMENTS (duplicates_names));
  entry->key_scheme = read_scheme (&reader);
  if (!reader.error)
    upscale_endpoint_entry_check (entry, &reader.error);
  if (!reader.error)
    return g_steal_pointer (&entry);
  g_propagate_prefixed_error (error, reader.error, "[%s] ", group);
  return NULL;
}

static gboolean
read_entries (GKeyFile *keys, GPtrArray *entries, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (keys, NULL);

  for (char **group = groups; *group; group++)
    {
      UpscaleEndpointEntry *entry = read_entry (keys, *group, error);

      if (!entry)
        return FALSE;
      g_ptr_array_add (entries, entry);
    }
  return TRUE;
}

static gboolean
read_file (GFile *file, GKeyFile *keys, GPtrArray *entries, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GBytes) bytes =
      upscale_file_read (g_file_peek_path (file), MAX_FILE_BYTES, &cause);

  if (!bytes)
    {
      if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  return g_key_file_load_from_bytes (keys, bytes,
                                     G_KEY_FILE_KEEP_COMMENTS |
                                         G_KEY_FILE_KEEP_TRANSLATIONS,
                                     error) &&
         read_entries (keys, entries, error);
}

static void
start_anew (UpscaleEndpointFile *self)
{
  g_clear_pointer (&self->keys, g_key_file_unref);
  g_clear_pointer (&self->entries, g_ptr_array_unref);
  self->keys = g_key_file_new ();
  self->entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_endpoint_entry_free);
}

/**
 * upscale_endpoint_file_load:
 * @file: the key file, which may be missing
 *
 * Reads the endpoints. If @file can't be read, there are none, and
 * upscale_endpoint_file_get_problem() returns the reason.
 *
 * Returns: (transfer full): the endpoints
 */
UpscaleEndpointFile *
upscale_endpoint_file_load (GFile *file)
{
  UpscaleEndpointFile *self;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  self = g_new0 (UpscaleEndpointFile, 1);
  self->file = g_object_ref (file);
  start_anew (self);
  if (read_file (file, self->keys, self->entries, &error))
    return self;
  start_anew (self);
  self->problem = g_strdup_printf (_ ("The file with your endpoints, %s, can't be read: "
                                      "%s. It is left as it is; until "
                                      "it is mended no endpoint of it can be used."),
                                   g_file_peek_path (file), error->message);
  return self;
}

/**
 * upscale_endpoint_file_free:
 * @endpoints: (transfer full): the endpoints
 */
void
upscale_endpoint_file_free (UpscaleEndpointFile *endpoints)
{
  g_return_if_fail (endpoints != NULL);

  g_object_unref (endpoints->file);
  g_key_file_unref (endpoints->keys);
  g_ptr_array_unref (endpoints->entries);
  g_free (endpoints->problem);
  g_free (endpoints);
}

/**
 * upscale_endpoint_file_get_problem:
 * @endpoints: the endpoints
 *
 * Returns: (transfer none) (nullable): a message for the user if the file could not be
 * read
 */
const char *
upscale_endpoint_file_get_problem (const UpscaleEndpointFile *endpoints)
{
  g_return_val_if_fail (endpoints, NULL);

  return endpoints->problem;
}

/**
 * upscale_endpoint_file_get_entries:
 * @endpoints: the endpoints
 *
 * Returns: (transfer none) (element-type UpscaleEndpointEntry): all endpoints, in the
 * order of the file
 */
GPtrArray *
upscale_endpoint_file_get_entries (const UpscaleEndpointFile *endpoints)
{
  g_return_val_if_fail (endpoints, NULL);

  return endpoints->entries;
}

/**
 * upscale_endpoint_file_lookup:
 * @endpoints: the endpoints
 * @name: a name
 *
 * Returns: (transfer none) (nullable): the endpoint of that name
 */
const UpscaleEndpointEntry *
upscale_endpoint_file_lookup (const UpscaleEndpointFile *endpoints, const char *name)
{
  g_return_val_if_fail (endpoints && name, NULL);

  for (guint i = 0; i < endpoints->entries->len; i++)
    {
      const UpscaleEndpointEntry *entry = endpoints->entries->pdata[i];

      if (g_str_equal (entry->name, name))
        return entry;
    }
  return NULL;
}

/**
 * upscale_endpoint_file_dup_default:
 * @endpoints: the endpoints
 *
 * Returns: (transfer full): names of the default endpoints with spaces between: those in
 * the environment variable UPSCALE_ENDPOINTS, or those that are on, or the local one
 */
char *
upscale_endpoint_file_dup_default (const UpscaleEndpointFile *endpoints)
{
  g_autoptr (GString) names = NULL;

  g_return_val_if_fail (endpoints, NULL);

  names = g_string_new (g_getenv ("UPSCALE_ENDPOINTS"));
  if (*g_strstrip (names->str) != '\0')
    return g_string_free_and_steal (g_steal_pointer (&names));
  g_string_truncate (names, 0);
  for (guint i = 0; i < endpoints->entries->len; i++)
    {
      const UpscaleEndpointEntry *entry = endpoints->entries->pdata[i];

      if (entry->is_on)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", entry->name);
    }
  if (names->len == 0)
    g_string_append (names, LOCAL_NAME);
  return g_string_free_and_steal (g_steal_pointer (&names));
}

static void
write_text (GKeyFile *keys, const char *group, const char *key, const char *text)
{
  if (*text != '\0')
    g_key_file_set_string (keys, group, key, text);
  else
    g_key_file_remove_key (keys, group, key, NULL);
}

static void
write_entry (GKeyFile *keys, const UpscaleEndpointEntry *entry)
{
  g_key_file_set_string (keys, entry->name, "kind", entry->kind);
  write_text (keys, entry->name, "address", entry->address);
  g_key_file_set_boolean (keys, entry->name, "on", entry->is_on);
  g_key_file_set_boolean (keys, entry->name, "shares-tiles", entry->shares_tiles);
  g_key_file_set_integer (keys, entry->name, "slots", entry->terms.n_slots);
  g_key_file_set_double (keys, entry->name, "price-per-hour",
                         entry->terms.price_per_hour);
  g_key_file_set_string (keys, entry->name, "duplicates",
                         duplicates_names[entry->terms.duplicates]);
  g_key_file_set_string (keys, entry->name, "key",
                         upscale_key_scheme_get_name (entry->key_scheme));
  write_text (keys, entry->name, "key-header", entry->key_header);
  write_text (keys, entry->name, "key-variable", entry->key_variable);
  write_text (keys, entry->name, "certificate", entry->certificate);
}

static gboolean
is_listed (GPtrArray *entries, const char *name)
{
  for (guint i = 0; i < entries->len; i++)
    if (g_str_equal (((UpscaleEndpointEntry *) entries->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

static void
write_entries (UpscaleEndpointFile *self, GPtrArray *entries)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->keys, NULL);

  for (char **group = groups; *group; group++)
    if (!is_listed (entries, *group))
      g_key_file_remove_group (self->keys, *group, NULL);
  for (guint i = 0; i < entries->len; i++)
    write_entry (self->keys, entries->pdata[i]);
}

/* Keeps a broken file, since the user may repair it. */
static gboolean
move_aside (GFile *file, GError **error)
{
  g_autofree char *path = g_file_get_path (file);

  for (int i = 1; i < MAX_COPIES_KEPT; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.broken-%d", path, i);
      g_autoptr (GFile) aside = g_file_new_for_path (name);
      g_autoptr (GError) cause = NULL;

      if (g_file_move (file, aside, G_FILE_COPY_NONE, NULL, NULL, NULL, &cause))
        return TRUE;
      if (!g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_EXISTS))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
    }
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
                       _ ("too many broken files lie beside it"));
  return FALSE;
}

/* Reads the file again, since another program may have changed it meanwhile. */
static gboolean
move_aside_if_broken (UpscaleEndpointFile *self, GError **error)
{
  g_autoptr (UpscaleEndpointFile) now = upscale_endpoint_file_load (self->file);

  return !now->problem || move_aside (self->file, error);
}

/* GIMP's configuration folder is missing before GIMP's first start. */
static gboolean
write_file (UpscaleEndpointFile *self, GError **error)
{
  g_autofree char *text = g_key_file_to_data (self->keys, NULL, NULL);
  g_autofree char *path = g_file_get_path (self->file);
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  return move_aside_if_broken (self, error) &&
         g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                   FILE_MODE, error);
}

static gpointer
copy_entry (gconstpointer entry, gpointer user_data)
{
  return upscale_endpoint_entry_copy (entry);
}

/**
 * upscale_endpoint_file_save:
 * @endpoints: the endpoints
 * @entries: (element-type UpscaleEndpointEntry): the new endpoints; copied
 * @error: return location for an error
 *
 * Writes the file, which only its owner can read. A file that can't be read is moved
 * aside first.
 *
 * Returns: %TRUE if the file is written, or %FALSE with %UPSCALE_ERROR_STORAGE
 */
gboolean
upscale_endpoint_file_save (UpscaleEndpointFile *endpoints,
                            GPtrArray           *entries,
                            GError             **error)
{
  g_autoptr (GPtrArray) copies = NULL;
  g_autoptr (GError) cause = NULL;

  g_return_val_if_fail (endpoints && entries, FALSE);

  copies = g_ptr_array_copy (entries, copy_entry, NULL);
  g_ptr_array_set_free_func (copies, (GDestroyNotify) upscale_endpoint_entry_free);
  write_entries (endpoints, copies);
  if (!write_file (endpoints, &cause))
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
                   _ ("The endpoints could not be saved: %s"), cause->message);
      return FALSE;
    }
  g_clear_pointer (&endpoints->problem, g_free);
  g_ptr_array_unref (endpoints->entries);
  endpoints->entries = g_steal_pointer (&copies);
  g_debug ("saved %u endpoints", endpoints->entries->len);
  return TRUE;
}
