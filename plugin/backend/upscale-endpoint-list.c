/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-list.h"

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
  return g_getenv ("UPSCALE_TOKEN") || g_getenv ("UPSCALE_BASIC") ||
         g_getenv ("UPSCALE_MODAL_KEY") || g_getenv ("UPSCALE_MODAL_SECRET");
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

/* Name and password with a colon between, as web UIs take them (RFC 7617). */
static void
add_basic_from_environment (UpscaleHttp *http)
{
  const char      *secret = g_getenv ("UPSCALE_BASIC");
  g_autofree char *code =
      secret ? g_base64_encode ((const guchar *) secret, strlen (secret)) : NULL;
  g_autofree char *value = code ? g_strconcat ("Basic ", code, NULL) : NULL;

  if (value)
    upscale_http_add_header (http, "Authorization", value);
}

static UpscaleHttp *
make_http (UpscaleClock *clock)
{
  UpscaleHttp *http = upscale_http_new (clock);

  add_header_from_environment (http, "Authorization", "Bearer ", "UPSCALE_TOKEN");
  add_basic_from_environment (http);
  add_header_from_environment (http, "Modal-Key", "", "UPSCALE_MODAL_KEY");
  add_header_from_environment (http, "Modal-Secret", "", "UPSCALE_MODAL_SECRET");
  return http;
}

static UpscaleBackend *
make_for_kind (const UpscaleEndpointKind *kind,
               GUri                      *uri,
               UpscaleClock              *clock,
               GError                   **error)
{
  g_autoptr (UpscaleHttp) http = NULL;

  if (has_secrets () && !g_str_equal (g_uri_get_scheme (uri), "https") &&
      !upscale_http_is_loopback (uri))
    return refuse (error,
                   "A key is set in the environment, but '%s' is not reached over https, "
                   "so anyone on the way "
                   "could read it: use an https address, or unset the key.",
                   g_uri_get_host (uri));
  http = make_http (clock);
  return kind->make (uri, http, clock);
}

static gboolean
check_uri (GUri *uri, GError **error)
{
  const char *scheme = g_uri_get_scheme (uri);
  const char *host = g_uri_get_host (uri);

  if (g_uri_get_userinfo (uri))
    refuse (error,
            "The endpoint's address holds a user name or password. GIMP would store it "
            "with the image: "
            "leave it out, and set the key in the environment variable %s instead.",
            "UPSCALE_TOKEN");
  else if (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https"))
    refuse (error,
            "An endpoint's address begins with http:// or https://, not with '%s:'.",
            scheme);
  else if (!host || *host == '\0')
    refuse (error, "The endpoint's address names no host: write it as %s.",
            "https://gpu.example.net");
  else
    return TRUE;
  return FALSE;
}

/* What is typed is not repeated in messages as a whole: it may hold a password. */
static UpscaleBackend *
make_from_uri (const char *text, UpscaleClock *clock, GError **error)
{
  const UpscaleEndpointKind *kind = upscale_endpoint_kind_split (&text);
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

  if (!uri)
    return refuse (error, "The endpoint's address can't be read: write it as %s.",
                   "https://gpu.example.net");
  if (!check_uri (uri, error))
    return NULL;
  return make_for_kind (kind, uri, clock, error);
}

static UpscaleBackend *
make_backend (const char   *text,
              const char   *local_program,
              UpscaleClock *clock,
              GError      **error)
{
  if (strstr (text, "://"))
    return make_from_uri (text, clock, error);
  if (g_str_equal (text, LOCAL_NAME))
    return UPSCALE_BACKEND (upscale_local_backend_new (local_program, clock));
  return refuse (error,
                 "There is no endpoint called '%s': write 'local', or an address such as "
                 "https://gpu.example.net.",
                 text);
}

static gboolean
append (GPtrArray    *endpoints,
        const char   *text,
        const char   *local_program,
        UpscaleClock *clock,
        GError      **error)
{
  g_autoptr (UpscaleBackend) backend = make_backend (text, local_program, clock, error);

  if (!backend)
    return FALSE;
  g_ptr_array_add (endpoints, upscale_endpoint_new (text, backend));
  return TRUE;
}

/**
 * upscale_endpoint_list_new:
 * @text: names and addresses, with spaces or commas between; empty for the local endpoint
 * @local_program: path of the local endpoint's program
 * @clock: the time
 * @error: return location for an error
 *
 * Turns what a user typed into endpoints. Nothing is sent or started yet.
 *
 * Returns: (transfer full) (element-type UpscaleEndpoint): at least one, or %NULL with
 * %UPSCALE_ERROR_ARGUMENT
 */
GPtrArray *
upscale_endpoint_list_new (const char   *text,
                           const char   *local_program,
                           UpscaleClock *clock,
                           GError      **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, SEPARATORS, -1);
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new_with_free_func (g_object_unref);

  for (char **word = words; *word; word++)
    if (**word != '\0' && !append (endpoints, *word, local_program, clock, error))
      return NULL;
  if (endpoints->len == 0 && !append (endpoints, LOCAL_NAME, local_program, clock, error))
    return NULL;
  return g_steal_pointer (&endpoints);
}
