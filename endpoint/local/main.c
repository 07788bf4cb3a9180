/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <stdio.h>
#include <unistd.h>

#include "upscale-local-access.h"
#include "upscale-local-confine.h"
#include "upscale-local-life.h"
#include "upscale-local-server.h"

#define TOKEN_VARIABLE "UPSCALE_TOKEN"
#define NO_DESCRIPTOR (-1)
/* A body is counted by the byte, and three times over while it is read. */
#define MOST_BODY_MIB 1024
#define MEMORY_MIB_A_BODY_MIB 4
#define MEMORY_MIB_A_WORKER 64
#define LEAST_MEMORY_MIB 1024

/* Finished tiles wait in memory, some megabytes each. */
#define DEFAULT_MAX_TILES 8
#define DEFAULT_MAX_JOBS 64
#define DEFAULT_MAX_BODY_MIB 256
#define DEFAULT_MAX_CONNECTIONS 256
#define DEFAULT_PATIENCE_S 30
#define DEFAULT_PROBE_S 120
#define DEFAULT_PROBE_MIB 2048

/* Appends a default to the description of an option. */
#define DEFAULT(number) " (default: " G_STRINGIFY (number) ")"

#define SUMMARY                                                                          \
  "Enlarges tiles on this machine for Tile Upscale, the GIMP plug-in, which starts "     \
  "this\n"                                                                               \
  "program by itself. Started by hand, it serves the same HTTP contract on a "           \
  "loopback port."
#define DESCRIPTION                                                                      \
  "The program prints 'token TOKEN' where it has made one, then 'listening on "          \
  "ADDRESS'.\n"                                                                          \
  "Requests bring the token as 'Authorization: Bearer TOKEN'.\n"                         \
  "\n"                                                                                   \
  "Environment:\n"                                                                       \
  "  UPSCALE_TOKEN     The token to require, instead of a new one\n"                     \
  "  G_MESSAGES_DEBUG  'tile-upscale-endpoint-jobs' prints each change of a job\n"       \
  "\n"                                                                                   \
  "Examples:\n"                                                                          \
  "  tile-upscale-endpoint --port 8765\n"                                                \
  "  tile-upscale-endpoint --try-model my-model-4x.onnx\n"                               \
  "\n"                                                                                   \
  "Exit status: 0 after a signal, 1 when the program can't listen or a model can't be "  \
  "used,\n"                                                                              \
  "2 for a wrong command line."

/* The command line. */
typedef struct
{
  int      port;
  int      socket_fd;
  gboolean no_token;
  int      workers;
  int      max_tiles;
  int      max_jobs;
  int      max_body_mib;
  int      max_memory_mib;
  int      max_connections;
  int      patience_s;
  int      probe_s;
  int      probe_mib;
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
      "Loopback port to listen on (default: 0, a free one)", "N" },
    { "socket-fd", 0, 0, G_OPTION_ARG_INT, &arguments->socket_fd,
      "Inherited socket to listen on, instead of a port and a token", "FD" },
    { "no-token", 0, 0, G_OPTION_ARG_NONE, &arguments->no_token,
      "Serve every user of this machine, without a token", NULL },
    { "workers", 'w', 0, G_OPTION_ARG_INT, &arguments->workers,
      "Tiles painted at once (default: 0, one per processor core)", "N" },
    { "max-tiles", 0, 0, G_OPTION_ARG_INT, &arguments->max_tiles,
      "Tiles in one batch" DEFAULT (DEFAULT_MAX_TILES), "N" },
    { "max-jobs", 0, 0, G_OPTION_ARG_INT, &arguments->max_jobs,
      "Batches that wait or run" DEFAULT (DEFAULT_MAX_JOBS), "N" },
    { "max-body-mib", 0, 0, G_OPTION_ARG_INT, &arguments->max_body_mib,
      "Size of one request" DEFAULT (DEFAULT_MAX_BODY_MIB), "MIB" },
    { "max-memory-mib", 0, 0, G_OPTION_ARG_INT, &arguments->max_memory_mib,
      "Memory of requests and results (default: 0, chosen to fit)", "MIB" },
    { "max-connections", 0, 0, G_OPTION_ARG_INT, &arguments->max_connections,
      "Connections at once" DEFAULT (DEFAULT_MAX_CONNECTIONS), "N" },
    { "patience-s", 0, 0, G_OPTION_ARG_INT, &arguments->patience_s,
      "Time to send a request, and to receive its answer" DEFAULT (DEFAULT_PATIENCE_S),
      "SECONDS" },
    { "models", 0, 0, G_OPTION_ARG_FILENAME, &arguments->models,
      "Folder of ONNX models, instead of the usual folders", "FOLDER" },
    { "probe-s", 0, 0, G_OPTION_ARG_INT, &arguments->probe_s,
      "Time to probe a new model" DEFAULT (DEFAULT_PROBE_S), "SECONDS" },
    { "probe-mib", 0, 0, G_OPTION_ARG_INT, &arguments->probe_mib,
      "Memory to probe a new model" DEFAULT (DEFAULT_PROBE_MIB), "MIB" },
    { UPSCALE_LOCAL_MODEL_PROBE_OPTION, 0, 0, G_OPTION_ARG_FILENAME,
      &arguments->try_model, "Print the properties of an ONNX model and exit", "FILE" },
    { "exit-with-parent", 0, 0, G_OPTION_ARG_NONE, &arguments->exit_with_parent,
      "Exit when standard input closes or the parent process ends", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &arguments->show_version,
      "Print the version and exit", NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, SUMMARY);
  g_option_context_set_description (context, DESCRIPTION);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
check_arguments (const Arguments *arguments, GError **error)
{
  if (arguments->port >= 0 && arguments->port <= G_MAXUINT16 && arguments->workers >= 0 &&
      arguments->max_tiles > 0 && arguments->max_jobs > 0 &&
      arguments->max_body_mib > 0 && arguments->max_body_mib <= MOST_BODY_MIB &&
      arguments->max_memory_mib >= 0 && arguments->max_connections > 0 &&
      arguments->patience_s > 0 && arguments->probe_s > 0 && arguments->probe_mib > 0)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "a number on the command line is out of range; see --help");
  return FALSE;
}

static UpscaleLocalModelProbeLimits
get_probe_limits (const Arguments *arguments)
{
  return (UpscaleLocalModelProbeLimits) { arguments->probe_s, arguments->probe_mib };
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
                                   get_probe_limits (arguments));
}

/* Large enough for the largest request, and for all workers to be busy. */
static gsize
find_memory_mib (const Arguments *arguments, guint n_workers)
{
  if (arguments->max_memory_mib)
    return (gsize) arguments->max_memory_mib;
  return MAX (LEAST_MEMORY_MIB,
              MAX ((gsize) arguments->max_body_mib * MEMORY_MIB_A_BODY_MIB,
                   (gsize) n_workers * MEMORY_MIB_A_WORKER));
}

static UpscaleLocalServerOptions
make_options (const Arguments *arguments, char *token)
{
  guint n_workers =
      arguments->workers ? (guint) arguments->workers : g_get_num_processors ();

  return (UpscaleLocalServerOptions) {
    .token = token,
    .n_workers = n_workers,
    .max_tiles = arguments->max_tiles,
    .max_jobs = (guint) arguments->max_jobs,
    .max_body_bytes = (gsize) arguments->max_body_mib << 20,
    .max_memory_bytes = find_memory_mib (arguments, n_workers) << 20,
    .connections = { (guint) arguments->max_connections,
                     (gint64) arguments->patience_s * G_USEC_PER_SEC },
  };
}

/* The kernel guards a socket that was handed over. On a port the token comes from the
 * environment, or is printed for the user. */
static gboolean
find_token (const Arguments *arguments, char **token, GError **error)
{
  const char *given = g_getenv (TOKEN_VARIABLE);

  if (arguments->socket_fd != NO_DESCRIPTOR || arguments->no_token)
    return TRUE;
  *token = given && *given != '\0' ? g_strdup (given)
                                   : upscale_local_access_make_token (error);
  if (*token && g_strcmp0 (*token, given) != 0)
    g_print ("token %s\n", *token);
  return *token != NULL;
}

static GSocket *
open_socket (const Arguments *arguments, GError **error)
{
  if (arguments->socket_fd != NO_DESCRIPTOR)
    return upscale_local_listener_adopt (arguments->socket_fd, error);
  return upscale_local_listener_open_port ((guint16) arguments->port, error);
}

static void
confine (void)
{
  g_autoptr (GError) error = NULL;

  if (!upscale_local_confine_process (UPSCALE_LOCAL_CONFINE_DEFAULT, &error))
    g_printerr (
        "tile-upscale-endpoint: models run with more rights than they need (%s)\n",
        error->message);
}

static gboolean
serve (const Arguments *arguments, GError **error)
{
  g_autofree char *token = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSocket) socket = open_socket (arguments, error);
  g_autoptr (UpscaleLocalServer) server = NULL;

  if (!socket || !find_token (arguments, &token, error))
    return FALSE;
  /* No thread may run yet. */
  confine ();
  server =
      upscale_local_server_new (find_models (arguments), make_options (arguments, token));
  upscale_local_server_listen (server, socket);
  upscale_local_life_begin (loop, arguments->exit_with_parent);
  name = upscale_local_listener_dup_name (socket);
  g_print ("listening on %s\n", name);
  fflush (stdout);
  g_main_loop_run (loop);
  /* A thread that opens a model can't be called off. */
  if (!upscale_local_server_stop (server))
    _exit (0);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (Arguments) arguments = { .socket_fd = NO_DESCRIPTOR,
                                   .max_tiles = DEFAULT_MAX_TILES,
                                   .max_jobs = DEFAULT_MAX_JOBS,
                                   .max_body_mib = DEFAULT_MAX_BODY_MIB,
                                   .max_connections = DEFAULT_MAX_CONNECTIONS,
                                   .patience_s = DEFAULT_PATIENCE_S,
                                   .probe_s = DEFAULT_PROBE_S,
                                   .probe_mib = DEFAULT_PROBE_MIB };
  g_autoptr (GError) error = NULL;

  /* The plug-in reads the address from standard output. */
  g_log_writer_default_set_use_stderr (TRUE);
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
    return upscale_local_model_probe_main (arguments.try_model,
                                           get_probe_limits (&arguments));
  if (!serve (&arguments, &error))
    {
      g_printerr ("tile-upscale-endpoint: %s\n", error->message);
      return 1;
    }
  return 0;
}
