/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the known servers it is that does not speak our own contract: users give the
 * address of the server they run, without its kind. */
#include "upscale-server-kind.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-request-loop.h"
#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"

#define MOST_BYTES ((gsize) 4 << 20)

/* A route that only servers of one kind have, and a member of its answer. */
typedef struct
{
  const char *path;
  const char *member;
  const char *kind;
  const char *name;
} Sign;

/* stable-diffusion.cpp serves the routes of AUTOMATIC1111, too. */
static const Sign signs[] = {
  { "/system_stats", "system", "comfyui", "ComfyUI" },
  { "/sdcpp/v1/capabilities", "limits", "sdcpp", "stable-diffusion.cpp" },
  { "/sdapi/v1/options", "sd_model_checkpoint", "sdapi", "AUTOMATIC1111" },
};

typedef struct
{
  char       *address;
  guint       n_asked;
  const Sign *found;
} Search;

static void
search_free (Search *search)
{
  g_free (search->address);
  g_free (search);
}

static gboolean
shows (const Sign *sign, const UpscaleHttpAnswer *answer)
{
  g_autoptr (JsonObject) root = answer->status == SOUP_STATUS_OK
                                    ? upscale_json_parse_object (answer->body, NULL)
                                    : NULL;

  return upscale_json_get_member (root, sign->member) != NULL;
}

static gboolean
ask_next (gpointer                 state,
          const UpscaleHttpAnswer *answer,
          UpscaleApiRequest       *next,
          GError                 **error)
{
  Search *search = state;

  if (answer && shows (&signs[search->n_asked - 1], answer))
    search->found = &signs[search->n_asked - 1];
  else if (search->n_asked < G_N_ELEMENTS (signs))
    upscale_api_request_get (next, signs[search->n_asked++].path);
  return TRUE;
}

static void
on_asked (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Search *search = g_task_get_task_data (task);
  GError       *explained = NULL;

  if (upscale_request_loop_run_finish (result, NULL) && search->found)
    explained =
        g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                     _ ("it is %s: give its address as %s+%s, or choose that kind "
                        "in your list of endpoints"),
                     search->found->name, search->found->kind, search->address);
  g_task_return_pointer (task, explained, (GDestroyNotify) g_error_free);
}

/**
 * upscale_server_kind_explain_async:
 * @http: how to send
 * @base: where the server is
 * @clock: the time
 * @cancellable: (nullable): a cancellable
 * @callback: called on the main thread
 * @user_data: for @callback
 *
 * Asks a server that does not speak our own contract what it is.
 */
void
upscale_server_kind_explain_async (UpscaleHttp        *http,
                                   GUri               *base,
                                   UpscaleClock       *clock,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  GTask                 *task = g_task_new (NULL, cancellable, callback, user_data);
  Search                *search = g_new0 (Search, 1);
  UpscaleRequestLoopPlan plan = {
    .http = http,
    .base = base,
    .clock = clock,
    .build_next = ask_next,
    .state = search,
    .max_answer_bytes = MOST_BYTES,
  };

  search->address = g_uri_to_string (base);
  if (g_str_has_suffix (search->address, "/"))
    search->address[strlen (search->address) - 1] = '\0';
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, search, (GDestroyNotify) search_free);
  upscale_request_loop_run_async (&plan, cancellable, on_asked, task);
}

/**
 * upscale_server_kind_explain_finish:
 * @result: what the callback got
 *
 * Returns: (transfer full) (nullable): %UPSCALE_ERROR_REJECTED with the address to give,
 * %NULL if the server is of no known kind
 */
GError *
upscale_server_kind_explain_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
