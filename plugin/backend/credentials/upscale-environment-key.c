/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every program sees the variables of its environment, and an address may come from a
 * shared file. So an address alone must not get a key: the user binds the key to the
 * origins in UPSCALE_TOKEN_ORIGIN. */
#include "upscale-environment-key.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-key.h"
#include "upscale-error.h"
#include "upscale-http-origin.h"

#define SEPARATORS " ,;\t\r\n"
#define ORIGIN_VARIABLE "UPSCALE_TOKEN_ORIGIN"

/* Keys that were read from a file or pasted often end with a line end. */
static char *
dup_value (const char *variable)
{
  g_autofree char *text = g_strdup (g_getenv (variable));

  return text && *g_strstrip (text) != '\0' ? g_steal_pointer (&text) : NULL;
}

static gboolean
is_set (const char *variable)
{
  g_autofree char *value = dup_value (variable);

  return value != NULL;
}

static gboolean
has_key (void)
{
  return is_set ("UPSCALE_TOKEN") || is_set ("UPSCALE_BASIC") ||
         is_set ("UPSCALE_MODAL_KEY") || is_set ("UPSCALE_MODAL_SECRET");
}

/* Reads whether the user has bound the keys to the origin of @address. Messages do not
 * repeat the variable, since it may hold a password. */
static gboolean
read_binding (GUri                          *address,
              UpscaleEnvironmentKeyParseFunc parse,
              gboolean                      *is_bound,
              GError                       **error)
{
  const char *text = g_getenv (ORIGIN_VARIABLE);
  g_auto (GStrv) words = g_strsplit_set (text ? text : "", SEPARATORS, -1);

  *is_bound = FALSE;
  for (char **word = words; *word; word++)
    {
      g_autoptr (GUri) origin = **word != '\0' ? parse (*word) : NULL;

      if (origin)
        *is_bound |= upscale_http_origin_is_same (origin, address);
      else if (**word != '\0')
        {
          g_set_error (
              error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
              _ ("%s can't be read: set it to the address of the server that the "
                 "key is for, such as https://gpu.example.net, or to several with "
                 "spaces between."),
              ORIGIN_VARIABLE);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * upscale_environment_key_check:
 * @address: an address that the user has typed, or that is not from the list of endpoints
 * @parse: reads the addresses in UPSCALE_TOKEN_ORIGIN
 * @error: return location for an error
 *
 * Checks that the user has bound the keys of the environment to origins, and that bound
 * keys are never sent to @address where others can read them.
 *
 * Returns: %TRUE if @address can be used, or %FALSE with %UPSCALE_ERROR_ARGUMENT
 */
gboolean
upscale_environment_key_check (GUri                          *address,
                               UpscaleEnvironmentKeyParseFunc parse,
                               GError                       **error)
{
  gboolean is_bound;

  g_return_val_if_fail (address && parse, FALSE);

  if (!has_key ())
    return TRUE;
  if (!is_set (ORIGIN_VARIABLE))
    {
      g_autofree char *origin = upscale_http_origin_to_display (address);

      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                   _ ("A key is set in the environment, but not which server it is "
                      "for: set UPSCALE_TOKEN_ORIGIN=%s if it is for this one, or "
                      "unset the key."),
                   origin);
      return FALSE;
    }
  if (!read_binding (address, parse, &is_bound, error))
    return FALSE;
  if (!is_bound || upscale_http_origin_is_private (address))
    return TRUE;
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
      _ ("A key is set in the environment, but '%s' is not reached over https, so "
         "anyone on the way could read it: use an https address, or unset the "
         "key."),
      g_uri_get_host (address));
  return FALSE;
}

static void
add_header (UpscaleHttp *http,
            const char  *header,
            const char  *prefix,
            const char  *variable)
{
  g_autofree char *key = dup_value (variable);
  g_autofree char *value = key ? g_strconcat (prefix, key, NULL) : NULL;

  if (value)
    upscale_http_add_header (http, header, value);
}

/**
 * upscale_environment_key_add:
 * @http: sends requests to the endpoint
 * @address: address of the endpoint, which has passed upscale_environment_key_check()
 * @parse: reads the addresses in UPSCALE_TOKEN_ORIGIN
 *
 * Adds the keys of the environment to every request, if they are bound to @address.
 */
void
upscale_environment_key_add (UpscaleHttp                   *http,
                             GUri                          *address,
                             UpscaleEnvironmentKeyParseFunc parse)
{
  g_autofree char *basic = NULL;
  gboolean         is_bound;

  g_return_if_fail (UPSCALE_IS_HTTP (http));
  g_return_if_fail (address && parse);

  if (!has_key () || !read_binding (address, parse, &is_bound, NULL) || !is_bound)
    return;
  g_debug ("requests to %s carry the keys of the environment", g_uri_get_host (address));
  basic = dup_value ("UPSCALE_BASIC");
  add_header (http, "Authorization", "Bearer ", "UPSCALE_TOKEN");
  if (basic)
    upscale_endpoint_key_add_basic (http, basic);
  add_header (http, "Modal-Key", "", "UPSCALE_MODAL_KEY");
  add_header (http, "Modal-Secret", "", "UPSCALE_MODAL_SECRET");
}
