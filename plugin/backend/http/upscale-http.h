/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "upscale-clock.h"
#include "upscale-http-answer.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_HTTP (upscale_http_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleHttp, upscale_http, UPSCALE, HTTP, GObject)

/**
 * UpscaleHttpRequest:
 * @method: GET, PUT, POST or DELETE; endpoints allow sending any of them twice
 * @uri: address
 * @body: (nullable): the body
 * @content_type: (nullable): type of @body, %NULL for JSON
 * @prefer: (nullable): the Prefer header
 * @max_answer_bytes: a larger answer is refused
 * @silence_us: longest time without a byte in either direction
 * @is_sent: (nullable): set to %TRUE when the whole body has been written; must live
 * until the request has ended
 *
 * A request. Points at memory of its owner; upscale_http_send_async() copies it.
 */
typedef struct
{
  const char *method;
  GUri       *uri;
  GBytes     *body;
  const char *content_type;
  const char *prefer;
  gsize       max_answer_bytes;
  gint64      silence_us;
  gboolean   *is_sent;
} UpscaleHttpRequest;

UpscaleHttp *upscale_http_new (UpscaleClock *clock);
UpscaleHttp *upscale_http_new_for_socket (UpscaleClock *clock, GSocketAddress *address);
void         upscale_http_trust (UpscaleHttp *http, const char *fingerprints);
void upscale_http_add_header (UpscaleHttp *http, const char *name, const char *value);

void upscale_http_send_async (UpscaleHttp              *http,
                              const UpscaleHttpRequest *request,
                              GCancellable             *cancellable,
                              GAsyncReadyCallback       callback,
                              gpointer                  user_data);
UpscaleHttpAnswer       *
upscale_http_send_finish (UpscaleHttp *http, GAsyncResult *result, GError **error);
GUri *upscale_http_make_uri (GUri *base, const char *path, const char *query);

G_END_DECLS
