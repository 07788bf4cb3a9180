/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-list.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-address.h"
#include "upscale-endpoint-key.h"
#include "upscale-endpoint-kind.h"
#include "upscale-environment-key.h"
#include "upscale-error.h"
#include "upscale-local-backend.h"

#define SEPARATORS " ,;\t\r\n"
#define LOCAL_NAME "local"
#define CERTIFICATE_VARIABLE "UPSCALE_CERTIFICATE"

static void
refuse (GError **error, const char *format, const char *what)
{
  g_autofree char *sentence = g_strdup_printf (format, what);

  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT, sentence);
}

/* No name of the file may look like an address. */
static gboolean
is_typed (const char *text)
{
  return strstr (text, "://") != NULL;
}

static UpscaleEndpointEntry *
describe_address (const char *text, GError **error)
{
  const char                *address = text;
  const UpscaleEndpointKind *kind = upscale_endpoint_kind_split (&address);
  g_autoptr (GUri) uri = upscale_endpoint_address_parse (address, error);

  if (!uri || !upscale_environment_key_check (uri, error))
    return NULL;
  return upscale_endpoint_entry_new (text, kind->name, address);
}

/* A broken file is the likeliest reason why a name is not known. */
static UpscaleEndpointEntry *
refuse_name (const char *text, const UpscaleEndpointFile *file, GError **error)
{
  const char *problem = upscale_endpoint_file_get_problem (file);

  if (problem)
    refuse (error, "%s", problem);
  else if (strpbrk (text, "?@:/")) /* it may hold a key, so it is not repeated */
    refuse (error,
            _ ("An endpoint's address begins with http:// or https://: write it as %s."),
            "https://gpu.example.net");
  else
    refuse (error,
            _ ("There is no endpoint called '%s': write 'local', the name of one of your "
               "endpoints, or an address such as https://gpu.example.net."),
            text);
  return NULL;
}

static UpscaleEndpointEntry *
describe (const char *text, const UpscaleEndpointFile *file, GError **error)
{
  const UpscaleEndpointEntry *entry = upscale_endpoint_file_lookup (file, text);

  if (entry)
    return upscale_endpoint_entry_copy (entry);
  if (is_typed (text))
    return describe_address (text, error);
  if (g_str_equal (text, LOCAL_NAME))
    return upscale_endpoint_entry_new (LOCAL_NAME, UPSCALE_LOCAL_KIND, "");
  return refuse_name (text, file, error);
}

static gboolean
describe_all (GPtrArray                 *entries,
              const char                *text,
              const UpscaleEndpointFile *file,
              GError                   **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, SEPARATORS, -1);

  for (char **word = words; *word; word++)
    {
      UpscaleEndpointEntry *entry = **word != '\0' ? describe (*word, file, error) : NULL;

      if (entry)
        g_ptr_array_add (entries, entry);
      else if (**word != '\0')
        return FALSE;
    }
  return TRUE;
}

/**
 * upscale_endpoint_list_describe:
 * @text: names and addresses, with spaces or commas between; empty for those that are on
 * @file: the endpoints the user has described
 * @error: return location for an error
 *
 * Finds out which endpoints are meant, without asking a keyring or anybody else.
 *
 * Returns: (transfer full) (element-type UpscaleEndpointEntry): at least one, or %NULL
 * with %UPSCALE_ERROR_ARGUMENT
 */
GPtrArray *
upscale_endpoint_list_describe (const char                *text,
                                const UpscaleEndpointFile *file,
                                GError                   **error)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_endpoint_entry_free);
  g_autofree char *usual = upscale_endpoint_file_dup_default (file);

  if (!describe_all (entries, text, file, error) ||
      (entries->len == 0 && !describe_all (entries, usual, file, error)))
    return NULL;
  return g_steal_pointer (&entries);
}

static const UpscaleEndpointKind *
find_kind (const char *name)
{
  g_autofree char *prefix = g_strconcat (name, "+", NULL);
  const char      *rest = prefix;

  return upscale_endpoint_kind_split (&rest);
}

static const char *
get_certificates (const UpscaleEndpointEntry *entry)
{
  const char *typed = g_getenv (CERTIFICATE_VARIABLE);

  if (!is_typed (entry->name))
    return entry->certificate;
  return typed ? typed : "";
}

static UpscaleBackend *
make_backend (const UpscaleEndpointEntry *entry,
              GStrv                       key_parts,
              const UpscaleEndpointTools *tools,
              GError                    **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (UpscaleHttp) http = NULL;

  if (upscale_endpoint_entry_is_local (entry))
    return UPSCALE_BACKEND (
        upscale_local_backend_new (tools->local_program, tools->clock));
  uri = upscale_endpoint_address_parse (entry->address, error);
  if (!uri)
    return NULL;
  http = upscale_http_new (tools->clock);
  upscale_http_trust (http, get_certificates (entry));
  if (key_parts)
    upscale_endpoint_key_add (http, entry, key_parts);
  else if (is_typed (entry->name))
    upscale_environment_key_add (http, uri);
  else if (!upscale_endpoint_key_find (entry, http, error))
    return NULL;
  return find_kind (entry->kind)->make (uri, http, tools->clock);
}

/**
 * upscale_endpoint_new_for_entry:
 * @entry: an endpoint as the user has described it
 * @key_parts: (nullable): its key, where it is not kept yet; else it is looked for
 * @tools: what endpoints are made with
 * @error: return location for an error
 *
 * Returns: (transfer full): the endpoint, with its key and its terms; %NULL with
 * %UPSCALE_ERROR_ARGUMENT or %UPSCALE_ERROR_STORAGE
 */
UpscaleEndpoint *
upscale_endpoint_new_for_entry (const UpscaleEndpointEntry *entry,
                                GStrv                       key_parts,
                                const UpscaleEndpointTools *tools,
                                GError                    **error)
{
  g_autoptr (UpscaleBackend) backend = make_backend (entry, key_parts, tools, error);
  UpscaleEndpoint *endpoint = NULL;
  g_autofree char *place = NULL;

  if (!backend)
    return NULL;
  endpoint = upscale_endpoint_new (entry->name, backend);
  place = upscale_endpoint_entry_dup_place (entry);
  upscale_endpoint_set_place (endpoint, place);
  upscale_endpoint_set_terms (endpoint, entry->terms);
  return endpoint;
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
  g_autoptr (GPtrArray) entries =
      upscale_endpoint_list_describe (text, tools->file, error);
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; entries && i < entries->len; i++)
    {
      UpscaleEndpoint *endpoint =
          upscale_endpoint_new_for_entry (entries->pdata[i], NULL, tools, error);

      if (!endpoint)
        return NULL;
      g_ptr_array_add (endpoints, endpoint);
    }
  return entries ? g_steal_pointer (&endpoints) : NULL;
}
