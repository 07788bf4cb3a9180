/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GLib ends a process that runs out of memory, or the kernel kills it. Then GIMP reports
 * "returned no return values" to a script and "Plug-in crashed" to a user. So a second
 * process does the work. The process that GIMP has started only waits for the second one
 * and reports to GIMP why the work ended. */
#include "upscale-guard.h"

#include <string.h>

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Positions of the arguments that GIMP starts a plug-in with, from libgimp/gimp.c. */
#define ARG_WRITE_FD 4
#define ARG_MODE 5
#define N_ARGS 7

/* Numbers from libgimpbase/gimpprotocol.h, which is not installed. */
#define MESSAGE_PROC_RETURN 6
#define PARAM_INT 0
#define PARAM_STRING 2
#define STATUS_EXECUTION_ERROR 0

/* Environment variable with the file descriptor that the working process writes to. */
#define VARIABLE "UPSCALE_GUARD_FD"

static void
add_number (GByteArray *message, guint32 number)
{
  guint32 ordered = GUINT32_TO_BE (number);

  g_byte_array_append (message, (const guint8 *) &ordered, sizeof ordered);
}

static void
add_text (GByteArray *message, const char *text)
{
  guint32 size = (guint32) strlen (text) + 1;

  add_number (message, size);
  g_byte_array_append (message, (const guint8 *) text, size);
}

/* Returns the message that libgimp sends for a procedure that failed with @sentence. */
static GByteArray *
make_answer (const char *sentence)
{
  GByteArray *message = g_byte_array_new ();

  add_number (message, MESSAGE_PROC_RETURN);
  add_text (message, "");
  add_number (message, 2);
  add_number (message, PARAM_INT);
  add_text (message, "GimpPDBStatusType");
  add_number (message, STATUS_EXECUTION_ERROR);
  add_number (message, PARAM_STRING);
  add_text (message, "gchararray");
  add_text (message, sentence);
  return message;
}

static void
write_all (int fd, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gssize n = write (fd, data, size);

      if (n < 0 && errno != EINTR)
        return;
      data += MAX (n, 0);
      size -= (gsize) MAX (n, 0);
    }
}

/* Reads until every process that could write has ended. */
static char *
read_all (int fd)
{
  GString *text = g_string_new (NULL);
  char     piece[256];
  gssize   n;

  while ((n = read (fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR))
    g_string_append_len (text, piece, MAX (n, 0));
  return g_string_free (text, FALSE);
}

/* The last line counts. An empty line means that the call has returned to GIMP. */
static const char *
find_last_line (char *text)
{
  char *end;

  if (!g_str_has_suffix (text, "\n"))
    return "";
  text[strlen (text) - 1] = '\0';
  end = strrchr (text, '\n');
  return end ? end + 1 : text;
}

static G_NORETURN void
wait_for_worker (pid_t worker, int from_worker, int to_gimp)
{
  g_autofree char *text = read_all (from_worker);
  const char      *sentence = find_last_line (text);
  int              status = 0;

  while (waitpid (worker, &status, 0) < 0 && errno == EINTR)
    continue;
  if (*sentence)
    {
      g_autoptr (GByteArray) answer = make_answer (sentence);

      signal (SIGPIPE, SIG_IGN);
      write_all (to_gimp, answer->data, answer->len);
    }
  _exit (WIFEXITED (status) ? WEXITSTATUS (status) : EXIT_FAILURE);
}

/* GIMP knows only the waiting process and kills that one when the user cancels, so the
 * working process asks the kernel to die with it. */
static void
start_worker (pid_t guard, int to_guard)
{
  g_autofree char *number = g_strdup_printf ("%d", to_guard);

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != guard)
    _exit (EXIT_FAILURE);
  g_setenv (VARIABLE, number, TRUE);
}

/**
 * upscale_guard_start:
 * @argc: number of arguments
 * @argv: arguments that GIMP has started this process with
 *
 * Forks when GIMP runs a procedure, and returns in the new process, which does the work.
 * If no process can be made, the work goes on without a guard. Must be called before any
 * thread is started.
 */
void
upscale_guard_start (int argc, char *argv[])
{
  int   ends[2];
  pid_t guard = getpid ();
  pid_t worker;

  g_return_if_fail (argv != NULL);

  if (argc != N_ARGS || !g_str_equal (argv[ARG_MODE], "-run") || pipe2 (ends, O_CLOEXEC))
    return;
  worker = fork ();
  if (worker > 0)
    {
      close (ends[1]);
      wait_for_worker (worker, ends[0], atoi (argv[ARG_WRITE_FD]));
    }
  close (ends[0]);
  if (worker == 0)
    start_worker (guard, ends[1]);
  else
    close (ends[1]);
}

static void
tell_guard (const char *line)
{
  const char      *number = g_getenv (VARIABLE);
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  if (number)
    write_all (atoi (number), (const guint8 *) text, strlen (text));
}

#else

void
upscale_guard_start (int argc, char *argv[])
{
}

static void
tell_guard (const char *line)
{
}

#endif

/**
 * upscale_guard_begin:
 * @sentence: error of the procedure if this process ends before upscale_guard_end()
 *
 * Begins a call of a procedure. The guard reads lines, so line breaks of a translation
 * become spaces.
 */
void
upscale_guard_begin (const char *sentence)
{
  g_autofree char *line = NULL;

  g_return_if_fail (sentence != NULL);

  line = g_strdelimit (g_strdup (sentence), "\n", ' ');
  tell_guard (line);
}

/**
 * upscale_guard_end:
 *
 * Ends the call. The procedure's own return values reach GIMP from here on.
 */
void
upscale_guard_end (void)
{
  tell_guard ("");
}
