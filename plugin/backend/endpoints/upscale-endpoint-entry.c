/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-entry.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-address.h"
#include "upscale-endpoint-kind.h"
#include "upscale-error.h"
#include "upscale-http-certificate.h"

/* The place of all that share; no address looks like it. */
#define SHARED_PLACE "shared"
/* Names are typed into the `endpoints` argument, where these stand between them, and are
 * groups of a key file, where brackets end them. */
#define FORBIDDEN_IN_NAMES " ,;\t\r\n[]:/"

/**
 * upscale_key_scheme_get_name:
 * @scheme: a scheme
 *
 * Returns: (transfer none): what files call it
 */
const char *
upscale_key_scheme_get_name (UpscaleKeyScheme scheme)
{
  static const char *const names[UPSCALE_N_KEY_SCHEMES] = { "none", "bearer", "basic",
                                                            "modal", "header" };

  return names[scheme];
}

/**
 * upscale_endpoint_entry_new:
 * @name: what the user calls it
 * @kind: kind of server
 * @address: where it is
 *
 * Returns: (transfer full): an entry that is on and needs no key
 */
UpscaleEndpointEntry *
upscale_endpoint_entry_new (const char *name, const char *kind, const char *address)
{
  UpscaleEndpointEntry *entry = g_new0 (UpscaleEndpointEntry, 1);

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
 * Returns: (transfer full): its double
 */
UpscaleEndpointEntry *
upscale_endpoint_entry_copy (const UpscaleEndpointEntry *entry)
{
  UpscaleEndpointEntry *copy = g_memdup2 (entry, sizeof *entry);

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
 * Returns: whether it is the endpoint that comes with the plug-in
 */
gboolean
upscale_endpoint_entry_is_local (const UpscaleEndpointEntry *entry)
{
  return g_str_equal (entry->kind, UPSCALE_LOCAL_KIND);
}

/**
 * upscale_endpoint_entry_dup_place:
 * @entry: an entry that was checked
 *
 * A server's identity is its own word, so what it paints is found again only at the same
 * address, unless the user vouches for it. The local endpoint has another address each
 * time.
 *
 * Returns: (transfer full): where its tiles belong, see upscale_endpoint_set_place()
 */
char *
upscale_endpoint_entry_dup_place (const UpscaleEndpointEntry *entry)
{
  g_autoptr (GUri) uri = NULL;
  g_autofree char *origin = NULL;

  if (upscale_endpoint_entry_is_local (entry))
    return g_strdup (UPSCALE_LOCAL_KIND);
  if (entry->shares_tiles)
    return g_strdup (SHARED_PLACE);
  uri = upscale_endpoint_address_parse (entry->address, NULL);
  g_return_val_if_fail (uri, g_strdup (""));
  origin = upscale_endpoint_address_dup_origin (uri);
  return g_strconcat (origin, g_uri_get_path (uri), NULL);
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
  if (!upscale_endpoint_address_is_private (address))
    return refuse (
        error,
        _ ("A key is set, but '%s' is not reached over https, so anyone on the "
           "way could read it: use an https address, or take the key away."),
        g_uri_get_host (address));
  return TRUE;
}

static gboolean
has_kind (const char *name)
{
  guint                      n_kinds;
  const UpscaleEndpointKind *kinds = upscale_endpoint_kinds (&n_kinds);

  for (guint i = 0; i < n_kinds; i++)
    if (g_str_equal (kinds[i].name, name))
      return TRUE;
  return FALSE;
}

/**
 * upscale_endpoint_entry_check:
 * @entry: an entry
 * @error: return location for an error
 *
 * Returns: whether an endpoint can be made from it; else %UPSCALE_ERROR_ARGUMENT
 */
gboolean
upscale_endpoint_entry_check (const UpscaleEndpointEntry *entry, GError **error)
{
  g_autoptr (GUri) address = NULL;

  if (!check_name (entry->name, error))
    return FALSE;
  if (entry->terms.n_slots < 0 || !(entry->terms.price_per_hour >= 0.0))
    return refuse (error, _ ("Slots and price can't be less than 0."));
  if (upscale_endpoint_entry_is_local (entry))
    return TRUE;
  if (!has_kind (entry->kind))
    return refuse (error, _ ("There is no kind of server called '%s'."), entry->kind);
  if (*entry->certificate != '\0' &&
      !upscale_http_certificate_is_fingerprint (entry->certificate))
    return refuse (error, _ ("The certificate is named by its SHA-256 fingerprint: 64 "
                             "hexadecimal digits, with or without colons between."));
  address = upscale_endpoint_address_parse (entry->address, error);
  return address && check_key (entry, address, error);
}
