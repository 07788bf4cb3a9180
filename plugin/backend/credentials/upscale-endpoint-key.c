/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-key.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-keyring.h"

/* Two secrets in one variable: as a user would write name and password. */
#define SEPARATOR ":"

/**
 * upscale_endpoint_key_add_basic:
 * @http: who sends
 * @pair: name and password with a colon between (RFC 7617)
 *
 * Makes every request carry them.
 */
void
upscale_endpoint_key_add_basic (UpscaleHttp *http, const char *pair)
{
  g_autofree char *code = g_base64_encode ((const guchar *) pair, strlen (pair));
  g_autofree char *value = g_strconcat ("Basic ", code, NULL);

  upscale_http_add_header (http, "Authorization", value);
}

static void
add_basic (UpscaleHttp *http, const char *user, const char *password)
{
  g_autofree char *pair = g_strconcat (user, ":", password, NULL);

  upscale_endpoint_key_add_basic (http, pair);
}

static void
add_bearer (UpscaleHttp *http, const char *token)
{
  g_autofree char *value = g_strconcat ("Bearer ", token, NULL);

  upscale_http_add_header (http, "Authorization", value);
}

/**
 * upscale_endpoint_key_add:
 * @http: who sends
 * @entry: how the server wants to be shown its key
 * @parts: the secrets
 *
 * Makes every request to the server carry the key.
 */
void
upscale_endpoint_key_add (UpscaleHttp                *http,
                          const UpscaleEndpointEntry *entry,
                          GStrv                       parts)
{
  switch (entry->key_scheme)
    {
    case UPSCALE_KEY_BEARER:
      add_bearer (http, parts[0]);
      break;
    case UPSCALE_KEY_BASIC:
      add_basic (http, parts[0], parts[1]);
      break;
    case UPSCALE_KEY_MODAL:
      upscale_http_add_header (http, "Modal-Key", parts[0]);
      upscale_http_add_header (http, "Modal-Secret", parts[1]);
      break;
    case UPSCALE_KEY_HEADER:
      upscale_http_add_header (http, entry->key_header, parts[0]);
      break;
    case UPSCALE_KEY_NONE:
    default:
      break;
    }
}

static GStrv
read_variable (const UpscaleEndpointEntry *entry, GError **error)
{
  g_autofree char *text = g_strdup (g_getenv (entry->key_variable));
  guint            n_parts = upscale_key_scheme_count_parts (entry->key_scheme);
  GStrv parts = text ? g_strsplit (g_strstrip (text), SEPARATOR, (int) n_parts) : NULL;

  if (parts && g_strv_length (parts) == n_parts && *parts[0] != '\0')
    return parts;
  g_strfreev (parts);
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
      n_parts == 2
          ? _ ("The endpoint '%s' takes its key from the environment variable %s: "
               "set it to both parts with a colon between, before GIMP starts.")
          : _ ("The endpoint '%s' takes its key from the environment variable %s: "
               "set it before GIMP starts."),
      entry->name, entry->key_variable);
  return NULL;
}

static GStrv
read_keyring (const UpscaleEndpointEntry *entry, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GStrv parts = upscale_keyring_lookup (entry, &cause);

  if (parts)
    return parts;
  if (cause)
    g_propagate_prefixed_error (error, g_steal_pointer (&cause), _ ("Endpoint '%s': "),
                                entry->name);
  else
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                 _ ("The keyring has no key for the endpoint '%s': enter it again in the "
                    "list of endpoints."),
                 entry->name);
  return NULL;
}

/**
 * upscale_endpoint_key_find:
 * @entry: how the server wants to be shown its key
 * @http: who sends to it
 * @error: return location for an error
 *
 * Finds the key, in the environment or the keyring, and makes every request carry it.
 *
 * Returns: %FALSE with @error when a key is wanted and not found
 */
gboolean
upscale_endpoint_key_find (const UpscaleEndpointEntry *entry,
                           UpscaleHttp                *http,
                           GError                    **error)
{
  g_auto (GStrv) parts = NULL;

  if (entry->key_scheme == UPSCALE_KEY_NONE)
    return TRUE;
  parts = *entry->key_variable != '\0' ? read_variable (entry, error)
                                       : read_keyring (entry, error);
  if (!parts)
    return FALSE;
  upscale_endpoint_key_add (http, entry, parts);
  return TRUE;
}
