/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-model-file.h"

#include "upscale-local-weights.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of a model, and the bytes that may still be read from files in the
 * folder. */
typedef struct
{
  int   folder;
  gsize budget_bytes;
} Source;

static void
source_clear (Source *source)
{
  g_clear_fd (&source->folder, NULL);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, source_clear)

static void
set_error_from_errno (GError **error, int code)
{
  if (code == ELOOP || code == ENXIO)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "that is no regular file; put the file itself there");
  else
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (code),
                         g_strerror (code));
}

/* O_NONBLOCK keeps the opening of a pipe from waiting for a writer. */
static int
open_regular (int folder, const char *path, int flags, gint64 *size, GError **error)
{
  g_autofd int file = openat (folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
  struct stat  status;

  if (file < 0 || fstat (file, &status) != 0)
    {
      set_error_from_errno (error, errno);
      return -1;
    }
  if (!S_ISREG (status.st_mode))
    {
      set_error_from_errno (error, ELOOP);
      return -1;
    }
  *size = status.st_size;
  return g_steal_fd (&file);
}

/* Another program may truncate the file meanwhile, so read until the end of the file. */
static GBytes *
read_part (int file, gint64 offset, gsize length, GError **error)
{
  g_autofree guint8 *data = g_try_malloc (MAX (length, 1));
  gsize              n = 0;

  if (!data)
    {
      set_error_from_errno (error, ENOMEM);
      return NULL;
    }
  while (n < length)
    {
      gssize got = pread (file, data + n, length - n, (off_t) (offset + (gint64) n));

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          set_error_from_errno (error, errno);
          return NULL;
        }
      if (got == 0)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                               "the file is too short; download it again");
          return NULL;
        }
      n += (gsize) got;
    }
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

static gboolean
spend (Source *source, gint64 n_bytes, GError **error)
{
  if ((guint64) n_bytes <= source->budget_bytes)
    {
      source->budget_bytes -= (gsize) n_bytes;
      return TRUE;
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "it is larger than %d MiB with its weights; use a smaller one",
               (int) (UPSCALE_LOCAL_WEIGHTS_MAX_BYTES >> 20));
  return FALSE;
}

static GBytes *
read_weights (const char *name,
              gint64      offset,
              gint64      length,
              gpointer    user_data,
              GError    **error)
{
  Source      *source = user_data;
  gint64       size = 0;
  g_autofd int file = open_regular (source->folder, name, O_NOFOLLOW, &size, error);

  if (file < 0)
    return NULL;
  if (offset > size || length > size - offset)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "the file is too short; download it again");
      return NULL;
    }
  if (length == UPSCALE_LOCAL_WEIGHTS_TO_END)
    length = size - offset;
  return spend (source, length, error) ? read_part (file, offset, (gsize) length, error)
                                       : NULL;
}

/**
 * upscale_local_model_file_read:
 * @path: an ONNX file, as the user named it
 * @error: return location for an error
 *
 * Reads a model with all its weights, including those in other files of its folder. Only
 * regular files are read, no link that the model names is followed, and at most
 * %UPSCALE_LOCAL_WEIGHTS_MAX_BYTES are read. May be called from any thread.
 *
 * Returns: (transfer full): an ONNX model that refers to no file, or %NULL with the
 * reason, the end of a sentence
 */
GBytes *
upscale_local_model_file_read (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (Source) source = { .folder = open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC),
                             .budget_bytes = UPSCALE_LOCAL_WEIGHTS_MAX_BYTES };
  gint64       size = 0;
  g_autofd int file = open_regular (AT_FDCWD, path, 0, &size, error);
  g_autoptr (GBytes) model = NULL;

  if (file < 0 || !spend (&source, size, error))
    return NULL;
  model = read_part (file, 0, (gsize) size, error);
  return model ? upscale_local_weights_embed (model, read_weights, &source, error) : NULL;
}
