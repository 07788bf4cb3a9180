/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-list.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-address.h"
#include "upscale-endpoint-key.h"
#include "upscale-endpoint-kind.h"
#include "upscale-error.h"
#include "upscale-local-backend.h"

#define SEPARATORS " ,;\t\r\n"
#define LOCAL_NAME "local"

static UpscaleBackend *
refuse (GError **error, const char *format, const char *what)
{
  g_autofree char *sentence = g_strdup_printf (format, what);

  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT, sentence);
  return NULL;
}

static gboolean
has_secrets (void)
{
  return g_getenv ("UPSCALE_TOKEN") || g_getenv ("UPSCALE_MODAL_KEY") ||
         g_getenv ("UPSCALE_MODAL_SECRET");
}

static void
add_header_from_environment (UpscaleHttp *http,
                             const char  *header,
                             const char  *prefix,
                             const char  *variable)
{
  const char      *secret = g_getenv (variable);
  g_autofree char *value = secret ? g_strconcat (prefix, secret, NULL) : NULL;

  if (value)
    upscale_http_add_header (http, header, value);
}

static void
add_keys_from_environment (UpscaleHttp *http)
{
  add_header_from_environment (http, "Authorization", "Bearer ", "UPSCALE_TOKEN");
  add_header_from_environment (http, "Modal-Key", "", "UPSCALE_MODAL_KEY");
  add_header_from_environment (http, "Modal-Secret", "", "UPSCALE_MODAL_SECRET");
}

/* The keys of the environment are for all that is typed as an address. */
static UpscaleBackend *
make_from_address (const char *text, const UpscaleEndpointTools *tools, GError **error)
{
  const UpscaleEndpointKind *kind = upscale_endpoint_kind_split (&text);
  g_autoptr (GUri) uri = upscale_endpoint_address_parse (text, error);
  g_autoptr (UpscaleHttp) http = NULL;

  if (!uri)
    return NULL;
  if (has_secrets () && !upscale_endpoint_address_is_private (uri))
    return refuse (
        error,
        _ ("A key is set in the environment, but '%s' is not reached over https, "
           "so anyone on the way could read it: use an https address, or unset "
           "the key."),
        g_uri_get_host (uri));
  http = upscale_http_new (tools->clock);
  add_keys_from_environment (http);
  return kind->make (uri, http, tools->clock);
}

static UpscaleBackend *
make_local (const UpscaleEndpointTools *tools)
{
  return UPSCALE_BACKEND (upscale_local_backend_new (tools->local_program, tools->clock));
}

static const UpscaleEndpointKind *
find_kind (const char *name)
{
  g_autofree char *prefix = g_strconcat (name, "+", NULL);
  const char      *rest = prefix;

  return upscale_endpoint_kind_split (&rest);
}

static UpscaleBackend *
make_from_entry (const UpscaleEndpointEntry *entry,
                 const UpscaleEndpointTools *tools,
                 GError                    **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (UpscaleHttp) http = NULL;

  if (upscale_endpoint_entry_is_local (entry))
    return make_local (tools);
  uri = upscale_endpoint_address_parse (entry->address, error);
  http = uri ? upscale_http_new (tools->clock) : NULL;
  if (!http || !upscale_endpoint_key_find (entry, http, error))
    return NULL;
  return find_kind (entry->kind)->make (uri, http, tools->clock);
}

/**
 * upscale_endpoint_new_for_entry:
 * @entry: an endpoint as the user has described it
 * @tools: what endpoints are made with
 * @error: return location for an error
 *
 * Returns: (transfer full): the endpoint, with its key and its terms; %NULL with
 * %UPSCALE_ERROR_ARGUMENT or %UPSCALE_ERROR_STORAGE
 */
UpscaleEndpoint *
upscale_endpoint_new_for_entry (const UpscaleEndpointEntry *entry,
                                const UpscaleEndpointTools *tools,
                                GError                    **error)
{
  g_autoptr (UpscaleBackend) backend = NULL;
  UpscaleEndpoint *endpoint;

  if (!upscale_endpoint_entry_check (entry, error))
    return NULL;
  backend = make_from_entry (entry, tools, error);
  if (!backend)
    return NULL;
  endpoint = upscale_endpoint_new (entry->name, backend);
  upscale_endpoint_set_terms (endpoint, entry->terms);
  return endpoint;
}

/* A broken file is the likeliest reason why a name is not known. */
static UpscaleEndpoint *
refuse_name (const char *text, const UpscaleEndpointTools *tools, GError **error)
{
  const char *problem = upscale_endpoint_file_get_problem (tools->file);

  if (problem)
    refuse (error, "%s", problem);
  else
    refuse (error,
            _ ("There is no endpoint called '%s': write 'local', the name of one of your "
               "endpoints, or an address such as https://gpu.example.net."),
            text);
  return NULL;
}

static UpscaleEndpoint *
make_endpoint (const char *text, const UpscaleEndpointTools *tools, GError **error)
{
  const UpscaleEndpointEntry *entry = upscale_endpoint_file_lookup (tools->file, text);
  g_autoptr (UpscaleBackend) backend = NULL;

  if (entry)
    return upscale_endpoint_new_for_entry (entry, tools, error);
  if (strstr (text, "://"))
    backend = make_from_address (text, tools, error);
  else if (g_str_equal (text, LOCAL_NAME))
    backend = make_local (tools);
  else
    return refuse_name (text, tools, error);
  return backend ? upscale_endpoint_new (text, backend) : NULL;
}

static gboolean
append_all (GPtrArray                  *endpoints,
            const char                 *text,
            const UpscaleEndpointTools *tools,
            GError                    **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, SEPARATORS, -1);

  for (char **word = words; *word; word++)
    {
      UpscaleEndpoint *endpoint =
          **word != '\0' ? make_endpoint (*word, tools, error) : NULL;

      if (endpoint)
        g_ptr_array_add (endpoints, endpoint);
      else if (**word != '\0')
        return FALSE;
    }
  return TRUE;
}

/**
 * upscale_endpoint_list_new:
 * @text: names and addresses, with spaces or commas between; empty for those that are on
 * @tools: what endpoints are made with
 * @error: return location for an error
 *
 * Turns what a user typed into endpoints. Nothing is sent or started yet.
 *
 * Returns: (transfer full) (element-type UpscaleEndpoint): at least one, or %NULL with
 * %UPSCALE_ERROR_ARGUMENT or %UPSCALE_ERROR_STORAGE
 */
GPtrArray *
upscale_endpoint_list_new (const char                 *text,
                           const UpscaleEndpointTools *tools,
                           GError                    **error)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *usual = upscale_endpoint_file_dup_default (tools->file);

  if (!append_all (endpoints, text, tools, error) ||
      (endpoints->len == 0 && !append_all (endpoints, usual, tools, error)))
    return NULL;
  return g_steal_pointer (&endpoints);
}
