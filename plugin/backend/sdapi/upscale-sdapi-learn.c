/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the servers that share these routes it is, and what it has. It is asked for
 * everything; what it does not know the route of it does not have. */
#include "upscale-sdapi-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json-text.h"
#include "upscale-json.h"
#include "upscale-model-names.h"

/* Lists hold objects; whatever those hold is not asked for. */
#define LIST_DEPTH 2
#define CAPABILITIES_DEPTH 3

/* A question, and what is done with its answer, which is no JSON at all sometimes. With
 * @body it is sent by POST. What lies deeper than @depth is not read. */
typedef struct
{
  const char *path;
  const char *query;
  const char *body;
  int         depth;
  void (*hear) (UpscaleSdapiFacts *facts, JsonNode *root);
} Question;

/* Names compare without the hash, which is there only once the server has computed it. */
static GStrv
dup_names_without_hash (GStrv names)
{
  g_autoptr (GStrvBuilder) plain = g_strv_builder_new ();

  for (; names && *names; names++)
    g_strv_builder_take (plain, upscale_model_names_dup_without_hash (*names));
  return g_strv_builder_end (plain);
}

static void
hear_options (UpscaleSdapiFacts *facts, JsonNode *root)
{
  JsonObject *options = upscale_json_read_object (root);

  const char *model = upscale_json_get_string (options, "sd_model_checkpoint");

  if (!options)
    return;
  facts->model = model ? upscale_model_names_dup_without_hash (model) : NULL;
  g_set_str (&facts->format, upscale_json_get_string (options, "samples_format"));
}

static void
hear_models (UpscaleSdapiFacts *facts, JsonNode *root)
{
  g_auto (GStrv) titles =
      upscale_json_dup_names (upscale_json_read_array (root), "title");

  facts->models = titles ? dup_names_without_hash (titles) : NULL;
}

static void
hear_loras (UpscaleSdapiFacts *facts, JsonNode *root)
{
  facts->takes_loras = TRUE;
  upscale_loras_read (&facts->loras, upscale_json_read_array (root));
}

/* Only stable-diffusion.cpp has this route. */
static void
hear_sdcpp (UpscaleSdapiFacts *facts, JsonNode *root)
{
  JsonObject *capabilities = upscale_json_read_object (root);

  if (!upscale_json_get_object (capabilities, "limits"))
    return;
  facts->dialect = UPSCALE_SDAPI_SDCPP;
  facts->chooses_sampler = upscale_sdcpp_owner_has_chosen_sampler (capabilities);
}

static void
hear_extension_models (UpscaleSdapiFacts *facts, JsonNode *root)
{
  JsonObject *object = upscale_json_read_object (root);

  facts->controlnets =
      upscale_json_dup_names (upscale_json_get_array (object, "model_list"), NULL);
}

static void
hear_extension_modules (UpscaleSdapiFacts *facts, JsonNode *root)
{
  JsonObject *object = upscale_json_read_object (root);

  facts->modules =
      upscale_json_dup_names (upscale_json_get_array (object, "module_list"), NULL);
}

/* Only SD.Next has these two. */
static void
hear_sdnext_models (UpscaleSdapiFacts *facts, JsonNode *root)
{
  if (!upscale_json_read_array (root))
    return;
  facts->dialect = UPSCALE_SDAPI_SDNEXT;
  g_clear_pointer (&facts->controlnets, g_strfreev);
  facts->controlnets = upscale_json_dup_names (upscale_json_read_array (root), "name");
}

static void
hear_sdnext_ip_adapters (UpscaleSdapiFacts *facts, JsonNode *root)
{
  /* SD.Next lists nothing else there, by names such as "Base" and "Plus SDXL". */
  static const char *const words[] = { "base", "plus", NULL };
  g_auto (GStrv) names = upscale_json_dup_names (upscale_json_read_array (root), "name");

  if (!names)
    return;
  g_strfreev (facts->ip_adapters);
  facts->ip_adapters = upscale_model_names_filter ((const char *const *) names, words);
}

static void
hear_progress (UpscaleSdapiFacts *facts, JsonNode *root)
{
  facts->has_progress =
      upscale_json_get_object (upscale_json_read_object (root), "state") != NULL;
}

/* The web UI's own route: with --nowebui it is not there. SD.Next's knows only tasks that
 * its own pages have begun. */
static void
hear_task (UpscaleSdapiFacts *facts, JsonNode *root)
{
  JsonObject *task = upscale_json_read_object (root);

  facts->knows_tasks = facts->dialect == UPSCALE_SDAPI_WEBUI && task &&
                       json_object_has_member (task, "active") &&
                       json_object_has_member (task, "queued");
}

/* The first must be there. */
static const Question questions[] = {
  { "/sdapi/v1/options", NULL, NULL, LIST_DEPTH, hear_options },
  { "/sdapi/v1/sd-models", NULL, NULL, LIST_DEPTH, hear_models },
  { "/sdapi/v1/loras", NULL, NULL, LIST_DEPTH, hear_loras },
  { "/sdcpp/v1/capabilities", NULL, NULL, CAPABILITIES_DEPTH, hear_sdcpp },
  { "/controlnet/model_list", NULL, NULL, LIST_DEPTH, hear_extension_models },
  { "/controlnet/module_list", NULL, NULL, LIST_DEPTH, hear_extension_modules },
  { "/sdapi/v1/control-models", NULL, NULL, LIST_DEPTH, hear_sdnext_models },
  { "/sdapi/v1/ip-adapters", NULL, NULL, LIST_DEPTH, hear_sdnext_ip_adapters },
  { "/sdapi/v1/progress", "skip_current_image=true", NULL, LIST_DEPTH, hear_progress },
  { UPSCALE_SDAPI_TASK_ROUTE, NULL, "{\"id_task\":\"\",\"live_preview\":false}",
    LIST_DEPTH, hear_task },
};

/**
 * upscale_sdapi_init_facts:
 * @facts: zeros
 * @base: where the server is
 */
void
upscale_sdapi_init_facts (gpointer facts, GUri *base)
{
  UpscaleSdapiFacts *self = facts;

  self->address = g_uri_to_string (base);
  self->chooses_sampler = TRUE;
  self->tile_controlnets = g_new0 (char *, 1);
  g_mutex_init (&self->lock);
  self->proven = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * upscale_sdapi_clear_facts:
 * @facts: facts
 */
void
upscale_sdapi_clear_facts (gpointer facts)
{
  UpscaleSdapiFacts *self = facts;

  g_free (self->address);
  g_free (self->model);
  g_free (self->format);
  g_strfreev (self->models);
  upscale_loras_clear (&self->loras);
  g_strfreev (self->controlnets);
  g_strfreev (self->modules);
  g_strfreev (self->tile_controlnets);
  g_strfreev (self->ip_adapters);
  g_mutex_clear (&self->lock);
  g_hash_table_unref (self->proven);
}

static gboolean
refuse_stranger (GError **error)
{
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
      _ ("it does not answer as AUTOMATIC1111 does: start the web UI with --api, or "
         "check the address and the port"));
  return FALSE;
}

/* A route that is not there is answered with anything: 404, 405, a web page. */
static gboolean
hear (UpscaleSdapiFacts *facts, const UpscaleHttpAnswer *answer, GError **error)
{
  g_autoptr (GBytes) text =
      upscale_json_text_prune (answer->body, questions[facts->n_heard].depth);
  g_autoptr (JsonNode) root =
      answer->status == SOUP_STATUS_OK ? upscale_json_parse (text, NULL) : NULL;
  gboolean is_first = facts->n_heard == 0;

  if (is_first && answer->status != SOUP_STATUS_OK &&
      answer->status != SOUP_STATUS_NOT_FOUND)
    return upscale_http_answer_check_status (answer, error);
  if (is_first && !upscale_json_read_object (root))
    return refuse_stranger (error);
  if (root)
    questions[facts->n_heard].hear (facts, root);
  else if (answer->status == 0 && questions[facts->n_heard].hear == hear_loras)
    facts->takes_loras = TRUE;
  facts->n_heard++;
  return TRUE;
}

/* The extension lists ControlNets and IP-Adapters together. */
static void
sort_guides (UpscaleSdapiFacts *facts)
{
  const char *const *files = (const char *const *) facts->controlnets;

  g_strfreev (facts->tile_controlnets);
  facts->tile_controlnets = upscale_model_names_filter (files, UPSCALE_WORDS_TILE);
  if (facts->dialect != UPSCALE_SDAPI_WEBUI)
    return;
  g_strfreev (facts->ip_adapters);
  facts->ip_adapters = upscale_model_names_filter (files, UPSCALE_WORDS_IP_ADAPTER);
}

static void
ask (const Question *question, UpscaleApiRequest *next)
{
  if (question->body)
    upscale_api_request_post (next, question->path,
                              g_bytes_new_static (question->body,
                                                  strlen (question->body)));
  else
    upscale_api_request_get (next, question->path);
  next->query = g_strdup (question->query);
}

/**
 * upscale_sdapi_learn:
 * @facts: what is known
 * @answer: (nullable): to the last question
 * @next: (out): the next question
 * @error: return location for an error
 *
 * Asks the server for all that it might have.
 *
 * Returns: %FALSE when there is no such server
 */
gboolean
upscale_sdapi_learn (gpointer                 facts,
                     const UpscaleHttpAnswer *answer,
                     UpscaleApiRequest       *next,
                     GError                 **error)
{
  UpscaleSdapiFacts *self = facts;

  if (answer && !hear (self, answer, error))
    return FALSE;
  if (self->n_heard < G_N_ELEMENTS (questions))
    {
      ask (&questions[self->n_heard], next);
      next->is_optional = self->n_heard > 0;
    }
  else
    sort_guides (self);
  return TRUE;
}

/* Guides are named apart, as most jobs do without. */
static char *
make_identity (const UpscaleSdapiFacts *facts)
{
  static const char *const dialects[] = { "webui", "sdnext", "sdcpp" };
  /* Who does not say what it paints with is alone with its answers. */
  const char *place = facts->model ? "" : facts->address;
  /* The one model that it has is its own choice, whatever the gen_params says. */
  const char *fixed =
      facts->dialect == UPSCALE_SDAPI_SDCPP && facts->model ? facts->model : "";

  return g_strdup_printf ("sdapi %s %s%s", dialects[facts->dialect], place, fixed);
}

static gboolean
has_ip_adapter (const UpscaleSdapiFacts *facts)
{
  return facts->ip_adapters && *facts->ip_adapters &&
         (facts->dialect == UPSCALE_SDAPI_SDNEXT ||
          upscale_sdapi_choose_module (facts, *facts->ip_adapters));
}

static void
describe_guides (const UpscaleSdapiFacts *facts, UpscaleCapabilities *capabilities)
{
  gboolean is_sdcpp = facts->dialect == UPSCALE_SDAPI_SDCPP;

  capabilities->controlnets = g_strdupv (facts->controlnets);
  capabilities->tile_controlnets = g_strdupv (facts->tile_controlnets);
  capabilities->ip_adapters = g_strdupv (facts->ip_adapters);
  capabilities->takes_controlnet = !is_sdcpp && *facts->tile_controlnets;
  capabilities->takes_ip_adapter = !is_sdcpp && has_ip_adapter (facts);
  if (is_sdcpp)
    capabilities->hint = g_strdup (
        _ ("stable-diffusion.cpp does more by its own jobs: write sdcpp+ before "
           "the address"));
  else if (facts->dialect == UPSCALE_SDAPI_WEBUI && !facts->controlnets)
    capabilities->hint = g_strdup (_ ("install the ControlNet extension there"));
}

/**
 * upscale_sdapi_describe:
 * @data: what the server has said
 * @error: return location for an error
 *
 * Returns: (transfer full): what it can do
 */
UpscaleCapabilities *
upscale_sdapi_describe (gpointer data, GError **error)
{
  const UpscaleSdapiFacts *facts = data;
  g_autofree char         *identity = make_identity (facts);
  UpscaleCapabilities     *capabilities = upscale_capabilities_new (identity);

  if (facts->dialect != UPSCALE_SDAPI_SDCPP)
    capabilities->default_model = g_strdup (facts->model);
  capabilities->models = g_strdupv (facts->models);
  capabilities->loras = g_strdupv (facts->loras.names);
  capabilities->takes_short_names = TRUE;
  capabilities->takes_loras = facts->takes_loras;
  capabilities->stops_tiles = facts->knows_tasks;
  describe_guides (facts, capabilities);
  if (facts->format && !g_str_equal (facts->format, "png"))
    capabilities->caveat =
        g_strdup_printf (_ ("it answers with '%s' pictures, which lose detail: set its "
                            "image format to png"),
                         facts->format);
  return capabilities;
}
