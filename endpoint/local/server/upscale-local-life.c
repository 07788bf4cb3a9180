/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-life.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Longest wait for a tile being painted, or for a model that hangs. */
#define GRACE_MS 1000

/* Watches for the end of the program with a main loop in a thread of its own, as the
 * program's loop may hang. */
typedef struct
{
  GMainLoop    *loop; /* the program's */
  GMainContext *context;
} Watch;

static void
attach (GSource *source, GSourceFunc callback, Watch *watch)
{
  g_source_set_callback (source, callback, watch, NULL);
  g_source_attach (source, watch->context);
  g_source_unref (source);
}

static gboolean
on_grace_over (gpointer user_data)
{
  _exit (0);
}

static void
on_time_to_quit (gpointer user_data)
{
  g_main_loop_quit (user_data);
}

/* Quit from an idle callback, as g_main_loop_quit() has no effect before the loop
 * runs. */
static void
end (Watch *watch)
{
  g_idle_add_once (on_time_to_quit, watch->loop);
  attach (g_timeout_source_new (GRACE_MS), on_grace_over, watch);
}

static gboolean
on_signal (gpointer user_data)
{
  end (user_data);
  return G_SOURCE_REMOVE;
}

/* The parent holds the other end of standard input, and the kernel closes that end
 * with the parent, even after SIGKILL. */
static gboolean
on_input (int descriptor, GIOCondition condition, gpointer user_data)
{
  char   dropped[256];
  gssize n = read (descriptor, dropped, sizeof dropped);

  if (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)))
    return G_SOURCE_CONTINUE;
  end (user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
watch_over (gpointer data)
{
  const Watch *watch = data;
  g_autoptr (GMainLoop) loop = g_main_loop_new (watch->context, FALSE);

  g_main_loop_run (loop);
  return NULL;
}

/**
 * upscale_local_life_begin:
 * @loop: the program's main loop
 * @is_bound_to_parent: %TRUE if the program ends with its parent
 *
 * Starts a thread that quits @loop on SIGTERM and SIGINT, and, if @is_bound_to_parent,
 * when standard input closes or the parent dies. If the program still runs a second
 * later, because one of its threads hangs, this thread ends the process.
 */
void
upscale_local_life_begin (GMainLoop *loop, gboolean is_bound_to_parent)
{
  Watch *watch = g_new (Watch, 1);

  g_return_if_fail (loop != NULL);

  *watch = (Watch) { g_main_loop_ref (loop), g_main_context_new () };
  attach (g_unix_signal_source_new (SIGTERM), on_signal, watch);
  attach (g_unix_signal_source_new (SIGINT), on_signal, watch);
  if (is_bound_to_parent)
    {
      attach (g_unix_fd_source_new (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR),
              G_SOURCE_FUNC (on_input), watch);
      (void) prctl (PR_SET_PDEATHSIG, SIGTERM);
    }
  g_thread_unref (g_thread_new ("life", watch_over, watch));
}
