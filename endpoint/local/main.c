/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#include "upscale-local-confine.h"
#include "upscale-local-server.h"

/* Finished tiles wait in memory, some megabytes each. */
#define DEFAULT_MAX_TILES 8
#define DEFAULT_MAX_JOBS 64
#define DEFAULT_MAX_BODY_MIB 256
#define DEFAULT_TRIAL_S 120
#define DEFAULT_TRIAL_MIB 2048

/* What the command line says. */
typedef struct
{
  int      port;
  int      workers;
  int      max_tiles;
  int      max_jobs;
  int      max_body_mib;
  int      trial_s;
  int      trial_mib;
  char    *models;
  char    *try_model;
  gboolean exit_with_parent;
  gboolean show_version;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->models);
  g_free (arguments->try_model);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

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
    { "models", 0, 0, G_OPTION_ARG_FILENAME, &arguments->models,
      "Where ONNX models lie, instead of the usual folders", "FOLDER" },
    { "trial-s", 0, 0, G_OPTION_ARG_INT, &arguments->trial_s,
      "Seconds that trying a model may take", "N" },
    { "trial-mib", 0, 0, G_OPTION_ARG_INT, &arguments->trial_mib,
      "Memory that trying a model may take", "MIB" },
    { UPSCALE_LOCAL_TRIAL_OPTION, 0, 0, G_OPTION_ARG_FILENAME, &arguments->try_model,
      "Only say what an ONNX model does", "FILE" },
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
      arguments->max_tiles > 0 && arguments->max_jobs > 0 &&
      arguments->max_body_mib > 0 && arguments->trial_s > 0 && arguments->trial_mib > 0)
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

static UpscaleLocalTrialLimits
trial_limits (const Arguments *arguments)
{
  return (UpscaleLocalTrialLimits) { arguments->trial_s, arguments->trial_mib };
}

/* The models that ship lie beside the program; a user's own in the user's data folder. */
static UpscaleLocalModels *
find_models (const Arguments *arguments)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *place = g_path_get_dirname (program ? program : ".");
  g_autofree char *ours = g_build_filename (place, "models", NULL);
  g_autofree char *users =
      g_build_filename (g_get_user_data_dir (), "tile-upscale", "models", NULL);
  const char *named[] = { arguments->models, NULL };
  const char *usual[] = { ours, users, NULL };

  return upscale_local_models_new (arguments->models ? named : usual,
                                   trial_limits (arguments));
}

static GSocket *
listen_on (int port, GError **error)
{
  g_autoptr (GSocket) listening =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                    error);
  g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (host, (guint16) port);

  if (!listening || !g_socket_bind (listening, address, TRUE, error) ||
      !g_socket_listen (listening, error))
    return NULL;
  return g_steal_pointer (&listening);
}

static int
port_of (GSocket *listening)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (listening, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static void
confine (void)
{
  g_autoptr (GError) error = NULL;

  if (!upscale_local_confine (UPSCALE_LOCAL_CONFINE_DEFAULT, &error))
    g_printerr (
        "tile-upscale-endpoint: models run with more rights than they need (%s)\n",
        error->message);
}

static gboolean
serve (const Arguments *arguments, GError **error)
{
  UpscaleLocalOptions options = {
    .n_workers =
        arguments->workers ? (guint) arguments->workers : g_get_num_processors (),
    .max_tiles = arguments->max_tiles,
    .max_jobs = (guint) arguments->max_jobs,
    .max_body_bytes = (gsize) arguments->max_body_mib << 20,
  };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSocket) listening = listen_on (arguments->port, error);
  g_autoptr (UpscaleLocalServer) server = NULL;

  if (!listening)
    return FALSE;
  /* No thread may run yet. */
  confine ();
  server = upscale_local_server_new (find_models (arguments), options);
  if (!upscale_local_server_listen (server, listening, error))
    return FALSE;
  g_unix_signal_add (SIGTERM, on_terminate, loop);
  g_unix_signal_add (SIGINT, on_terminate, loop);
  if (arguments->exit_with_parent)
    watch_parent (loop);
  g_print ("listening on http://127.0.0.1:%d\n", port_of (listening));
  fflush (stdout);
  g_main_loop_run (loop);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (Arguments) arguments = { .max_tiles = DEFAULT_MAX_TILES,
                                   .max_jobs = DEFAULT_MAX_JOBS,
                                   .max_body_mib = DEFAULT_MAX_BODY_MIB,
                                   .trial_s = DEFAULT_TRIAL_S,
                                   .trial_mib = DEFAULT_TRIAL_MIB };
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
  if (arguments.try_model)
    return upscale_local_trial_main (arguments.try_model, trial_limits (&arguments));
  if (!serve (&arguments, &error))
    {
      g_printerr ("tile-upscale-endpoint: %s\n", error->message);
      return 1;
    }
  return 0;
}
