/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "upscale-error.h"

#define CHUNK_BYTES (64 * 1024)
#define MEBIBYTE (1024.0 * 1024.0)

static gboolean
fail_of_system (int code, GError **error)
{
  g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (code),
                       g_strerror (code));
  return FALSE;
}

static gboolean
check_kind (const GStatBuf *status, GError **error)
{
  if (S_ISREG (status->st_mode))
    return TRUE;
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
                       S_ISDIR (status->st_mode)
                           ? _ ("it is a folder")
                           : _ ("it is a device, a pipe or a socket, not a file"));
  return FALSE;
}

/* Checks the kind of file before opening, since opening a device can have effects, such
 * as rewinding a tape. Checks again after opening, since another program may have
 * replaced the file. Without O_NONBLOCK, opening a pipe would wait for its writer. */
static int
open_regular (const char *path, GError **error)
{
  GStatBuf     status;
  g_autofd int file = -1;

  if (g_stat (path, &status) != 0)
    {
      fail_of_system (errno, error);
      return -1;
    }
  if (!check_kind (&status, error))
    return -1;
  file = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
  if (file < 0 || fstat (file, &status) != 0)
    {
      fail_of_system (errno, error);
      return -1;
    }
  return check_kind (&status, error) ? g_steal_fd (&file) : -1;
}

/* Returns: the number of bytes read, 0 at the end, or -1 with @error */
static gssize
read_chunk (int file, guint8 *chunk, GError **error)
{
  gssize n;

  do
    n = read (file, chunk, CHUNK_BYTES);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    fail_of_system (errno, error);
  return n;
}

/**
 * upscale_file_read:
 * @path: a file that a user has named or another program may have replaced; a link is
 * followed
 * @max_bytes: the largest size of the file
 * @error: return location for an error
 *
 * Reads a whole regular file. Never blocks on a pipe or device, and keeps at most
 * @max_bytes, even of a file that grows meanwhile. May be called from any thread.
 *
 * Returns: (transfer full): the bytes; %NULL with a #GFileError if the system refuses, or
 * with %UPSCALE_ERROR_STORAGE if @path is no regular file or too large. The message is
 * the problem without the name of the file
 */
GBytes *
upscale_file_read (const char *path, gsize max_bytes, GError **error)
{
  g_autofd int file = -1;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  gssize             n;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (max_bytes <= G_MAXINT, NULL);

  file = open_regular (path, error);
  if (file < 0)
    return NULL;
  while ((n = read_chunk (file, chunk, error)) > 0)
    {
      if ((gsize) n > max_bytes - bytes->len)
        {
          g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
                       _ ("it is larger than %g MiB"), (double) max_bytes / MEBIBYTE);
          return NULL;
        }
      g_byte_array_append (bytes, chunk, (guint) n);
    }
  return n == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&bytes)) : NULL;
}
