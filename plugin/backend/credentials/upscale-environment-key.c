/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key in the environment is there for whatever runs, so the address that happens to be
 * asked for must not decide who is shown it: the user binds it to servers. */
#include "upscale-environment-key.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-address.h"
#include "upscale-endpoint-key.h"
#include "upscale-endpoint-kind.h"
#include "upscale-error.h"

#define SEPARATORS " ,;\t\r\n"
#define ORIGIN_VARIABLE "UPSCALE_TOKEN_ORIGIN"

/* A key that is read from a file or pasted often brings a line end along. */
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

/* What is in the variable is not repeated: it may hold a password. */
static gboolean
read_origin (const char *text, GUri *address, gboolean *is_bound, GError **error)
{
  const char *rest = text;
  g_autoptr (GUri) origin = NULL;

  (void) upscale_endpoint_kind_split (&rest);
  origin = upscale_endpoint_address_parse (rest, NULL);
  if (!origin)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                   _ ("%s can't be read: set it to the address of the server that the "
                      "key is for, such as https://gpu.example.net, or to several with "
                      "spaces between."),
                   ORIGIN_VARIABLE);
      return FALSE;
    }
  *is_bound |= upscale_endpoint_address_is_same_origin (origin, address);
  return TRUE;
}

static gboolean
find_out (GUri *address, gboolean *is_bound, GError **error)
{
  const char *text = g_getenv (ORIGIN_VARIABLE);
  g_auto (GStrv) origins = g_strsplit_set (text ? text : "", SEPARATORS, -1);

  *is_bound = FALSE;
  for (char **origin = origins; *origin; origin++)
    if (**origin != '\0' && !read_origin (*origin, address, is_bound, error))
      return FALSE;
  return TRUE;
}

/**
 * upscale_environment_key_check:
 * @address: an address that was typed, or came from anywhere but the list of endpoints
 * @error: return location for an error
 *
 * Returns: %TRUE if there is no key in the environment, or it is known whom it is for,
 * and it can be sent to @address unseen if it is for that; else %FALSE with
 * %UPSCALE_ERROR_ARGUMENT
 */
gboolean
upscale_environment_key_check (GUri *address, GError **error)
{
  gboolean is_bound;

  if (!has_key ())
    return TRUE;
  if (!is_set (ORIGIN_VARIABLE))
    {
      g_autofree char *origin = upscale_endpoint_address_dup_shown (address);

      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                   _ ("A key is set in the environment, but not which server it is "
                      "for: set UPSCALE_TOKEN_ORIGIN=%s if it is for this one, or "
                      "unset the key."),
                   origin);
      return FALSE;
    }
  if (!find_out (address, &is_bound, error))
    return FALSE;
  if (!is_bound || upscale_endpoint_address_is_private (address))
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
 * @http: who sends
 * @address: where to; it has passed upscale_environment_key_check()
 *
 * Makes every request carry the keys of the environment, if those are for @address.
 */
void
upscale_environment_key_add (UpscaleHttp *http, GUri *address)
{
  g_autofree char *basic = dup_value ("UPSCALE_BASIC");
  gboolean         is_bound;

  if (!has_key () || !find_out (address, &is_bound, NULL) || !is_bound)
    return;
  add_header (http, "Authorization", "Bearer ", "UPSCALE_TOKEN");
  if (basic)
    upscale_endpoint_key_add_basic (http, basic);
  add_header (http, "Modal-Key", "", "UPSCALE_MODAL_KEY");
  add_header (http, "Modal-Secret", "", "UPSCALE_MODAL_SECRET");
}
