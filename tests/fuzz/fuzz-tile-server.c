/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-tile-server.h"

#include <string.h>

#include "fuzz.h"
#include "upscale-endpoint-kind.h"
#include "upscale-tile-server-backend.h"

#define SEPARATOR '\x1e'
#define STATUS_CHARS 3
#define ADDRESS "http://127.0.0.1:1"
#define SIDE_PX 64
#define PICTURE "picture"

/* The answers that are left. */
typedef struct
{
  const guint8 *data;
  gsize         n_left;
} Answers;

/* Cuts off the next answer: three digits of status, then the body. */
static UpscaleHttpAnswer *
take_answer (Answers *answers)
{
  const guint8      *end = memchr (answers->data, SEPARATOR, answers->n_left);
  gsize              size = end ? (gsize) (end - answers->data) : answers->n_left;
  gsize              head = MIN (size, STATUS_CHARS);
  g_autofree char   *status = g_strndup ((const char *) answers->data, head);
  UpscaleHttpAnswer *answer = g_new0 (UpscaleHttpAnswer, 1);

  answer->status = (guint) g_ascii_strtoull (status, NULL, 10);
  answer->body = fuzz_copy (answers->data + head, size - head);
  answers->data += end ? size + 1 : size;
  answers->n_left -= end ? size + 1 : size;
  return answer;
}

typedef gboolean (*BuildNext) (gpointer                 state,
                               const UpscaleHttpAnswer *answer,
                               UpscaleApiRequest       *next,
                               GError                 **error);

/* Goes on until no request follows, a step fails, or no answer is left. */
static gboolean
run (BuildNext build_next, gpointer state, Answers *answers)
{
  UpscaleApiRequest next = { 0 };
  gboolean          goes_on = build_next (state, NULL, &next, NULL);

  while (goes_on && next.method && answers->n_left > 0)
    {
      g_autoptr (UpscaleHttpAnswer) answer = take_answer (answers);
      g_autoptr (GError) error = NULL;

      upscale_api_request_clear (&next);
      goes_on = build_next (state, answer, &next, &error);
      g_assert_true (goes_on == (error == NULL));
    }
  upscale_api_request_clear (&next);
  return goes_on;
}

static UpscaleGenParams *
make_gen_params (void)
{
  UpscaleGenParams *gen_params = upscale_gen_params_new ();

  upscale_gen_params_add_lora (gen_params, "detail", 0.5);
  gen_params->controlnet_enabled = TRUE;
  gen_params->ip_adapter_image = g_bytes_new_static (PICTURE, strlen (PICTURE));
  return gen_params;
}

static UpscaleTileMessage *
make_tile (void)
{
  UpscaleTile         tile = { 0, 0, 0, { 0, 0, SIDE_PX, SIDE_PX } };
  UpscaleTileMessage *message = upscale_tile_message_new (&tile);

  message->image = g_bytes_new_static (PICTURE, strlen (PICTURE));
  message->width_px = message->target_width_px = SIDE_PX;
  message->height_px = message->target_height_px = SIDE_PX;
  message->key = g_strdup ("key");
  return message;
}

/* The three kinds of state have functions of one shape. */
typedef struct
{
  const UpscaleTileServer *server;
  UpscaleTileServerInfo   *info;
  UpscaleTileServerTile   *tile;
  UpscaleTileServerCancel *cancel;
} Exchange;

static gboolean
discover (gpointer                 state,
          const UpscaleHttpAnswer *answer,
          UpscaleApiRequest       *next,
          GError                 **error)
{
  Exchange *exchange = state;

  return exchange->server->discover (exchange->info, answer, next, error);
}

static gboolean
build_next_of_tile (gpointer                 state,
                    const UpscaleHttpAnswer *answer,
                    UpscaleApiRequest       *next,
                    GError                 **error)
{
  Exchange *exchange = state;

  return exchange->server->tile_build_next (exchange->tile, answer, next, error);
}

static gboolean
build_next_of_cancel (gpointer                 state,
                      const UpscaleHttpAnswer *answer,
                      UpscaleApiRequest       *next,
                      GError                 **error)
{
  Exchange *exchange = state;

  return exchange->server->cancel_build_next (exchange->cancel, answer, next, error);
}

static void
paint (Exchange *exchange, gboolean is_probe, Answers *answers)
{
  const UpscaleTileServer *server = exchange->server;
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params ();
  g_autoptr (UpscaleTileMessage) tile = make_tile ();
  g_autoptr (UpscaleTileRequest) request =
      is_probe ? upscale_tile_request_new_probe (gen_params, tile)
               : upscale_tile_request_new (gen_params, tile);
  UpscaleTileReply reply = { 0 };

  exchange->tile = server->tile_new (exchange->info, request, &reply);
  run (build_next_of_tile, exchange, answers);
  server->tile_free (exchange->tile);
  if (reply.remote_id)
    {
      exchange->cancel = server->cancel_new (exchange->info, reply.remote_id);
      run (build_next_of_cancel, exchange, answers);
      server->cancel_free (exchange->cancel);
    }
  if (!is_probe && server->refine)
    {
      g_autoptr (UpscaleCapabilities) capabilities = upscale_capabilities_new ("fuzz");

      server->refine (exchange->info, capabilities);
    }
  upscale_tile_reply_clear (&reply);
}

static gpointer
make_backend (gpointer kind)
{
  g_autofree char *address = g_strconcat ((const char *) kind, "+" ADDRESS, NULL);
  const char      *rest = address;
  const UpscaleEndpointKind *found = upscale_endpoint_kind_split (&rest);
  g_autoptr (GUri) base = g_uri_parse (rest, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (UpscaleClock) clock = upscale_clock_new ();
  g_autoptr (UpscaleHttp) http = upscale_http_new (clock);

  return found->make (base, http, clock);
}

/**
 * fuzz_tile_server:
 * @kind: a kind of server that paints one tile a request, the same in each call
 * @data: its answers, each after three digits of HTTP status, with the byte 0x1e between
 * @size: length of @data
 *
 * Has the server probed, a small tile and a tile painted, and each cancelled, as far as
 * the answers reach.
 */
void
fuzz_tile_server (const char *kind, const guint8 *data, gsize size)
{
  static GOnce                    once = G_ONCE_INIT;
  const UpscaleTileServerAddress *address = upscale_tile_server_backend_get_address (
      g_once (&once, make_backend, (gpointer) kind));
  Exchange exchange = { .server = address->server,
                        .info = upscale_tile_server_info_new (address) };
  Answers  answers = { data, size };
  g_autoptr (UpscaleCapabilities) capabilities = NULL;

  if (run (discover, &exchange, &answers))
    capabilities = address->server->describe (exchange.info, NULL);
  if (capabilities)
    {
      paint (&exchange, TRUE, &answers);
      paint (&exchange, FALSE, &answers);
    }
  upscale_tile_server_info_unref (address->server, exchange.info);
}
