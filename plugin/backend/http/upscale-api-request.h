/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleApiRequest:
 * @method: (nullable): GET or POST; %NULL when no request follows
 * @path: (transfer full): the route
 * @query: (transfer full) (nullable): its parameters
 * @body: (transfer full) (nullable): the body
 * @content_type: (transfer full) (nullable): type of @body, %NULL for JSON
 * @wait_us: time to wait before the request is sent
 * @is_long: the server answers when its work is done, so a silent connection is no fault
 * @is_optional: an answer that is too long counts as an answer with status 0
 *
 * The next request of an exchange with a server. Starts as zeros.
 */
typedef struct
{
  const char *method;
  char       *path;
  char       *query;
  GBytes     *body;
  char       *content_type;
  gint64      wait_us;
  gboolean    is_long;
  gboolean    is_optional;
} UpscaleApiRequest;

void upscale_api_request_get (UpscaleApiRequest *request, const char *path);
void
upscale_api_request_post (UpscaleApiRequest *request, const char *path, GBytes *body);
void upscale_api_request_clear (UpscaleApiRequest *request);

G_END_DECLS
