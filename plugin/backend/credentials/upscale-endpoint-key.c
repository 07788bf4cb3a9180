/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-key.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-keyring.h"

/* Between two secrets in one variable, as between name and password in RFC 7617. */
#define SEPARATOR ":"

/**
 * upscale_endpoint_key_add_basic:
 * @http: sends requests to the endpoint
 * @pair: user name and password with a colon between (RFC 7617)
 *
 * Adds a user name and a password to every request.
 */
void
upscale_endpoint_key_add_basic (UpscaleHttp *http, const char *pair)
{
  g_autofree char *code = NULL;
  g_autofree char *value = NULL;

  g_return_if_fail (UPSCALE_IS_HTTP (http));
  g_return_if_fail (pair);

  code = g_base64_encode ((const guchar *) pair, strlen (pair));
  value = g_strconcat ("Basic ", code, NULL);
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
 * @http: sends requests to the endpoint
 * @spec: a description of the key
 * @parts: (array zero-terminated=1): the secrets, as many as
 * upscale_key_scheme_count_parts() returns
 *
 * Adds a key to every request.
 */
void
upscale_endpoint_key_add (UpscaleHttp *http, const UpscaleKeySpec *spec, GStrv parts)
{
  g_return_if_fail (UPSCALE_IS_HTTP (http));
  g_return_if_fail (spec && parts);

  switch (spec->scheme)
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
      upscale_http_add_header (http, spec->header, parts[0]);
      break;
    case UPSCALE_KEY_NONE:
    default:
      break;
    }
}

static GStrv
read_variable (const UpscaleKeySpec *spec, GError **error)
{
  g_autofree char *text = g_strdup (g_getenv (spec->variable));
  guint            n_parts = upscale_key_scheme_count_parts (spec->scheme);
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
      spec->endpoint_name, spec->variable);
  return NULL;
}

static GStrv
read_keyring (const UpscaleKeySpec *spec, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GStrv parts = upscale_keyring_lookup (spec, &cause);

  if (parts)
    return parts;
  if (cause)
    g_propagate_prefixed_error (error, g_steal_pointer (&cause), _ ("Endpoint '%s': "),
                                spec->endpoint_name);
  else
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                 _ ("The keyring has no key for the endpoint '%s': enter it again in the "
                    "list of endpoints."),
                 spec->endpoint_name);
  return NULL;
}

/**
 * upscale_endpoint_key_add_stored:
 * @http: sends requests to the endpoint
 * @spec: a description of the key
 * @error: return location for an error
 *
 * Reads the key from the environment or the keyring and adds it to every request. May
 * block, see upscale_keyring_lookup().
 *
 * Returns: %TRUE if the key is added or the endpoint needs none, or %FALSE with
 * %UPSCALE_ERROR_ARGUMENT if it is missing, or %UPSCALE_ERROR_STORAGE
 */
gboolean
upscale_endpoint_key_add_stored (UpscaleHttp          *http,
                                 const UpscaleKeySpec *spec,
                                 GError              **error)
{
  gboolean is_in_environment;
  g_auto (GStrv) parts = NULL;

  g_return_val_if_fail (UPSCALE_IS_HTTP (http), FALSE);
  g_return_val_if_fail (spec, FALSE);

  if (spec->scheme == UPSCALE_KEY_NONE)
    return TRUE;
  is_in_environment = *spec->variable != '\0';
  parts = is_in_environment ? read_variable (spec, error) : read_keyring (spec, error);
  if (!parts)
    return FALSE;
  g_debug ("requests to %s carry a key of scheme '%s' from the %s", spec->origin,
           upscale_key_scheme_get_name (spec->scheme),
           is_in_environment ? "environment" : "keyring");
  upscale_endpoint_key_add (http, spec, parts);
  return TRUE;
}
