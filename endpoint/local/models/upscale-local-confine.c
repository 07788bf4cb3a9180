/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model comes from a stranger, and a million lines of ONNX Runtime parse it. A model
 * that takes over the process must gain nothing by it, so the process can't write files,
 * connect or send signals.
 *
 * Landlock covers files, TCP and signals; it binds the calling thread, and the threads
 * and processes that begin later. seccomp covers sockets of all kinds, and changes to
 * files that Landlock does not know. Reading stays allowed, as a user may name a model
 * anywhere and GPU drivers read in many places.
 *
 * GPU drivers get their devices, but no place for their caches. Tested without a GPU
 * only. */
#include "upscale-local-confine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if UPSCALE_HAVE_LANDLOCK
#include <linux/landlock.h>
#endif
#if UPSCALE_HAVE_SECCOMP
#include <seccomp.h>
#endif

/* Landlock before version 3 did not restrict truncation. */
#define MIN_LANDLOCK_VERSION 3

/* Landlock restricts the calling thread, so the process must not have other threads. */
static gboolean
check_alone (GError **error)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, error);
  int n = 0;

  if (!tasks)
    return FALSE;
  while (g_dir_read_name (tasks))
    n++;
  if (n == 1)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%d threads run already", n);
  return FALSE;
}

#if UPSCALE_HAVE_LANDLOCK

static guint64
file_rights (int version, UpscaleLocalConfineFlags flags)
{
  guint64 rights = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                   LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                   LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

  if (version >= 2)
    rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3)
    rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
  if (version >= 5)
    rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
  if (flags & UPSCALE_LOCAL_CONFINE_NO_PROGRAMS)
    rights |= LANDLOCK_ACCESS_FS_EXECUTE;
  return rights;
}

static int
make_ruleset (int version, UpscaleLocalConfineFlags flags)
{
  struct landlock_ruleset_attr rules = { .handled_access_fs =
                                             file_rights (version, flags) };

  if (version >= 4)
    rules.handled_access_net =
        LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
  if (version >= 6)
    rules.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
  return (int) syscall (SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
}

/* The null device, and those of NVIDIA, AMD and WSL. The rest of /dev stays closed:
 * /dev/shm holds the memory of other programs. */
static gboolean
is_allowed_device (const char *name)
{
  return g_strv_contains ((const char *const[]) { "null", "dri", "dxg", "kfd", NULL },
                          name) ||
         g_str_has_prefix (name, "nvidia");
}

static void
allow_device (int ruleset, int version, const char *name)
{
  g_autofree char                  *path = g_build_filename ("/dev", name, NULL);
  g_autofd int                      device = open (path, O_PATH | O_CLOEXEC | O_NOFOLLOW);
  struct landlock_path_beneath_attr rule = { .allowed_access =
                                                 LANDLOCK_ACCESS_FS_WRITE_FILE,
                                             .parent_fd = device };

  if (version >= 5)
    rule.allowed_access |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
  /* Ignore a failure: the driver then behaves as without the device. */
  if (device >= 0)
    (void) syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

static void
allow_devices (int ruleset, int version)
{
  g_autoptr (GDir) devices = g_dir_open ("/dev", 0, NULL);
  const char *name;

  while (devices && (name = g_dir_read_name (devices)))
    if (is_allowed_device (name))
      allow_device (ruleset, version, name);
}

static gboolean
use_landlock (UpscaleLocalConfineFlags flags, GError **error)
{
  int          version = (int) syscall (SYS_landlock_create_ruleset, NULL, 0,
                                        LANDLOCK_CREATE_RULESET_VERSION);
  g_autofd int ruleset = version > 0 ? make_ruleset (version, flags) : -1;

  if (ruleset >= 0)
    {
      allow_devices (ruleset, version);
      if (syscall (SYS_landlock_restrict_self, ruleset, 0) == 0)
        {
          if (version >= MIN_LANDLOCK_VERSION)
            return TRUE;
          errno = ENOSYS;
        }
    }
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Landlock: %s",
               g_strerror (errno));
  return FALSE;
}

#else

static gboolean
use_landlock (UpscaleLocalConfineFlags flags, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "Landlock: not in this build");
  return FALSE;
}

#endif

#if UPSCALE_HAVE_SECCOMP

/* New sockets, other ways to the network, and file changes that Landlock allows. */
static const char *const refused_calls[] = {
  "socket",
  "socketpair",
  "connect",
  "bind",
  "io_uring_setup",
  "pidfd_getfd",
  "process_vm_readv",
  "process_vm_writev",
  "keyctl",
  "add_key",
  "request_key",
  "chmod",
  "fchmod",
  "fchmodat",
  "fchmodat2",
  "chown",
  "fchown",
  "lchown",
  "fchownat",
  "utime",
  "utimes",
  "futimesat",
  "utimensat",
  "setxattr",
  "lsetxattr",
  "fsetxattr",
  "removexattr",
  "lremovexattr",
  "fremovexattr",
  "shmget",
  "shmat",
};

static int
refuse_calls (scmp_filter_ctx filter)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused_calls); i++)
    {
      int number = seccomp_syscall_resolve_name (refused_calls[i]);
      int code = number == __NR_SCMP_ERROR
                     ? 0
                     : seccomp_rule_add (filter, SCMP_ACT_ERRNO (EACCES), number, 0);

      if (code < 0)
        return code;
    }
  return seccomp_load (filter);
}

static gboolean
use_seccomp (GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int             code = filter ? refuse_calls (filter) : -ENOMEM;

  if (filter)
    seccomp_release (filter);
  if (code >= 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-code), "seccomp: %s",
               g_strerror (-code));
  return FALSE;
}

#else

static gboolean
use_seccomp (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "seccomp: not in this build");
  return FALSE;
}

#endif

static void
note (GString *failures, GError *error)
{
  if (!error)
    return;
  if (failures->len > 0)
    g_string_append (failures, "; ");
  g_string_append (failures, error->message);
}

/**
 * upscale_local_confine_process:
 * @flags: further powers to give up
 * @error: return location for an error
 *
 * Takes network and write access from this process and its children, as far as the kernel
 * can. Open sockets and files stay usable. Must be called once, before any thread starts
 * and before a model is opened.
 *
 * Returns: %TRUE if all restrictions hold, or %FALSE with the missing ones; the others
 * hold
 */
gboolean
upscale_local_confine_process (UpscaleLocalConfineFlags flags, GError **error)
{
  g_autoptr (GString) failures = g_string_new (NULL);
  g_autoptr (GError) alone = NULL;
  g_autoptr (GError) landlock = NULL;
  g_autoptr (GError) seccomp = NULL;

  (void) check_alone (&alone);
  /* Landlock and seccomp require NO_NEW_PRIVS of users other than root. The flag also
   * disables setuid programs. */
  (void) prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  (void) use_landlock (flags, &landlock);
  (void) use_seccomp (&seccomp);
  note (failures, alone);
  note (failures, landlock);
  note (failures, seccomp);
  if (failures->len == 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, failures->str);
  return FALSE;
}
