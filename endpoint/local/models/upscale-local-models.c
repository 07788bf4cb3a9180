/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-models.h"

#include "upscale-local-network.h"
#include "upscale-local-resampler.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define ENDING ".onnx"
#define RESAMPLER "resample"
#define DEFAULT "fast"
#define IDENTITY "network-1-"

/* The longest path on Linux. */
#define MAX_NAME_BYTES 4096

/**
 * UpscaleLocalModels:
 *
 * The engines by name: the resampler, and the models in the given folders. `NAME.onnx` is
 * the model NAME, and so are `NAME-2x.onnx` and `NAME-4x.onnx` together. A model is
 * probed and opened at its first use. May be used from any thread.
 */
struct _UpscaleLocalModels
{
  char                       **folders;
  UpscaleLocalModelProbeLimits limits;
  GMutex                       lock;
  GHashTable                  *entries; /* name -> Entry */
};

/* The result of opening the model of one name. */
typedef struct
{
  GMutex              lock;
  UpscaleLocalEngine *engine;
  char               *failure;
} Entry;

static void
entry_free (Entry *entry)
{
  if (entry->engine)
    entry->engine->free (entry->engine);
  g_free (entry->failure);
  g_mutex_clear (&entry->lock);
  g_free (entry);
}

/**
 * upscale_local_models_new:
 * @folders: (array zero-terminated=1): folders of models; a missing folder counts as
 * empty
 * @limits: limits of the process that probes a model
 *
 * Returns: (transfer full): the models
 */
UpscaleLocalModels *
upscale_local_models_new (const char *const *folders, UpscaleLocalModelProbeLimits limits)
{
  UpscaleLocalModels *models = g_new0 (UpscaleLocalModels, 1);

  g_return_val_if_fail (folders != NULL, NULL);

  models->folders = g_strdupv ((char **) folders);
  models->limits = limits;
  models->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify) entry_free);
  g_mutex_init (&models->lock);
  return models;
}

/**
 * upscale_local_models_free:
 * @models: (transfer full): models without an engine in use
 */
void
upscale_local_models_free (UpscaleLocalModels *models)
{
  g_return_if_fail (models != NULL);

  g_hash_table_unref (models->entries);
  g_strfreev (models->folders);
  g_mutex_clear (&models->lock);
  g_free (models);
}

/* Returns the name of a file's model: without the ending, and without a factor. */
static char *
name_of (const char *file)
{
  g_autofree char *stem = g_strndup (file, strlen (file) - strlen (ENDING));
  char            *dash = strrchr (stem, '-');

  if (dash && g_ascii_isdigit (dash[1]) && g_str_equal (dash + 2, "x"))
    *dash = '\0';
  return g_steal_pointer (&stem);
}

static void
append_files (const char *folder, const char *ending, GPtrArray *paths)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *file;

  while (directory && (file = g_dir_read_name (directory)))
    if (g_str_has_suffix (file, ending))
      g_ptr_array_add (paths, g_build_filename (folder, file, NULL));
}

static int
compare_paths (gconstpointer one, gconstpointer other)
{
  return strcmp (*(const char *const *) one, *(const char *const *) other);
}

static GPtrArray *
find_files (UpscaleLocalModels *models, const char *ending)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  if (upscale_local_session_is_supported ())
    for (char **folder = models->folders; *folder; folder++)
      append_files (*folder, ending, paths);
  g_ptr_array_sort (paths, compare_paths);
  return paths;
}

static char *
name_of_path (const char *path)
{
  g_autofree char *file = g_path_get_basename (path);

  return name_of (file);
}

/**
 * upscale_local_models_list:
 * @models: models
 *
 * Returns: (transfer full) (array zero-terminated=1): the names of all models
 */
char **
upscale_local_models_list (UpscaleLocalModels *models)
{
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_return_val_if_fail (models != NULL, NULL);

  paths = find_files (models, ENDING);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *name = name_of_path (paths->pdata[i]);

      if (g_hash_table_contains (seen, name))
        continue;
      g_strv_builder_add (names, name);
      g_hash_table_add (seen, g_steal_pointer (&name));
    }
  g_strv_builder_add (names, RESAMPLER);
  return g_strv_builder_end (names);
}

static gboolean
has_default (UpscaleLocalModels *models)
{
  g_auto (GStrv) names = upscale_local_models_list (models);

  return g_strv_contains ((const char *const *) names, DEFAULT);
}

/**
 * upscale_local_models_get_identity:
 * @models: models
 *
 * Returns: (transfer full): a text that changes whenever the pixels would, including
 * those of a user's own model
 */
char *
upscale_local_models_get_identity (UpscaleLocalModels *models)
{
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_return_val_if_fail (models != NULL, NULL);

  /* Include all files, as a model may keep weights in files of any name. */
  paths = find_files (models, "");
  if (paths->len == 0)
    return g_strdup (UPSCALE_LOCAL_RESAMPLER_IDENTITY);
  for (guint i = 0; i < paths->len; i++)
    {
      GStatBuf         status = { 0 };
      g_autofree char *text = NULL;

      (void) g_stat (paths->pdata[i], &status);
      text = g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
                              (char *) paths->pdata[i], (gint64) status.st_size,
                              (gint64) status.st_mtime);
      g_checksum_update (sum, (const guchar *) text, -1);
    }
  return g_strconcat (IDENTITY, g_checksum_get_string (sum), NULL);
}

/**
 * upscale_local_models_get_about:
 * @models: models
 *
 * Returns: (transfer none): sentences for users about the engine and the arguments
 * without effect
 */
const char *
upscale_local_models_get_about (UpscaleLocalModels *models)
{
  g_return_val_if_fail (models != NULL, NULL);

  if (!upscale_local_session_is_supported ())
    return "Resamples only, as there is no ONNX Runtime. Prompt and strength have no "
           "effect here.";
  if (!has_default (models))
    return "Resamples only, as its models are not installed. Prompt and strength have "
           "no effect here.";
  return "Enlarges with a small network on this computer. Prompt and strength have no "
         "effect here.";
}

static GPtrArray *
files_of (UpscaleLocalModels *models, const char *name)
{
  g_autoptr (GPtrArray) paths = find_files (models, ENDING);
  GPtrArray *own = g_ptr_array_new_with_free_func (g_free);

  /* An absolute path names a user's own file. Other names with a slash match no file,
   * as names of files have none. */
  if (g_path_is_absolute (name))
    {
      if (strlen (name) <= MAX_NAME_BYTES && g_file_test (name, G_FILE_TEST_EXISTS))
        g_ptr_array_add (own, g_strdup (name));
      return own;
    }
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *other = name_of_path (paths->pdata[i]);
      g_autofree char *file = g_path_get_basename (paths->pdata[i]);

      if (g_str_equal (other, name) || g_str_equal (file, name))
        g_ptr_array_add (own, g_strdup (paths->pdata[i]));
    }
  return own;
}

static gboolean
add_model (UpscaleLocalModels  *models,
           UpscaleLocalNetwork *network,
           const char          *path,
           GError             **error)
{
  UpscaleLocalModelInfo info;
  UpscaleLocalSession  *session;

  if (!upscale_local_model_probe_start (path, models->limits, &info, error))
    return FALSE;
  session = upscale_local_session_open (path, error);
  if (!session)
    return FALSE;
  upscale_local_network_add (network, session, info);
  return TRUE;
}

static UpscaleLocalEngine *
open_models (UpscaleLocalModels *models,
             const char         *name,
             GPtrArray          *paths,
             char              **failure)
{
  g_autoptr (GError) error = NULL;
  UpscaleLocalNetwork *network = upscale_local_network_new (name);
  UpscaleLocalEngine  *engine = (UpscaleLocalEngine *) network;

  for (guint i = 0; i < paths->len; i++)
    if (!add_model (models, network, paths->pdata[i], &error))
      break;
  if (!error)
    return engine;
  engine->free (engine);
  *failure = g_strdup_printf ("the model '%s' can't be used: %s", name, error->message);
  return NULL;
}

static void
refuse_unknown (UpscaleLocalModels *models, const char *name, GError **error)
{
  g_auto (GStrv) names = upscale_local_models_list (models);
  g_autofree char *list = g_strjoinv (", ", names);

  if (strlen (name) > MAX_NAME_BYTES)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "there is no model of so long a name here; there are: %s", list);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "there is no model '%s' here; there are: %s", name, list);
}

static Entry *
get_entry (UpscaleLocalModels *models, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&models->lock);
  Entry *entry = g_hash_table_lookup (models->entries, name);

  if (entry)
    return entry;
  entry = g_new0 (Entry, 1);
  g_mutex_init (&entry->lock);
  g_hash_table_insert (models->entries, g_strdup (name), entry);
  return entry;
}

/**
 * upscale_local_models_find:
 * @models: models
 * @name: a name, the path of an ONNX file, or "" for the default
 * @error: return location for an error
 *
 * Waits while a model is probed at its first use. Calls for other models don't wait.
 *
 * Returns: (transfer none): the engine, or %NULL with
 * %G_IO_ERROR_NOT_FOUND or %G_IO_ERROR_INVALID_DATA and a sentence for the user
 */
const UpscaleLocalEngine *
upscale_local_models_find (UpscaleLocalModels *models, const char *name, GError **error)
{
  const char *wanted;
  Entry      *entry;
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (models != NULL && name != NULL, NULL);

  wanted = *name != '\0' ? name : has_default (models) ? DEFAULT : RESAMPLER;
  if (g_str_equal (wanted, RESAMPLER))
    return &upscale_local_resampler_engine;
  /* Keep no entry for a name without a file: clients could send any number of names. */
  paths = files_of (models, wanted);
  if (paths->len == 0)
    {
      refuse_unknown (models, wanted, error);
      return NULL;
    }
  entry = get_entry (models, wanted);
  locker = g_mutex_locker_new (&entry->lock);
  if (!entry->engine && !entry->failure)
    entry->engine = open_models (models, wanted, paths, &entry->failure);
  if (!entry->engine)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, entry->failure);
  return entry->engine;
}
