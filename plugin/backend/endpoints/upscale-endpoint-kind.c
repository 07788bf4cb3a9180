/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-kind.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-comfyui.h"
#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-request-loop.h"
#include "upscale-sdapi.h"
#include "upscale-sdcpp.h"
#include "upscale-tile-batch-backend.h"

#define MOST_BYTES ((gsize) 4 << 20)

static UpscaleBackend *
make_tile_batch (GUri *base, UpscaleHttp *http, UpscaleClock *clock);

/* The first row is meant where an address names no kind. Detection starts with the last
 * row: stable-diffusion.cpp serves the routes of AUTOMATIC1111 too, so its row is below.
 */
static const UpscaleEndpointKind kinds[] = {
  { .name = "tile-batch",
    .label = N_ ("tile-batch: a service made for this"),
    .may_give_captions = TRUE,
    .sentence = N_ ("The GPU service of Tile Upscale, on this computer, on Modal or on "
                    "Ray. Paints many tiles at once."),
    .usual_port = 8765,
    .make = make_tile_batch },
  { .name = "sdapi",
    .label = "sdapi: AUTOMATIC1111, Forge, SD.Next",
    .sentence = N_ ("Web interfaces for Stable Diffusion. They need a start with --api."),
    .usual_port = 7860,
    .product = "AUTOMATIC1111",
    .detection_path = "/sdapi/v1/options",
    .detection_member = "sd_model_checkpoint",
    .may_give_captions = TRUE,
    .make = upscale_sdapi_backend_new },
  { .name = "sdcpp",
    .label = "sdcpp: stable-diffusion.cpp",
    .sentence = N_ ("The program sd-server, which needs no Python."),
    .usual_port = 1234,
    .product = "stable-diffusion.cpp",
    .detection_path = "/sdcpp/v1/capabilities",
    .detection_member = "limits",
    .make = upscale_sdcpp_backend_new },
  { .name = "comfyui",
    .label = "comfyui: ComfyUI",
    .sentence = N_ ("Nodes and workflows. Paints with the plug-in's workflow or with "
                    "yours."),
    .usual_port = 8188,
    .product = "ComfyUI",
    .detection_path = "/system_stats",
    .detection_member = "system",
    .takes_workflows = TRUE,
    .make = upscale_comfyui_backend_new },
};

typedef struct
{
  char                      *address;
  const UpscaleEndpointKind *asked; /* NULL before the first request */
  const UpscaleEndpointKind *found;
} Detection;

static void
detection_free (Detection *detection)
{
  g_free (detection->address);
  g_free (detection);
}

static gboolean
is_of_kind (const UpscaleEndpointKind *kind, const UpscaleHttpAnswer *answer)
{
  g_autoptr (JsonObject) root = answer->status == SOUP_STATUS_OK
                                    ? upscale_json_parse_object (answer->body, NULL)
                                    : NULL;

  return upscale_json_get_member (root, kind->detection_member) != NULL;
}

/* Returns the kind to ask for after @asked, or %NULL at the end of the table. */
static const UpscaleEndpointKind *
find_next_detectable (const UpscaleEndpointKind *asked)
{
  const UpscaleEndpointKind *kind = asked ? asked : kinds + G_N_ELEMENTS (kinds);

  while (kind-- > kinds)
    if (kind->detection_path)
      return kind;
  return NULL;
}

static gboolean
build_next_detection (gpointer                 state,
                      const UpscaleHttpAnswer *answer,
                      UpscaleApiRequest       *next,
                      GError                 **error)
{
  Detection *detection = state;

  if (answer && is_of_kind (detection->asked, answer))
    {
      detection->found = detection->asked;
      return TRUE;
    }
  detection->asked = find_next_detectable (detection->asked);
  if (detection->asked)
    upscale_api_request_get (next, detection->asked->detection_path);
  return TRUE;
}

static void
on_detected (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Detection *detection = g_task_get_task_data (task);
  GError          *advice = NULL;

  if (upscale_request_loop_run_finish (result, NULL) && detection->found)
    {
      g_debug ("a server given as tile-batch is of kind '%s'", detection->found->name);
      advice = g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                            _ ("it is %s: give its address as %s+%s, or choose that kind "
                               "in your list of endpoints"),
                            detection->found->product, detection->found->name,
                            detection->address);
    }
  g_task_return_pointer (task, advice, (GDestroyNotify) g_error_free);
}

/* Users give the address of their server without its kind, so a server that does not
 * speak the tile-batch contract is asked for the routes of the other kinds. */
static void
detect_async (GUri               *base,
              UpscaleHttp        *http,
              UpscaleClock       *clock,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  GTask                 *task = g_task_new (NULL, cancellable, callback, user_data);
  Detection             *detection = g_new0 (Detection, 1);
  UpscaleRequestLoopPlan plan = {
    .http = http,
    .base = base,
    .clock = clock,
    .build_next = build_next_detection,
    .state = detection,
    .max_answer_bytes = MOST_BYTES,
  };

  detection->address = g_uri_to_string (base);
  if (g_str_has_suffix (detection->address, "/"))
    detection->address[strlen (detection->address) - 1] = '\0';
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, detection, (GDestroyNotify) detection_free);
  upscale_request_loop_run_async (&plan, cancellable, on_detected, task);
}

static GError *
detect_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static UpscaleBackend *
make_tile_batch (GUri *base, UpscaleHttp *http, UpscaleClock *clock)
{
  static const UpscaleTileBatchDetector detector = { detect_async, detect_finish };

  return UPSCALE_BACKEND (upscale_tile_batch_backend_new (base, http, clock, &detector));
}

/**
 * upscale_endpoint_kind_get_all:
 * @n_kinds: (out): number of kinds
 *
 * Returns: (transfer none) (array length=n_kinds): all kinds of servers; the first is
 * meant where an address names none
 */
const UpscaleEndpointKind *
upscale_endpoint_kind_get_all (guint *n_kinds)
{
  g_return_val_if_fail (n_kinds, NULL);

  *n_kinds = G_N_ELEMENTS (kinds);
  return kinds;
}

/**
 * upscale_endpoint_kind_find:
 * @name: name of a kind
 *
 * Returns: (transfer none) (nullable): the kind of that name
 */
const UpscaleEndpointKind *
upscale_endpoint_kind_find (const char *name)
{
  g_return_val_if_fail (name, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].name, name))
      return &kinds[i];
  return NULL;
}

/**
 * upscale_endpoint_kind_split:
 * @address: (inout): an address; moved behind a kind's name and `+` at its start
 *
 * Returns: (transfer none): the kind that @address begins with, or the first kind
 */
const UpscaleEndpointKind *
upscale_endpoint_kind_split (const char **address)
{
  g_return_val_if_fail (address && *address, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      gsize length = strlen (kinds[i].name);

      if (strncmp (*address, kinds[i].name, length) == 0 && (*address)[length] == '+')
        {
          *address += length + 1;
          return &kinds[i];
        }
    }
  return &kinds[0];
}
