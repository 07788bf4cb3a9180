/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries every route that one of these servers has. A missing route means that the
 * server lacks the feature. */
#include "upscale-sdapi-server-info.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json-text.h"
#include "upscale-json.h"
#include "upscale-model-names.h"

/* Lists hold objects. Values deeper than that are not needed. */
#define LIST_DEPTH 2
#define CAPABILITIES_DEPTH 3

/* A request, and the reader of its answer, which may be any JSON value. @body makes the
 * request a POST. Values deeper than @depth are dropped. */
typedef struct
{
  const char *path;
  const char *query;
  const char *body;
  int         depth;
  void (*read) (UpscaleSdapiServerInfo *info, JsonNode *root);
} Query;

/* Names compare without the hash, which the server adds once it has computed it. */
static GStrv
dup_names_without_hash (GStrv names)
{
  g_autoptr (GStrvBuilder) plain = g_strv_builder_new ();

  for (; names && *names; names++)
    g_strv_builder_take (plain, upscale_model_names_dup_without_hash (*names));
  return g_strv_builder_end (plain);
}

static void
read_options (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  JsonObject *options = upscale_json_read_object (root);

  const char *model = upscale_json_get_string (options, "sd_model_checkpoint");

  if (!options)
    return;
  info->model = model ? upscale_model_names_dup_without_hash (model) : NULL;
  g_set_str (&info->format, upscale_json_get_string (options, "samples_format"));
}

static void
read_models (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  g_auto (GStrv) titles =
      upscale_json_dup_names (upscale_json_read_array (root), "title");

  info->models = titles ? dup_names_without_hash (titles) : NULL;
}

static void
read_loras (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  info->takes_loras = TRUE;
  upscale_loras_read (&info->loras, upscale_json_read_array (root));
}

static void
read_samplers (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  info->sampling.samplers =
      upscale_json_dup_names (upscale_json_read_array (root), "name");
}

/* AUTOMATIC1111 before 1.9 and SD.Next have no such route. */
static void
read_schedulers (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  info->sampling.schedulers =
      upscale_json_dup_names (upscale_json_read_array (root), "name");
}

/* Only stable-diffusion.cpp has the route for capabilities. */
static void
read_sdcpp (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  JsonObject *capabilities = upscale_json_read_object (root);

  if (!upscale_json_get_object (capabilities, "limits"))
    return;
  info->dialect = UPSCALE_SDAPI_SDCPP;
  upscale_server_sampler_read_sdcpp (&info->sampling, capabilities);
}

static void
read_extension_models (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  JsonObject *object = upscale_json_read_object (root);

  info->controlnets =
      upscale_json_dup_names (upscale_json_get_array (object, "model_list"), NULL);
}

static void
read_extension_modules (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  JsonObject *object = upscale_json_read_object (root);

  info->modules =
      upscale_json_dup_names (upscale_json_get_array (object, "module_list"), NULL);
}

/* Only SD.Next has the routes for ControlNets and IP-Adapters under /sdapi/v1. */
static void
read_sdnext_models (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  if (!upscale_json_read_array (root))
    return;
  info->dialect = UPSCALE_SDAPI_SDNEXT;
  g_clear_pointer (&info->controlnets, g_strfreev);
  info->controlnets = upscale_json_dup_names (upscale_json_read_array (root), "name");
}

static void
read_sdnext_ip_adapters (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  /* SD.Next names its IP-Adapters "Base", "Plus SDXL" and the like. */
  static const char *const words[] = { "base", "plus", NULL };
  g_auto (GStrv) names = upscale_json_dup_names (upscale_json_read_array (root), "name");

  if (!names)
    return;
  g_strfreev (info->ip_adapters);
  info->ip_adapters = upscale_model_names_filter ((const char *const *) names, words);
}

static void
read_progress (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  info->has_progress =
      upscale_json_get_object (upscale_json_read_object (root), "state") != NULL;
}

/* The route belongs to the web UI and is missing with --nowebui. SD.Next's knows only
 * tasks that its own pages have begun. */
static void
read_task (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  JsonObject *task = upscale_json_read_object (root);

  info->knows_tasks = info->dialect == UPSCALE_SDAPI_WEBUI && task &&
                      json_object_has_member (task, "active") &&
                      json_object_has_member (task, "queued");
}

/* The route refuses a picture that is no text before it does anything: FastAPI answers
 * with a list of what is wrong. SD.Next has the route too, but answers an error's text as
 * if it described the picture. */
static void
read_refused_caption (UpscaleSdapiServerInfo *info, JsonNode *root)
{
  info->gives_captions =
      info->dialect == UPSCALE_SDAPI_WEBUI &&
      upscale_json_get_array (upscale_json_read_object (root), "detail") != NULL;
}

/* Every one of these servers has the first route. */
static const Query queries[] = {
  { "/sdapi/v1/options", NULL, NULL, LIST_DEPTH, read_options },
  { "/sdapi/v1/sd-models", NULL, NULL, LIST_DEPTH, read_models },
  { "/sdapi/v1/loras", NULL, NULL, LIST_DEPTH, read_loras },
  { "/sdapi/v1/samplers", NULL, NULL, LIST_DEPTH, read_samplers },
  { "/sdapi/v1/schedulers", NULL, NULL, LIST_DEPTH, read_schedulers },
  { "/sdcpp/v1/capabilities", NULL, NULL, CAPABILITIES_DEPTH, read_sdcpp },
  { "/controlnet/model_list", NULL, NULL, LIST_DEPTH, read_extension_models },
  { "/controlnet/module_list", NULL, NULL, LIST_DEPTH, read_extension_modules },
  { "/sdapi/v1/control-models", NULL, NULL, LIST_DEPTH, read_sdnext_models },
  { "/sdapi/v1/ip-adapters", NULL, NULL, LIST_DEPTH, read_sdnext_ip_adapters },
  { "/sdapi/v1/progress", "skip_current_image=true", NULL, LIST_DEPTH, read_progress },
  { UPSCALE_SDAPI_TASK_ROUTE, NULL, "{\"id_task\":\"\",\"live_preview\":false}",
    LIST_DEPTH, read_task },
  { UPSCALE_SDAPI_CAPTION_ROUTE, NULL, "{\"image\":[]}", LIST_DEPTH,
    read_refused_caption },
};

/**
 * upscale_sdapi_server_info_new:
 * @base: address of the server
 *
 * Returns: (transfer full): the info of a server that was not asked yet
 */
UpscaleSdapiServerInfo *
upscale_sdapi_server_info_new (GUri *base)
{
  UpscaleSdapiServerInfo *info;

  g_return_val_if_fail (base != NULL, NULL);

  info = g_atomic_rc_box_new0 (UpscaleSdapiServerInfo);
  info->address = g_uri_to_string (base);
  info->tile_controlnets = g_new0 (char *, 1);
  g_mutex_init (&info->lock);
  info->proven = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return info;
}

/**
 * upscale_sdapi_server_info_clear:
 * @info: an info
 *
 * Frees the members of @info.
 */
void
upscale_sdapi_server_info_clear (UpscaleSdapiServerInfo *info)
{
  g_return_if_fail (info != NULL);

  g_free (info->address);
  g_free (info->model);
  g_free (info->format);
  g_free (info->version);
  g_strfreev (info->models);
  upscale_server_sampler_clear (&info->sampling);
  upscale_loras_clear (&info->loras);
  g_strfreev (info->controlnets);
  g_strfreev (info->modules);
  g_strfreev (info->tile_controlnets);
  g_strfreev (info->ip_adapters);
  g_mutex_clear (&info->lock);
  g_hash_table_unref (info->proven);
}

static gboolean
refuse_server (GError **error)
{
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
      _ ("it does not answer as AUTOMATIC1111 does: start the web UI with --api, or "
         "check the address and the port"));
  return FALSE;
}

/* Servers answer a missing route with 404, 405 or a web page. */
static gboolean
read_answer (UpscaleSdapiServerInfo  *info,
             const UpscaleHttpAnswer *answer,
             GError                 **error)
{
  const Query *query = &queries[info->n_answered];
  guint status = query->read == read_refused_caption ? SOUP_STATUS_UNPROCESSABLE_ENTITY
                                                     : SOUP_STATUS_OK;
  g_autoptr (GBytes) text = upscale_json_text_prune (answer->body, query->depth);
  g_autoptr (JsonNode) root =
      answer->status == status ? upscale_json_parse (text, NULL) : NULL;
  gboolean is_first = info->n_answered == 0;

  if (is_first && answer->status != SOUP_STATUS_OK &&
      answer->status != SOUP_STATUS_NOT_FOUND)
    return upscale_http_answer_check_status (answer, error);
  if (is_first && !upscale_json_read_object (root))
    return refuse_server (error);
  if (root)
    query->read (info, root);
  else if (answer->status == 0 && query->read == read_loras)
    info->takes_loras = TRUE;
  info->n_answered++;
  return TRUE;
}

/* The extension lists ControlNets and IP-Adapters together. */
static void
sort_guides (UpscaleSdapiServerInfo *info)
{
  const char *const *files = (const char *const *) info->controlnets;

  g_strfreev (info->tile_controlnets);
  info->tile_controlnets = upscale_model_names_filter (files, UPSCALE_WORDS_TILE);
  if (info->dialect != UPSCALE_SDAPI_WEBUI)
    return;
  g_strfreev (info->ip_adapters);
  info->ip_adapters = upscale_model_names_filter (files, UPSCALE_WORDS_IP_ADAPTER);
}

static void
build_query (const Query *query, UpscaleApiRequest *next)
{
  if (query->body)
    upscale_api_request_post (next, query->path,
                              g_bytes_new_static (query->body, strlen (query->body)));
  else
    upscale_api_request_get (next, query->path);
  next->query = g_strdup (query->query);
}

/**
 * upscale_sdapi_server_info_discover:
 * @info: the answers so far
 * @answer: (nullable): to the last request
 * @next: (out): the next request
 * @error: return location for an error
 *
 * Queries every route that the server might have.
 *
 * Returns: %TRUE to go on, or %FALSE with an error if there is no such server
 */
gboolean
upscale_sdapi_server_info_discover (UpscaleSdapiServerInfo  *info,
                                    const UpscaleHttpAnswer *answer,
                                    UpscaleApiRequest       *next,
                                    GError                 **error)
{
  g_return_val_if_fail (info != NULL, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);

  if (answer && !read_answer (info, answer, error))
    return FALSE;
  if (info->n_answered < G_N_ELEMENTS (queries))
    {
      build_query (&queries[info->n_answered], next);
      next->is_optional = info->n_answered > 0;
    }
  else
    sort_guides (info);
  return TRUE;
}

static const char *
find_module (const UpscaleSdapiServerInfo *info, const char *start)
{
  for (char **module = info->modules; module && *module; module++)
    if (g_ascii_strncasecmp (*module, start, strlen (start)) == 0)
      return *module;
  return NULL;
}

/**
 * upscale_sdapi_server_info_choose_module:
 * @info: the server
 * @ip_adapter: an IP-Adapter of the server
 *
 * The ControlNet extension finds the image encoder of an IP-Adapter by itself. Forge
 * needs its name.
 *
 * Returns: (transfer none) (nullable): the preprocessor for @ip_adapter
 */
const char *
upscale_sdapi_server_info_choose_module (const UpscaleSdapiServerInfo *info,
                                         const char                   *ip_adapter)
{
  g_autofree char *folded = NULL;
  gboolean         wants_big;
  const char      *module;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (ip_adapter != NULL, NULL);

  folded = g_ascii_strdown (ip_adapter, -1);
  wants_big =
      strstr (folded, "xl") && !strstr (folded, "vit-h") && !strstr (folded, "vit_h");
  module = find_module (info, "ip-adapter-auto");
  if (!module && wants_big)
    module = find_module (info, "CLIP-ViT-bigG (IPAdapter)");
  if (!module)
    module = find_module (info, "CLIP-ViT-H (IPAdapter)");
  return module ? module : find_module (info, "ip-adapter_clip");
}

/* Most jobs use no guide, so guides are no part of the identity. */
static char *
make_identity (const UpscaleSdapiServerInfo *info)
{
  static const char *const dialects[] = { "webui", "sdnext", "sdcpp" };
  /* Tiles of a server that does not name its model stay with that server. */
  const char *place = info->model ? "" : info->address;
  /* stable-diffusion.cpp has one model and ignores the name in a request. */
  const char *fixed =
      info->dialect == UPSCALE_SDAPI_SDCPP && info->model ? info->model : "";

  return g_strdup_printf ("sdapi %s %s%s", dialects[info->dialect], place, fixed);
}

static gboolean
has_ip_adapter (const UpscaleSdapiServerInfo *info)
{
  return info->ip_adapters && *info->ip_adapters &&
         (info->dialect == UPSCALE_SDAPI_SDNEXT ||
          upscale_sdapi_server_info_choose_module (info, *info->ip_adapters));
}

static void
describe_guides (const UpscaleSdapiServerInfo *info, UpscaleCapabilities *capabilities)
{
  gboolean is_sdcpp = info->dialect == UPSCALE_SDAPI_SDCPP;

  capabilities->controlnets = g_strdupv (info->controlnets);
  capabilities->tile_controlnets = g_strdupv (info->tile_controlnets);
  capabilities->ip_adapters = g_strdupv (info->ip_adapters);
  capabilities->takes_controlnet = !is_sdcpp && *info->tile_controlnets;
  capabilities->takes_ip_adapter = !is_sdcpp && has_ip_adapter (info);
  if (is_sdcpp)
    capabilities->hint = g_strdup (
        _ ("stable-diffusion.cpp does more by its own jobs: write sdcpp+ before "
           "the address"));
  else if (info->dialect == UPSCALE_SDAPI_WEBUI && !info->controlnets)
    capabilities->hint = g_strdup (_ ("install the ControlNet extension there"));
}

/**
 * upscale_sdapi_server_info_describe:
 * @info: the answers of the server
 * @error: return location for an error
 *
 * Returns: (transfer full): the capabilities of the server
 */
UpscaleCapabilities *
upscale_sdapi_server_info_describe (UpscaleSdapiServerInfo *info, GError **error)
{
  g_autofree char     *identity = NULL;
  UpscaleCapabilities *capabilities;

  g_return_val_if_fail (info != NULL, NULL);

  identity = make_identity (info);
  capabilities = upscale_capabilities_new (identity);
  if (info->dialect != UPSCALE_SDAPI_SDCPP)
    capabilities->default_model = g_strdup (info->model);
  capabilities->models = g_strdupv (info->models);
  capabilities->loras = g_strdupv (info->loras.names);
  upscale_server_sampler_describe (&info->sampling, capabilities);
  capabilities->takes_short_names = TRUE;
  capabilities->takes_loras = info->takes_loras;
  capabilities->stops_tiles = info->knows_tasks;
  capabilities->gives_captions = info->gives_captions;
  describe_guides (info, capabilities);
  if (info->format && !g_str_equal (info->format, "png"))
    capabilities->caveat =
        g_strdup_printf (_ ("it answers with '%s' pictures, which lose detail: set its "
                            "image format to png"),
                         info->format);
  return capabilities;
}

/**
 * upscale_sdapi_server_info_refine:
 * @info: the answers of the server, which has painted a small tile
 * @capabilities: the capabilities of the server
 *
 * Adds the version, which comes with a picture only.
 */
void
upscale_sdapi_server_info_refine (const UpscaleSdapiServerInfo *info,
                                  UpscaleCapabilities          *capabilities)
{
  g_return_if_fail (info != NULL);
  g_return_if_fail (capabilities != NULL);

  g_set_str (&capabilities->version, info->version);
}
