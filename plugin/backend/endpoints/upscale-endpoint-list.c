/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-list.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-address.h"
#include "upscale-endpoint-kind.h"
#include "upscale-environment-key.h"
#include "upscale-error.h"

#define SEPARATORS " ,;\t\r\n"
#define LOCAL_NAME "local"

static void
refuse (GError **error, const char *format, const char *what)
{
  g_autofree char *sentence = g_strdup_printf (format, what);

  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT, sentence);
}

static UpscaleEndpointEntry *
describe_address (const char *text, GError **error)
{
  const char                *address = text;
  const UpscaleEndpointKind *kind = upscale_endpoint_kind_split (&address);
  g_autoptr (GUri) uri = upscale_endpoint_address_parse (address, error);

  if (!uri ||
      !upscale_environment_key_check (uri, upscale_endpoint_address_parse_with_kind,
                                      error))
    return NULL;
  return upscale_endpoint_entry_new (text, kind->name, address);
}

/* A file that can't be read is the likeliest reason for an unknown name. */
static UpscaleEndpointEntry *
refuse_name (const char *text, const UpscaleEndpointFile *file, GError **error)
{
  const char *problem = upscale_endpoint_file_get_problem (file);

  if (problem)
    refuse (error, "%s", problem);
  else if (strpbrk (text, "?@:/")) /* may hold a key, so the message does not repeat it */
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
  if (upscale_endpoint_address_is_one (text))
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
 * @text: names and addresses, separated by spaces or commas; empty for the default
 * endpoints
 * @file: the endpoints that the user has described
 * @error: return location for an error
 *
 * Finds the endpoints that @text names, without reading the keyring or the network.
 *
 * Returns: (transfer full) (element-type UpscaleEndpointEntry): at least one entry, or
 * %NULL with %UPSCALE_ERROR_ARGUMENT
 */
GPtrArray *
upscale_endpoint_list_describe (const char                *text,
                                const UpscaleEndpointFile *file,
                                GError                   **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *usual = NULL;

  g_return_val_if_fail (text && file, NULL);

  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_endpoint_entry_free);
  usual = upscale_endpoint_file_dup_default (file);
  if (!describe_all (entries, text, file, error) ||
      (entries->len == 0 && !describe_all (entries, usual, file, error)))
    return NULL;
  return g_steal_pointer (&entries);
}

/**
 * upscale_endpoint_list_is_local:
 * @text: names and addresses, as upscale_endpoint_list_describe() takes them
 * @file: the user's list
 *
 * Words that name no endpoint may become an address while the user types.
 *
 * Returns: %TRUE if @text names this computer and nothing else
 */
gboolean
upscale_endpoint_list_is_local (const char *text, const UpscaleEndpointFile *file)
{
  g_autoptr (GPtrArray) entries = NULL;

  g_return_val_if_fail (text && file, FALSE);

  entries = upscale_endpoint_list_describe (text, file, NULL);
  return entries && upscale_endpoint_entry_are_local (entries);
}

/**
 * upscale_endpoint_list_new:
 * @text: names and addresses, separated by spaces or commas; empty for the default
 * endpoints
 * @tools: the parts to make the endpoints with
 * @error: return location for an error
 *
 * Makes the endpoints that @text names. Sends and starts nothing.
 *
 * Returns: (transfer full) (element-type UpscaleEndpoint): at least one endpoint, or
 * %NULL with %UPSCALE_ERROR_ARGUMENT or %UPSCALE_ERROR_STORAGE
 */
GPtrArray *
upscale_endpoint_list_new (const char                 *text,
                           const UpscaleEndpointTools *tools,
                           GError                    **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) endpoints = NULL;

  g_return_val_if_fail (text && tools, NULL);

  entries = upscale_endpoint_list_describe (text, tools->file, error);
  if (!entries)
    return NULL;
  endpoints = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < entries->len; i++)
    {
      UpscaleEndpoint *endpoint =
          upscale_endpoint_tools_make (tools, entries->pdata[i], NULL, error);

      if (!endpoint)
        return NULL;
      g_ptr_array_add (endpoints, endpoint);
    }
  return g_steal_pointer (&endpoints);
}
