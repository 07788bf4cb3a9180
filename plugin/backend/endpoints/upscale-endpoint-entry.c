/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-entry.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-address.h"
#include "upscale-endpoint-kind.h"
#include "upscale-error.h"
#include "upscale-http-certificate.h"
#include "upscale-http-origin.h"

/* Place of all endpoints that share tiles. No address looks like it. */
#define SHARED_SCOPE "shared"
/* Names are typed into the `endpoints` argument, which separates them by spaces, commas
 * and semicolons, and are groups of a key file, which brackets end. Colons and slashes
 * mark addresses. */
#define FORBIDDEN_IN_NAMES " ,;\t\r\n[]:/"

/**
 * upscale_endpoint_entry_new:
 * @name: name of the endpoint
 * @kind: kind of server
 * @address: address of the server
 *
 * Returns: (transfer full): an entry that is on and needs no key
 */
UpscaleEndpointEntry *
upscale_endpoint_entry_new (const char *name, const char *kind, const char *address)
{
  UpscaleEndpointEntry *entry;

  g_return_val_if_fail (name && kind && address, NULL);

  entry = g_new0 (UpscaleEndpointEntry, 1);
  entry->name = g_strdup (name);
  entry->kind = g_strdup (kind);
  entry->address = g_strdup (address);
  entry->is_on = TRUE;
  entry->key_header = g_strdup ("");
  entry->key_variable = g_strdup ("");
  entry->certificate = g_strdup ("");
  return entry;
}

/**
 * upscale_endpoint_entry_copy:
 * @entry: an entry
 *
 * Returns: (transfer full): a copy of @entry
 */
UpscaleEndpointEntry *
upscale_endpoint_entry_copy (const UpscaleEndpointEntry *entry)
{
  UpscaleEndpointEntry *copy;

  g_return_val_if_fail (entry, NULL);

  copy = g_memdup2 (entry, sizeof *entry);
  copy->name = g_strdup (entry->name);
  copy->kind = g_strdup (entry->kind);
  copy->address = g_strdup (entry->address);
  copy->key_header = g_strdup (entry->key_header);
  copy->key_variable = g_strdup (entry->key_variable);
  copy->certificate = g_strdup (entry->certificate);
  return copy;
}

/**
 * upscale_endpoint_entry_free:
 * @entry: (transfer full): an entry
 */
void
upscale_endpoint_entry_free (UpscaleEndpointEntry *entry)
{
  g_return_if_fail (entry != NULL);

  g_free (entry->name);
  g_free (entry->kind);
  g_free (entry->address);
  g_free (entry->key_header);
  g_free (entry->key_variable);
  g_free (entry->certificate);
  g_free (entry);
}

/**
 * upscale_endpoint_entry_is_local:
 * @entry: an entry
 *
 * Returns: %TRUE if @entry is the endpoint that is installed with the plug-in
 */
gboolean
upscale_endpoint_entry_is_local (const UpscaleEndpointEntry *entry)
{
  g_return_val_if_fail (entry, FALSE);

  return g_str_equal (entry->kind, UPSCALE_LOCAL_KIND);
}

/**
 * upscale_endpoint_entry_are_local:
 * @entries: (element-type UpscaleEndpointEntry): entries
 *
 * Returns: %TRUE if all of @entries are the endpoint that is installed with the plug-in
 */
gboolean
upscale_endpoint_entry_are_local (GPtrArray *entries)
{
  g_return_val_if_fail (entries, FALSE);

  for (guint i = 0; i < entries->len; i++)
    if (!upscale_endpoint_entry_is_local (entries->pdata[i]))
      return FALSE;
  return TRUE;
}

/**
 * upscale_endpoint_entry_dup_sharing_scope:
 * @entry: an entry that was checked
 *
 * A server states its identity itself, so its tiles are reused only for the same address,
 * unless the user trusts the server to share tiles. The local endpoint has a new address
 * in each run, so its scope is a fixed word.
 *
 * Returns: (transfer full): the scope in which its tiles are reused, see
 * upscale_endpoint_set_sharing_scope()
 */
char *
upscale_endpoint_entry_dup_sharing_scope (const UpscaleEndpointEntry *entry)
{
  g_autoptr (GUri) uri = NULL;
  g_autofree char *origin = NULL;

  g_return_val_if_fail (entry, NULL);

  if (upscale_endpoint_entry_is_local (entry))
    return g_strdup (UPSCALE_LOCAL_KIND);
  if (entry->shares_tiles)
    return g_strdup (SHARED_SCOPE);
  uri = upscale_endpoint_address_parse (entry->address, NULL);
  g_return_val_if_fail (uri, g_strdup (""));
  origin = upscale_http_origin_to_string (uri);
  return g_strconcat (origin, g_uri_get_path (uri), NULL);
}

/**
 * upscale_endpoint_entry_dup_key_spec:
 * @entry: an entry
 *
 * Returns: (transfer full): a description of its key. The origin is "" if the address is
 * none, so that no address gets that key
 */
UpscaleKeySpec *
upscale_endpoint_entry_dup_key_spec (const UpscaleEndpointEntry *entry)
{
  g_autoptr (GUri) address = NULL;
  UpscaleKeySpec *spec;

  g_return_val_if_fail (entry, NULL);

  address = upscale_endpoint_address_parse (entry->address, NULL);
  spec = g_new (UpscaleKeySpec, 1);
  *spec = (UpscaleKeySpec) {
    .endpoint_name = g_strdup (entry->name),
    .origin = address ? upscale_http_origin_to_string (address) : g_strdup (""),
    .scheme = entry->key_scheme,
    .header = g_strdup (entry->key_header),
    .variable = g_strdup (entry->key_variable),
  };
  return spec;
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list          arguments;

  va_start (arguments, format);
  sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT, sentence);
  return FALSE;
}

static gboolean
check_name (const char *name, GError **error)
{
  if (*name == '\0')
    return refuse (error, _ ("The endpoint has no name: give it one."));
  if (strpbrk (name, FORBIDDEN_IN_NAMES))
    return refuse (error,
                   _ ("'%s' can't be an endpoint's name: leave out spaces, commas, "
                      "colons, slashes and brackets."),
                   name);
  return TRUE;
}

static gboolean
is_header_name (const char *text)
{
  return *text != '\0' &&
         strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789-_") == strlen (text);
}

static gboolean
check_key (const UpscaleEndpointEntry *entry, GUri *address, GError **error)
{
  if (entry->key_scheme == UPSCALE_KEY_NONE)
    return TRUE;
  if (entry->key_scheme == UPSCALE_KEY_HEADER && !is_header_name (entry->key_header))
    return refuse (error, _ ("Name the header that carries the key, for example "
                             "X-API-Key."));
  if (!upscale_http_origin_is_private (address))
    return refuse (
        error,
        _ ("A key is set, but '%s' is not reached over https, so anyone on the "
           "way could read it: use an https address, or take the key away."),
        g_uri_get_host (address));
  return TRUE;
}

/**
 * upscale_endpoint_entry_check:
 * @entry: an entry
 * @error: return location for an error
 *
 * Returns: %TRUE if an endpoint can be made from @entry, or %FALSE with
 * %UPSCALE_ERROR_ARGUMENT
 */
gboolean
upscale_endpoint_entry_check (const UpscaleEndpointEntry *entry, GError **error)
{
  g_autoptr (GUri) address = NULL;

  g_return_val_if_fail (entry, FALSE);

  if (!check_name (entry->name, error))
    return FALSE;
  if (entry->terms.n_slots < 0 || !(entry->terms.price_per_hour >= 0.0))
    return refuse (error, _ ("Slots and price can't be less than 0."));
  if (upscale_endpoint_entry_is_local (entry))
    return TRUE;
  if (!upscale_endpoint_kind_find (entry->kind))
    return refuse (error, _ ("There is no kind of server called '%s'."), entry->kind);
  if (*entry->certificate != '\0' &&
      !upscale_http_certificate_is_fingerprint (entry->certificate))
    return refuse (error, _ ("The certificate is named by its SHA-256 fingerprint: 64 "
                             "hexadecimal digits, with or without colons between."));
  address = upscale_endpoint_address_parse (entry->address, error);
  return address && check_key (entry, address, error);
}
