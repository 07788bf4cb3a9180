/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "upscale-error.h"
#include "upscale-http-error.h"
#include "upscale-http-message.h"

typedef struct
{
  guint        status;
  const char  *body;
  UpscaleError code;
  const char  *words;
} Row;

/* As nginx 1.26 has it in ngx_http_special_response.c. */
#define NGINX_PAGE(title)                                                                \
  "<html>\r\n<head><title>" title "</title></head>\r\n<body>\r\n<center><h1>" title      \
  "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"

static const Row rows[] = {
  { 400, "", UPSCALE_ERROR_REJECTED, "400" },
  { 401, "", UPSCALE_ERROR_REJECTED, "UPSCALE_TOKEN" },
  { 403, "", UPSCALE_ERROR_REJECTED, "UPSCALE_TOKEN" },
  { 404, "", UPSCALE_ERROR_EXPIRED, "Check the address" },
  { 408, "", UPSCALE_ERROR_TRANSPORT, "408" },
  { 410, "", UPSCALE_ERROR_EXPIRED, "410" },
  { 413, "", UPSCALE_ERROR_TOO_LARGE, "413" },
  { 422, "{\"detail\":\"'width' must be positive\"}", UPSCALE_ERROR_REJECTED,
    "'width' must be positive" },
  { 429, "", UPSCALE_ERROR_BUSY, "429" },
  { 500, "{\"error\":\"CUDA out of memory\"}", UPSCALE_ERROR_TOO_LARGE,
    "CUDA out of memory" },
  { 500, "{\"error\":\"OutOfMemoryError\"}", UPSCALE_ERROR_TOO_LARGE, "500" },
  { 500, "{\"error\":\"division by zero\"}", UPSCALE_ERROR_SERVER, "division by zero" },
  { 507, "", UPSCALE_ERROR_TOO_LARGE, "507" },
  { 413, NGINX_PAGE ("413 Request Entity Too Large"), UPSCALE_ERROR_TOO_LARGE,
    "client_max_body_size" },
  { 502, NGINX_PAGE ("502 Bad Gateway"), UPSCALE_ERROR_SERVER, "502" },
  { 502, "upstream\nis gone", UPSCALE_ERROR_SERVER, "upstream is gone" },
  { 503, "", UPSCALE_ERROR_BUSY, "503" },
  { 504, "", UPSCALE_ERROR_SERVER, "504" },
  { 524, "", UPSCALE_ERROR_TRANSPORT, "524" },
};

static void
test_statuses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GBytes) body = g_bytes_new_static (rows[i].body, strlen (rows[i].body));
      g_autoptr (GError) error = upscale_http_error_from_status (rows[i].status, body, 9);

      g_assert_error (error, UPSCALE_ERROR, (int) rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].words));
      g_assert_null (strpbrk (error->message, "<>\r\n"));
      g_assert_cmpint (upscale_error_get_retry_after (error), ==, 9);
    }
}

static void
test_retry_after (void)
{
  /* 1784887200 is Fri, 24 Jul 2026 10:00:00 GMT. */
  g_assert_cmpint (upscale_http_message_parse_retry_after (NULL, 0), ==, 0);
  g_assert_cmpint (upscale_http_message_parse_retry_after ("120", 0), ==,
                   120 * G_USEC_PER_SEC);
  g_assert_cmpint (upscale_http_message_parse_retry_after ("-5", 0), ==, 0);
  g_assert_cmpint (upscale_http_message_parse_retry_after ("soon", 0), ==, 0);
  g_assert_cmpint (upscale_http_message_parse_retry_after (
                       "Fri, 24 Jul 2026 10:00:30 GMT", 1784887200),
                   ==, 30 * G_USEC_PER_SEC);
  g_assert_cmpint (upscale_http_message_parse_retry_after (
                       "Fri, 24 Jul 2026 10:00:00 GMT", 1784887260),
                   ==, 0);
  g_assert_cmpint (upscale_http_message_parse_retry_after ("999999", 0), ==,
                   3600 * (gint64) G_USEC_PER_SEC);
}

static void
test_failures_are_said_in_words (void)
{
  g_autoptr (GError) refused =
      g_error_new (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "x");
  g_autoptr (GError) unknown =
      g_error_new (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "x");
  g_autoptr (GError) first = upscale_http_error_from_transport (refused, "host");
  g_autoptr (GError) second = upscale_http_error_from_transport (unknown, "host");

  g_assert_error (first, UPSCALE_ERROR, UPSCALE_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (first->message, "host: the connection was refused"));
  g_assert_error (second, UPSCALE_ERROR, UPSCALE_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (second->message, "no such host"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-error/statuses", test_statuses);
  g_test_add_func ("/http-error/retry-after", test_retry_after);
  g_test_add_func ("/http-error/failures-are-said-in-words",
                   test_failures_are_said_in_words);
  return g_test_run ();
}
