/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of the servers that share these routes it is, and what it has. It is asked for
 * everything; what it does not know the route of it does not have. */
#include "upscale-sdapi-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-model-names.h"

/* Lists hold objects; whatever those hold is not asked for. */
#define MOST_DEPTH 2

/* A question, and what is done with its answer, which is no JSON at all sometimes. */
typedef struct
{
  const char *path;
  const char *query;
  void (*hear) (UpscaleSdapiFacts *facts, JsonNode *root);
} Question;

static void
hear_options (UpscaleSdapiFacts *facts, JsonNode *root)
{
  JsonObject *options = upscale_json_read_object (root);

  if (!options)
    return;
  g_set_str (&facts->model, upscale_json_get_string (options, "sd_model_checkpoint"));
  g_set_str (&facts->format, upscale_json_get_string (options, "samples_format"));
}

static void
hear_models (UpscaleSdapiFacts *facts, JsonNode *root)
{
  facts->models = upscale_json_dup_names (upscale_json_read_array (root), "title");
}

static void
hear_samplers (UpscaleSdapiFacts *facts, JsonNode *root)
{
  facts->samplers = upscale_json_dup_names (upscale_json_read_array (root), "name");
}

static void
hear_schedulers (UpscaleSdapiFacts *facts, JsonNode *root)
{
  facts->schedulers = upscale_json_dup_names (upscale_json_read_array (root), "label");
}

static void
hear_loras (UpscaleSdapiFacts *facts, JsonNode *root)
{
  upscale_loras_read (&facts->loras, upscale_json_read_array (root));
}

/* Only stable-diffusion.cpp has this route. */
static void
hear_sdcpp (UpscaleSdapiFacts *facts, JsonNode *root)
{
  if (upscale_json_get_object (upscale_json_read_object (root), "limits"))
    facts->dialect = UPSCALE_SDAPI_SDCPP;
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
  facts->ip_adapters = upscale_json_dup_names (upscale_json_read_array (root), "name");
}

static void
hear_progress (UpscaleSdapiFacts *facts, JsonNode *root)
{
  facts->has_progress =
      upscale_json_get_object (upscale_json_read_object (root), "state") != NULL;
}

/* The first must be there. */
static const Question questions[] = {
  { "/sdapi/v1/options", NULL, hear_options },
  { "/sdapi/v1/sd-models", NULL, hear_models },
  { "/sdapi/v1/samplers", NULL, hear_samplers },
  { "/sdapi/v1/schedulers", NULL, hear_schedulers },
  { "/sdapi/v1/loras", NULL, hear_loras },
  { "/sdcpp/v1/capabilities", NULL, hear_sdcpp },
  { "/controlnet/model_list", NULL, hear_extension_models },
  { "/controlnet/module_list", NULL, hear_extension_modules },
  { "/sdapi/v1/control-models", NULL, hear_sdnext_models },
  { "/sdapi/v1/ip-adapters", NULL, hear_sdnext_ip_adapters },
  { "/sdapi/v1/progress", "skip_current_image=true", hear_progress },
};

/**
 * upscale_sdapi_init_facts:
 * @facts: zeros
 * @base: where the server is
 */
void
upscale_sdapi_init_facts (gpointer facts, GUri *base)
{
  ((UpscaleSdapiFacts *) facts)->address = g_uri_to_string (base);
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
  g_strfreev (self->samplers);
  g_strfreev (self->schedulers);
  upscale_loras_clear (&self->loras);
  g_strfreev (self->controlnets);
  g_strfreev (self->modules);
  g_strfreev (self->ip_adapters);
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
  g_autoptr (GBytes) text = upscale_json_skim (answer->body, MOST_DEPTH);
  g_autoptr (JsonNode) root =
      answer->status == SOUP_STATUS_OK ? upscale_json_parse (text, NULL) : NULL;
  gboolean is_first = facts->n_heard == 0;

  if (is_first && answer->status != SOUP_STATUS_OK &&
      answer->status != SOUP_STATUS_NOT_FOUND)
    return upscale_dialogue_check (answer, error);
  if (is_first && !upscale_json_read_object (root))
    return refuse_stranger (error);
  if (root)
    questions[facts->n_heard].hear (facts, root);
  facts->n_heard++;
  return TRUE;
}

/**
 * upscale_sdapi_learn:
 * @facts: what is known
 * @answer: (nullable): to the last question
 * @line: (out): the next question
 * @error: return location for an error
 *
 * Asks the server for all that it might have.
 *
 * Returns: %FALSE when there is no such server
 */
gboolean
upscale_sdapi_learn (gpointer                 facts,
                     const UpscaleHttpAnswer *answer,
                     UpscaleLine             *line,
                     GError                 **error)
{
  UpscaleSdapiFacts *self = facts;

  if (answer && !hear (self, answer, error))
    return FALSE;
  if (self->n_heard < G_N_ELEMENTS (questions))
    {
      upscale_line_get (line, questions[self->n_heard].path);
      line->query = g_strdup (questions[self->n_heard].query);
    }
  return TRUE;
}

/**
 * upscale_sdapi_choose_controlnet:
 * @facts: what the server has
 * @model: (nullable): the checkpoint that paints
 *
 * Returns: (transfer none) (nullable): the ControlNet that holds a tile together
 */
const char *
upscale_sdapi_choose_controlnet (const UpscaleSdapiFacts *facts, const char *model)
{
  return upscale_model_names_choose ((const char *const *) facts->controlnets,
                                     UPSCALE_WORDS_TILE, model);
}

/**
 * upscale_sdapi_choose_ip_adapter:
 * @facts: what the server has
 * @model: (nullable): the checkpoint that paints
 *
 * Returns: (transfer none) (nullable): the model that follows a reference picture
 */
const char *
upscale_sdapi_choose_ip_adapter (const UpscaleSdapiFacts *facts, const char *model)
{
  /* SD.Next lists nothing else there, by names such as "Base" and "Plus SDXL". */
  static const char *const sdnext_words[] = { "base", "plus", NULL };

  if (facts->dialect == UPSCALE_SDAPI_SDNEXT)
    return upscale_model_names_choose ((const char *const *) facts->ip_adapters,
                                       sdnext_words, model);
  return upscale_model_names_choose ((const char *const *) facts->controlnets,
                                     UPSCALE_WORDS_IP_ADAPTER, model);
}

static const char *
find_module (const UpscaleSdapiFacts *facts, const char *start)
{
  for (char **module = facts->modules; module && *module; module++)
    if (g_ascii_strncasecmp (*module, start, strlen (start)) == 0)
      return *module;
  return NULL;
}

/**
 * upscale_sdapi_choose_module:
 * @facts: what the server has
 * @ip_adapter: the model it is for
 *
 * Chooses the image encoder: the extension finds it by itself, in Forge it has a name.
 *
 * Returns: (transfer none) (nullable): the preprocessor
 */
const char *
upscale_sdapi_choose_module (const UpscaleSdapiFacts *facts, const char *ip_adapter)
{
  g_autofree char *folded = g_ascii_strdown (ip_adapter, -1);
  gboolean         wants_big =
      strstr (folded, "xl") && !strstr (folded, "vit-h") && !strstr (folded, "vit_h");
  const char *module = find_module (facts, "ip-adapter-auto");

  if (!module && wants_big)
    module = find_module (facts, "CLIP-ViT-bigG (IPAdapter)");
  if (!module)
    module = find_module (facts, "CLIP-ViT-H (IPAdapter)");
  return module ? module : find_module (facts, "ip-adapter_clip");
}

static char *
make_identity (const UpscaleSdapiFacts *facts)
{
  static const char *const dialects[] = { "webui", "sdnext", "sdcpp" };
  g_autofree char         *controlnets =
      upscale_model_names_join_matching ((const char *const *) facts->controlnets,
                                         UPSCALE_WORDS_TILE);
  g_autofree char *ip_adapters =
      upscale_model_names_join_matching ((const char *const *) facts->controlnets,
                                         UPSCALE_WORDS_IP_ADAPTER);
  /* Who does not say what it paints with is alone with its answers. */
  const char *place = facts->model ? "" : facts->address;
  /* The one model that it has is its own choice, whatever the recipe says. */
  const char *fixed =
      facts->dialect == UPSCALE_SDAPI_SDCPP && facts->model ? facts->model : "";

  return g_strdup_printf ("sdapi %s%s%s %s%s", dialects[facts->dialect], controlnets,
                          ip_adapters, place, fixed);
}

static void
describe_guides (const UpscaleSdapiFacts *facts, UpscaleCapabilities *capabilities)
{
  const char *ip_adapter = upscale_sdapi_choose_ip_adapter (facts, facts->model);

  capabilities->takes_controlnet =
      facts->dialect != UPSCALE_SDAPI_SDCPP &&
      upscale_sdapi_choose_controlnet (facts, facts->model) != NULL;
  capabilities->takes_ip_adapter = facts->dialect != UPSCALE_SDAPI_SDCPP && ip_adapter &&
                                   (facts->dialect == UPSCALE_SDAPI_SDNEXT ||
                                    upscale_sdapi_choose_module (facts, ip_adapter));
  if (facts->dialect == UPSCALE_SDAPI_SDCPP)
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
  capabilities->controlnets = g_strdupv (facts->controlnets);
  capabilities->loras = g_strdupv (facts->loras.names);
  capabilities->takes_loras = facts->loras.names != NULL;
  describe_guides (facts, capabilities);
  if (facts->format && !g_str_equal (facts->format, "png"))
    capabilities->caveat =
        g_strdup_printf (_ ("it answers with '%s' pictures, which lose detail: set its "
                            "image format to png"),
                         facts->format);
  return capabilities;
}
