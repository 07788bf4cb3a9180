/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "upscale-error.h"

#define FOLDER_PREFIX "tile-upscale-"
#define SOCKET_NAME "socket"
#define BACKLOG 64

/**
 * UpscaleLocalSocket:
 *
 * A Unix socket in a folder that only its user can reach. The socket listens before the
 * endpoint starts, and the endpoint inherits its descriptor, so no other program can take
 * its place. The folder is locked while this process lives. A folder without a lock
 * belongs to a process that was killed, and the next process removes it.
 */
struct _UpscaleLocalSocket
{
  char           *folder;
  int             lock;
  int             listening; /* -1 after upscale_local_socket_steal_descriptor() */
  GSocketAddress *address;
};

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE, "%s %s: %s", what, path,
               g_strerror (code));
  return FALSE;
}

/* In a folder that other users may write to, they could replace the socket. */
static gboolean
check_own (const char *folder, GError **error)
{
  GStatBuf status = { 0 };

  if (g_stat (folder, &status) != 0)
    return fail (error, "there is no folder", folder);
  if (S_ISDIR (status.st_mode) && status.st_uid == geteuid () &&
      (status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
    return TRUE;
  errno = EPERM;
  return fail (error, "others may write to", folder);
}

static int
lock_folder (const char *folder)
{
  int lock = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (lock < 0 || flock (lock, LOCK_EX | LOCK_NB) == 0)
    return lock;
  close (lock);
  return -1;
}

static void
remove_folder (const char *folder, int lock)
{
  (void) unlinkat (lock, SOCKET_NAME, 0);
  (void) g_rmdir (folder);
}

static void
remove_stale (const char *runtime_folder)
{
  g_autoptr (GDir) entries = g_dir_open (runtime_folder, 0, NULL);
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    {
      g_autofree char *folder = g_build_filename (runtime_folder, name, NULL);
      g_autofd int     lock =
          g_str_has_prefix (name, FOLDER_PREFIX) ? lock_folder (folder) : -1;

      if (lock >= 0)
        remove_folder (folder, lock);
    }
}

static gboolean
make_folder (UpscaleLocalSocket *local, const char *runtime_folder, GError **error)
{
  g_autofree char *template =
      g_build_filename (runtime_folder, FOLDER_PREFIX "XXXXXX", NULL);

  if (!g_mkdtemp (template))
    return fail (error, "no folder can be made in", runtime_folder);
  local->folder = g_steal_pointer (&template);
  local->lock = lock_folder (local->folder);
  return local->lock >= 0 || fail (error, "can't lock", local->folder);
}

static gboolean
listen_in_folder (UpscaleLocalSocket *local, GError **error)
{
  g_autofree char   *path = g_build_filename (local->folder, SOCKET_NAME, NULL);
  struct sockaddr_un name = { .sun_family = AF_UNIX };
  g_autofd int       listening = -1;

  errno = ENAMETOOLONG;
  if (g_strlcpy (name.sun_path, path, sizeof name.sun_path) >= sizeof name.sun_path)
    return fail (error, "can't listen on", path);
  listening = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listening < 0 ||
      bind (listening, (const struct sockaddr *) &name, sizeof name) != 0 ||
      g_chmod (path, S_IRUSR | S_IWUSR) != 0 || listen (listening, BACKLOG) != 0)
    return fail (error, "can't listen on", path);
  local->listening = g_steal_fd (&listening);
  local->address = g_unix_socket_address_new (path);
  return TRUE;
}

/**
 * upscale_local_socket_new:
 * @runtime_folder: the user's folder for sockets, `$XDG_RUNTIME_DIR`
 * @error: return location for an error
 *
 * Returns: (transfer full): a listening socket, or %NULL with %UPSCALE_ERROR_STORAGE
 */
UpscaleLocalSocket *
upscale_local_socket_new (const char *runtime_folder, GError **error)
{
  g_autoptr (UpscaleLocalSocket) local = NULL;

  g_return_val_if_fail (runtime_folder, NULL);

  if (!check_own (runtime_folder, error))
    return NULL;
  remove_stale (runtime_folder);
  local = g_new0 (UpscaleLocalSocket, 1);
  local->lock = local->listening = -1;
  if (!make_folder (local, runtime_folder, error) || !listen_in_folder (local, error))
    return NULL;
  return g_steal_pointer (&local);
}

/**
 * upscale_local_socket_free:
 * @local: (transfer full): a socket
 *
 * Removes the socket and its folder. Open connections stay open.
 */
void
upscale_local_socket_free (UpscaleLocalSocket *local)
{
  g_return_if_fail (local != NULL);

  if (local->lock >= 0)
    remove_folder (local->folder, local->lock);
  g_clear_fd (&local->listening, NULL);
  g_clear_fd (&local->lock, NULL);
  g_clear_object (&local->address);
  g_free (local->folder);
  g_free (local);
}

/**
 * upscale_local_socket_steal_descriptor:
 * @local: a socket
 *
 * Returns: (transfer full): the listening descriptor, for the endpoint
 */
int
upscale_local_socket_steal_descriptor (UpscaleLocalSocket *local)
{
  g_return_val_if_fail (local && local->listening >= 0, -1);

  return g_steal_fd (&local->listening);
}

/**
 * upscale_local_socket_get_address:
 * @local: a socket
 *
 * Returns: (transfer none): the address to connect to
 */
GSocketAddress *
upscale_local_socket_get_address (UpscaleLocalSocket *local)
{
  g_return_val_if_fail (local, NULL);

  return local->address;
}
