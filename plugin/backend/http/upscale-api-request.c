/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-api-request.h"

/**
 * upscale_api_request_get:
 * @request: (out): the request
 * @path: a route
 *
 * Makes @request a GET.
 */
void
upscale_api_request_get (UpscaleApiRequest *request, const char *path)
{
  g_return_if_fail (request);
  g_return_if_fail (path);

  request->method = "GET";
  request->path = g_strdup (path);
}

/**
 * upscale_api_request_post:
 * @request: (out): the request
 * @path: a route
 * @body: (transfer full) (nullable): JSON
 *
 * Makes @request a POST.
 */
void
upscale_api_request_post (UpscaleApiRequest *request, const char *path, GBytes *body)
{
  g_return_if_fail (request);
  g_return_if_fail (path);

  request->method = "POST";
  request->path = g_strdup (path);
  request->body = body;
}

/**
 * upscale_api_request_clear:
 * @request: a request
 *
 * Frees the members of @request and sets them to zeros.
 */
void
upscale_api_request_clear (UpscaleApiRequest *request)
{
  g_return_if_fail (request);

  g_free (request->path);
  g_free (request->query);
  g_clear_pointer (&request->body, g_bytes_unref);
  g_free (request->content_type);
  *request = (UpscaleApiRequest) { 0 };
}
