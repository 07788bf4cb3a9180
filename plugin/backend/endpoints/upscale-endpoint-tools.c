/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-tools.h"

#include "upscale-endpoint-address.h"
#include "upscale-endpoint-key.h"
#include "upscale-endpoint-kind.h"
#include "upscale-environment-key.h"
#include "upscale-local-backend.h"

#define CERTIFICATE_VARIABLE "UPSCALE_CERTIFICATE"

/* An address that the user has typed into the `endpoints` argument is the entry's name,
 * and has its certificate and keys in the environment. */
static gboolean
is_typed (const UpscaleEndpointEntry *entry)
{
  return upscale_endpoint_address_is_one (entry->name);
}

static const char *
get_certificates (const UpscaleEndpointEntry *entry)
{
  const char *variable = g_getenv (CERTIFICATE_VARIABLE);

  if (!is_typed (entry))
    return entry->certificate;
  return variable ? variable : "";
}

static gboolean
add_key (UpscaleHttp                *http,
         GUri                       *address,
         const UpscaleEndpointEntry *entry,
         GStrv                       key_parts,
         GError                    **error)
{
  g_autoptr (UpscaleKeySpec) spec = upscale_endpoint_entry_dup_key_spec (entry);

  if (key_parts)
    upscale_endpoint_key_add (http, spec, key_parts);
  else if (is_typed (entry))
    upscale_environment_key_add (http, address, upscale_endpoint_address_parse_with_kind);
  else
    return upscale_endpoint_key_add_stored (http, spec, error);
  return TRUE;
}

/* The fragment of an address names workflows, and is not sent. */
static GUri *
add_workflows (const UpscaleEndpointTools *tools, GUri *address)
{
  g_autofree char *fragment = NULL;
  g_autofree char *text = NULL;
  g_autofree char *whole = NULL;

  if (!tools->workflows || g_uri_get_fragment (address) ||
      !g_file_test (tools->workflows, G_FILE_TEST_IS_DIR))
    return g_uri_ref (address);
  fragment = g_uri_escape_string (tools->workflows, "/", FALSE);
  text = g_uri_to_string (address);
  whole = g_strconcat (text, "#", fragment, NULL);
  return g_uri_parse (whole, g_uri_get_flags (address), NULL);
}

static UpscaleBackend *
make_backend (const UpscaleEndpointTools *tools,
              const UpscaleEndpointEntry *entry,
              GStrv                       key_parts,
              GError                    **error)
{
  const UpscaleEndpointKind *kind = NULL;
  g_autoptr (GUri) address = NULL;
  g_autoptr (GUri) base = NULL;
  g_autoptr (UpscaleHttp) http = NULL;

  if (upscale_endpoint_entry_is_local (entry))
    return UPSCALE_BACKEND (
        upscale_local_backend_new (tools->local_program, tools->clock));
  address = upscale_endpoint_address_parse (entry->address, error);
  if (!address)
    return NULL;
  http = upscale_http_new (tools->clock);
  upscale_http_trust (http, get_certificates (entry));
  if (!add_key (http, address, entry, key_parts, error))
    return NULL;
  kind = upscale_endpoint_kind_find (entry->kind);
  g_assert (kind);
  base = kind->takes_workflows ? add_workflows (tools, address) : g_uri_ref (address);
  return kind->make (base, http, tools->clock);
}

/**
 * upscale_endpoint_tools_make:
 * @tools: the parts to make the endpoint with
 * @entry: an endpoint that has passed upscale_endpoint_entry_check()
 * @key_parts: (nullable): a key that is not stored yet; %NULL to use the stored key
 * @error: return location for an error
 *
 * Makes an endpoint. Sends and starts nothing; reading the key may block.
 *
 * Returns: (transfer full): the endpoint with its key and its terms, or %NULL with
 * %UPSCALE_ERROR_ARGUMENT or %UPSCALE_ERROR_STORAGE
 */
UpscaleEndpoint *
upscale_endpoint_tools_make (const UpscaleEndpointTools *tools,
                             const UpscaleEndpointEntry *entry,
                             GStrv                       key_parts,
                             GError                    **error)
{
  g_autoptr (UpscaleBackend) backend = NULL;
  UpscaleEndpoint *endpoint;
  g_autofree char *scope = NULL;

  g_return_val_if_fail (tools && entry, NULL);

  backend = make_backend (tools, entry, key_parts, error);
  if (!backend)
    return NULL;
  endpoint = upscale_endpoint_new (entry->name, backend);
  scope = upscale_endpoint_entry_dup_sharing_scope (entry);
  upscale_endpoint_set_sharing_scope (endpoint, scope);
  upscale_endpoint_set_terms (endpoint, entry->terms);
  g_debug ("made endpoint '%s' of kind '%s'", upscale_endpoint_get_debug_name (endpoint),
           entry->kind);
  return endpoint;
}
