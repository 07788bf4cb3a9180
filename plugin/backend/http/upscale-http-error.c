/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-http-error.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-text.h"

#include <libsoup/soup.h>
#include <string.h>

#define MAX_EXCERPT_CHARS 200
#define MAX_FAILURE_CHARS 500
#define MAX_PARSED_BYTES (1 << 20)

#define STATUS_TOO_MANY_REQUESTS 429
/* Cloudflare's statuses for an origin that is down, unreachable, or silent for 100 s. */
#define STATUS_ORIGIN_DOWN 521
#define STATUS_ORIGIN_TIMEOUT 524

/* PyTorch, CUDA and their wrappers report a full GPU in these words. */
static gboolean
is_out_of_memory (const char *text)
{
  g_autofree char *folded = g_ascii_strdown (text, -1);

  return strstr (folded, "out of memory") || strstr (folded, "outofmemory");
}

static UpscaleError
choose_code (guint status, const char *detail)
{
  if (status >= 500 && is_out_of_memory (detail))
    return UPSCALE_ERROR_TOO_LARGE;
  switch (status)
    {
    case SOUP_STATUS_NOT_FOUND:
    case SOUP_STATUS_GONE:
      return UPSCALE_ERROR_EXPIRED;
    case SOUP_STATUS_REQUEST_TIMEOUT:
    case STATUS_ORIGIN_TIMEOUT:
      return UPSCALE_ERROR_TRANSPORT;
    case SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE:
    case SOUP_STATUS_INSUFFICIENT_STORAGE:
      return UPSCALE_ERROR_TOO_LARGE;
    case STATUS_TOO_MANY_REQUESTS:
    case SOUP_STATUS_SERVICE_UNAVAILABLE:
      return UPSCALE_ERROR_BUSY;
    case SOUP_STATUS_CONFLICT:
      return UPSCALE_ERROR_SERVER;
    default:
      break;
    }
  return SOUP_STATUS_IS_CLIENT_ERROR (status) ? UPSCALE_ERROR_REJECTED
                                              : UPSCALE_ERROR_SERVER;
}

/* Statuses of a proxy whose server has not answered. */
static gboolean
is_from_proxy (guint status)
{
  return status == SOUP_STATUS_BAD_GATEWAY || status == SOUP_STATUS_GATEWAY_TIMEOUT ||
         (status >= STATUS_ORIGIN_DOWN && status <= STATUS_ORIGIN_TIMEOUT);
}

/* Names for the statuses whose standard phrase says too little. */
static const char *
name_status (guint status)
{
  switch (status)
    {
    case STATUS_TOO_MANY_REQUESTS:
    case SOUP_STATUS_SERVICE_UNAVAILABLE:
      return _ ("it is busy");
    case STATUS_ORIGIN_TIMEOUT:
      return _ ("the proxy gave up waiting for the server");
    default:
      return soup_status_get_phrase (status);
    }
}

/* Proxies answer with an HTML page, endpoints with JSON or plain text. */
static gboolean
is_page (GBytes *body)
{
  gsize       length = 0;
  const char *text = g_bytes_get_data (body, &length);

  while (length > 0 && g_ascii_isspace (*text))
    {
      text++;
      length--;
    }
  return length > 0 && *text == '<';
}

static const char *
advise (guint status, GBytes *body)
{
  if (status == SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE && is_page (body))
    return _ (
        " That is a proxy before it, which takes no request of this size: raise its "
        "limit (client_max_body_size in nginx), or use smaller tiles.");
  switch (status)
    {
    case SOUP_STATUS_UNAUTHORIZED:
    case SOUP_STATUS_FORBIDDEN:
      return _ (" Set its key in your list of endpoints, or in the environment: "
                "UPSCALE_TOKEN, UPSCALE_BASIC for a name and password, or "
                "UPSCALE_MODAL_KEY and UPSCALE_MODAL_SECRET, and UPSCALE_TOKEN_ORIGIN "
                "to the server's address.");
    case SOUP_STATUS_NOT_FOUND:
      return _ (" Check the address.");
    default:
      return "";
    }
}

/* FastAPI answers an invalid request with a list of fields and the problem of each. The
 * first field is enough for a message. */
static char *
read_validation (JsonObject *object)
{
  JsonArray  *list = upscale_json_get_array (object, "detail");
  JsonObject *entry = upscale_json_read_object (upscale_json_get_element (list, 0));
  const char *said = upscale_json_get_string (entry, "msg");
  g_auto (GStrv) where =
      upscale_json_dup_names (upscale_json_get_array (entry, "loc"), NULL);
  g_autofree char *field = where ? g_strjoinv (".", where) : g_strdup ("request");
  g_autofree char *sentence = NULL;

  if (!said)
    return NULL;
  sentence = g_strdup_printf ("%s: %s", field, said);
  return upscale_text_tidy (sentence, MAX_EXCERPT_CHARS);
}

/* Finds the reason in problem+json (RFC 9457), or in a member that another server uses
 * for it. Servers with several of these members have the best text in the first. */
static char *
read_detail (JsonObject *object)
{
  static const char *const members[] = { "detail", "title", "errors", "message",
                                         "error" };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *said = upscale_json_get_string (object, members[i]);

      if (said && *said)
        return upscale_text_tidy (said, MAX_EXCERPT_CHARS);
    }
  return read_validation (object);
}

static char *
describe_body (GBytes *body)
{
  gsize       length = 0;
  const char *text = g_bytes_get_data (body, &length);
  /* A long body is the request, which some servers send back. */
  g_autoptr (JsonObject) root =
      length < MAX_PARSED_BYTES ? upscale_json_parse_object (body, NULL) : NULL;
  char            *detail = root ? read_detail (root) : NULL;
  g_autofree char *start = NULL;

  /* The start of a plain text tells more than the status alone. */
  if (!detail && length > 0 && !is_page (body))
    start = g_strndup (text, MIN (length, MAX_EXCERPT_CHARS));
  if (start)
    detail = upscale_text_tidy (start, MAX_EXCERPT_CHARS);
  return detail ? detail : g_strdup ("");
}

/**
 * upscale_http_error_from_status:
 * @status: an HTTP status that is no success
 * @body: body of the answer
 * @wait_us: value of Retry-After in us, 0 without it
 *
 * Chooses the error code that tells the caller what to do next, and a message with the
 * reason that the server gave.
 *
 * Returns: (transfer full): an #UpscaleError
 */
GError *
upscale_http_error_from_status (guint status, GBytes *body, gint64 wait_us)
{
  g_autofree char *detail = NULL;
  const char      *phrase;
  GError          *error;

  g_return_val_if_fail (body, NULL);

  detail = describe_body (body);
  phrase = name_status (status);
  error = g_error_new (UPSCALE_ERROR, choose_code (status, detail),
                       _ ("it answered %u (%s)%s%s.%s"), status, phrase,
                       *detail ? ": " : "", detail, advise (status, body));

  upscale_error_set_retry_after (error, wait_us);
  if (is_from_proxy (status))
    upscale_error_set_unready (error);
  return error;
}

/**
 * upscale_http_error_from_tile:
 * @reason: the reason that an endpoint gave for a failed tile
 *
 * Returns: (transfer full): an #UpscaleError
 */
GError *
upscale_http_error_from_tile (const char *reason)
{
  int              code;
  g_autofree char *tidy = NULL;

  g_return_val_if_fail (reason, NULL);

  code = is_out_of_memory (reason) ? UPSCALE_ERROR_TOO_LARGE : UPSCALE_ERROR_SERVER;
  tidy = upscale_text_tidy (reason, MAX_FAILURE_CHARS);

  return g_error_new (UPSCALE_ERROR, code, _ ("the endpoint says: %s"), tidy);
}

static const char *
explain (const GError *failure)
{
  if (failure->domain == G_RESOLVER_ERROR)
    return _ ("there is no such host; check the address and the network");
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return _ ("the connection was refused; is the endpoint running, and the port right?");
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE) ||
      g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
    return _ ("the host can't be reached; check the network");
  return NULL;
}

static UpscaleError
choose_failure_code (const GError *failure)
{
  /* The server has not got the request. */
  if (failure->domain == G_RESOLVER_ERROR ||
      g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
      g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE) ||
      g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
    return UPSCALE_ERROR_UNREACHABLE;
  return UPSCALE_ERROR_TRANSPORT;
}

/**
 * upscale_http_error_from_transport:
 * @failure: the error of libsoup or GIO; not a cancellation
 * @host: host that the request was sent to
 *
 * Returns: (transfer full): an #UpscaleError with an explanation for the user
 */
GError *
upscale_http_error_from_transport (const GError *failure, const char *host)
{
  const char *sentence;

  g_return_val_if_fail (failure && host, NULL);

  sentence = explain (failure);
  if (failure->domain == UPSCALE_ERROR)
    return g_error_copy (failure);
  return g_error_new (UPSCALE_ERROR, choose_failure_code (failure), "%s: %s", host,
                      sentence ? sentence : failure->message);
}
