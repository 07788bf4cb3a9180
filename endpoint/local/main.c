/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#include "upscale-local-resampler.h"
#include "upscale-local-server.h"

#define DEFAULT_MAX_TILES 64
#define DEFAULT_MAX_JOBS 64
#define DEFAULT_MAX_BODY_MIB 256

/* What the command line says. */
typedef struct
{
  int      port;
  int      workers;
  int      max_tiles;
  int      max_jobs;
  int      max_body_mib;
  gboolean exit_with_parent;
  gboolean show_version;
} Arguments;

static gboolean
parse_arguments (Arguments *arguments, int *argc, char ***argv, GError **error)
{
  GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &arguments->port,
      "Port to listen on; 0: a free one", "N" },
    { "workers", 'w', 0, G_OPTION_ARG_INT, &arguments->workers,
      "Tiles painted at once; 0: one a core", "N" },
    { "max-tiles", 0, 0, G_OPTION_ARG_INT, &arguments->max_tiles, "Tiles in one batch",
      "N" },
    { "max-jobs", 0, 0, G_OPTION_ARG_INT, &arguments->max_jobs,
      "Batches that may wait at once", "N" },
    { "max-body-mib", 0, 0, G_OPTION_ARG_INT, &arguments->max_body_mib, "Largest request",
      "MIB" },
    { "exit-with-parent", 0, 0, G_OPTION_ARG_NONE, &arguments->exit_with_parent,
      "End when standard input closes", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &arguments->show_version, "Show the version",
      NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- the tile endpoint that ships with Tile Upscale");

  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
check_arguments (const Arguments *arguments, GError **error)
{
  if (arguments->port >= 0 && arguments->port <= G_MAXUINT16 && arguments->workers >= 0 &&
      arguments->max_tiles > 0 && arguments->max_jobs > 0 && arguments->max_body_mib > 0)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "a number on the command line is out of range; see --help");
  return FALSE;
}

static void
on_input_closed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GMainLoop *loop = user_data;
  gssize     n = g_input_stream_skip_finish (G_INPUT_STREAM (object), result, NULL);

  if (n > 0)
    g_input_stream_skip_async (G_INPUT_STREAM (object), 1, G_PRIORITY_DEFAULT, NULL,
                               on_input_closed, loop);
  else
    g_main_loop_quit (loop);
}

/* Whoever started us holds the other end of our standard input, and the kernel closes it
 * with them, however they end. */
static void
watch_parent (GMainLoop *loop)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  g_input_stream_skip_async (input, 1, G_PRIORITY_DEFAULT, NULL, on_input_closed, loop);
}

static gboolean
on_terminate (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
serve (const Arguments *arguments, GError **error)
{
  UpscaleLocalOptions options = {
    .port = (guint) arguments->port,
    .n_workers =
        arguments->workers ? (guint) arguments->workers : g_get_num_processors (),
    .max_tiles = arguments->max_tiles,
    .max_jobs = (guint) arguments->max_jobs,
    .max_body_bytes = (gsize) arguments->max_body_mib << 20,
  };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (UpscaleLocalServer) server =
      upscale_local_server_new (&upscale_local_resampler, options);
  g_autofree char *base = upscale_local_server_listen (server, error);

  if (!base)
    return FALSE;
  g_unix_signal_add (SIGTERM, on_terminate, loop);
  g_unix_signal_add (SIGINT, on_terminate, loop);
  if (arguments->exit_with_parent)
    watch_parent (loop);
  g_print ("listening on %s\n", base);
  fflush (stdout);
  g_main_loop_run (loop);
  return TRUE;
}

int
main (int argc, char **argv)
{
  Arguments arguments = { .max_tiles = DEFAULT_MAX_TILES,
                          .max_jobs = DEFAULT_MAX_JOBS,
                          .max_body_mib = DEFAULT_MAX_BODY_MIB };
  g_autoptr (GError) error = NULL;

  if (!parse_arguments (&arguments, &argc, &argv, &error) ||
      !check_arguments (&arguments, &error))
    {
      g_printerr ("tile-upscale-endpoint: %s\n", error->message);
      return 2;
    }
  if (arguments.show_version)
    {
      g_print ("%s\n", UPSCALE_VERSION);
      return 0;
    }
  if (!serve (&arguments, &error))
    {
      g_printerr ("tile-upscale-endpoint: %s\n", error->message);
      return 1;
    }
  return 0;
}
