/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where memory or address space runs out, GLib ends the process, or the kernel kills it;
 * a script then reads "returned no return values" and a user "Plug-in crashed". So a
 * second process does the work, and the one that GIMP has started waits for it and says
 * what is to be said. It holds nothing that could run out. */
#include "upscale-guard.h"

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where GIMP puts what a plug-in is started with, libgimp/gimp.c. */
#define ARG_WRITE_FD 4
#define ARG_MODE 5
#define N_ARGS 7

/* libgimpbase/gimpprotocol.h, which is not installed. */
#define MESSAGE_PROC_RETURN 6
#define PARAM_INT 0
#define PARAM_STRING 2
#define STATUS_EXECUTION_ERROR 0

/* Tells the working process where to write. */
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

/* What libgimp would have sent for a procedure that failed with this sentence. */
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

/* Returns all that comes until every process that could write has ended. */
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

/* The last line is what holds: an empty one after the call has come to its end. */
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
keep_watch (pid_t worker, int from_worker, int to_gimp)
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

/* GIMP knows the waiting process only, and kills it when the user cancels. */
static void
start_work (pid_t guard, int to_guard)
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
 * @argv: what GIMP has started this process with
 *
 * When a procedure is to be run, returns in a new process that does the work. To be
 * called before there is any thread. Where no process can be made the work is done
 * without a guard.
 */
void
upscale_guard_start (int argc, char *argv[])
{
  int   ends[2];
  pid_t guard = getpid ();
  pid_t worker;

  if (argc != N_ARGS || !g_str_equal (argv[ARG_MODE], "-run") || pipe2 (ends, O_CLOEXEC))
    return;
  worker = fork ();
  if (worker > 0)
    {
      close (ends[1]);
      keep_watch (worker, ends[0], atoi (argv[ARG_WRITE_FD]));
    }
  close (ends[0]);
  if (worker == 0)
    start_work (guard, ends[1]);
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
 * @sentence: what is to be said when this process ends before upscale_guard_end(); one
 * line
 *
 * A call of a procedure begins.
 */
void
upscale_guard_begin (const char *sentence)
{
  tell_guard (sentence);
}

/**
 * upscale_guard_end:
 *
 * The call has come to its end, and GIMP is about to be told how.
 */
void
upscale_guard_end (void)
{
  tell_guard ("");
}
