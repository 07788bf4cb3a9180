/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs an unknown model in a process of its own, which is this program started again.
 * The process ends by itself when its time is over, has a memory limit, and is
 * confined. */
#include "upscale-local-model-probe.h"

#include "upscale-local-confine.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define REFUSED "refused: "

/* Memory that the process has already. With a sanitizer this is a great deal. */
static gsize
used_bytes (void)
{
  g_autofree char *text = NULL;
  long             pages = 0;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) ||
      sscanf (text, "%*d %*d %*d %*d %*d %ld", &pages) != 1)
    return 0;
  return (gsize) pages * (gsize) sysconf (_SC_PAGESIZE);
}

static void
keep_to (UpscaleLocalModelProbeLimits limits)
{
  struct rlimit memory = { 0 };

  memory.rlim_cur = used_bytes () + ((gsize) limits.memory_mib << 20);
  memory.rlim_max = memory.rlim_cur;
  (void) setrlimit (RLIMIT_DATA, &memory);
  memory.rlim_cur = memory.rlim_max = 0;
  (void) setrlimit (RLIMIT_CORE, &memory);
  /* The default action of SIGALRM ends the process, whatever the model is doing. */
  (void) alarm ((unsigned) limits.seconds);
}

/**
 * upscale_local_model_probe_main:
 * @path: an ONNX file
 * @limits: limits of the process
 *
 * The program of the probe process: prints the properties of the model, or the reason
 * that the model can't be used.
 *
 * Returns: the exit status of the process
 */
int
upscale_local_model_probe_main (const char *path, UpscaleLocalModelProbeLimits limits)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleLocalSession) session = NULL;
  UpscaleLocalModelInfo info;
  g_autofree char      *text = NULL;

  g_return_val_if_fail (path != NULL, 1);

  /* The endpoint, confined in the same way, has already reported missing restrictions. */
  (void) upscale_local_confine_process (UPSCALE_LOCAL_CONFINE_NO_PROGRAMS, NULL);
  keep_to (limits);
  session = upscale_local_session_open (path, &error);
  if (!session || !upscale_local_model_info_find (session, &info, &error))
    {
      g_print (REFUSED "%s\n", error->message);
      return 1;
    }
  text = upscale_local_model_info_to_text (&info);
  g_print ("%s\n", text);
  return 0;
}

/* Variables with this prefix hold the user's keys. */
static void
drop_own_variables (GSubprocessLauncher *launcher)
{
  g_auto (GStrv) names = g_listenv ();

  for (char **name = names; *name; name++)
    if (g_str_has_prefix (*name, "UPSCALE_"))
      g_subprocess_launcher_unsetenv (launcher, *name);
}

/* Runs in the child, before it becomes another program. The kernel kills the child when
 * the thread that started it ends, so that thread must wait for the child. */
static void
die_with_parent (gpointer user_data)
{
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid () != GPOINTER_TO_INT (user_data))
    _exit (1);
}

static GSubprocess *
spawn (const char *path, UpscaleLocalModelProbeLimits limits, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", error);
  g_autofree char *seconds = g_strdup_printf ("--probe-s=%d", limits.seconds);
  g_autofree char *memory = g_strdup_printf ("--probe-mib=%d", limits.memory_mib);

  if (!program)
    return NULL;
  drop_own_variables (launcher);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent,
                                         GINT_TO_POINTER (getpid ()), NULL);
  return g_subprocess_launcher_spawn (launcher, error, program,
                                      "--" UPSCALE_LOCAL_MODEL_PROBE_OPTION, path,
                                      seconds, memory, NULL);
}

static void
tell_end (GSubprocess *process, UpscaleLocalModelProbeLimits limits, GError **error)
{
  gboolean was_killed = g_subprocess_get_if_signaled (process);

  if (was_killed && g_subprocess_get_term_sig (process) == SIGALRM)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                 "it did not answer within %d s when it was tried", limits.seconds);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "it crashed when it was tried with %d MiB of memory, or needs more",
                 limits.memory_mib);
}

/**
 * upscale_local_model_probe_start:
 * @path: an ONNX file
 * @limits: limits of the process
 * @info: (out): the properties of the model
 * @error: return location for an error
 *
 * Probes a model, and waits for the result. May be called from any thread.
 *
 * Returns: %TRUE, or %FALSE with the reason that the model can't be used, the end of a
 * sentence
 */
gboolean
upscale_local_model_probe_start (const char                  *path,
                                 UpscaleLocalModelProbeLimits limits,
                                 UpscaleLocalModelInfo       *info,
                                 GError                     **error)
{
  g_autoptr (GSubprocess) process = spawn (path, limits, error);
  g_autofree char *output = NULL;

  g_return_val_if_fail (info != NULL, FALSE);

  if (!process ||
      !g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, error))
    return FALSE;
  if (g_subprocess_get_successful (process) &&
      upscale_local_model_info_from_text (info, output))
    return TRUE;
  if (g_str_has_prefix (output, REFUSED))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         g_strchomp (output + strlen (REFUSED)));
  else
    tell_end (process, limits, error);
  return FALSE;
}
