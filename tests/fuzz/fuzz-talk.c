/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-talk.h"

#include <string.h>

#include "fuzz.h"
#include "upscale-endpoint-kind.h"
#include "upscale-tile-server-backend.h"

#define SEPARATOR '\x1e'
#define STATUS_CHARS 3
#define ADDRESS "http://127.0.0.1:1"
#define SIDE_PX 64
#define PICTURE "picture"

/* The answers that are still to be given. */
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

/* Goes on until nothing more is asked, something fails, or no answer is left. */
static gboolean
run (UpscaleRequestLoopFunc func, gpointer state, Answers *answers)
{
  UpscaleApiRequest next = { 0 };
  gboolean          goes_on = func (state, NULL, &next, NULL);

  while (goes_on && next.method && answers->n_left > 0)
    {
      g_autoptr (UpscaleHttpAnswer) answer = take_answer (answers);
      g_autoptr (GError) error = NULL;

      upscale_api_request_clear (&next);
      goes_on = func (state, answer, &next, &error);
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

static void
paint (const UpscaleTileServer *kind, gpointer facts, gboolean is_test, Answers *answers)
{
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params ();
  g_autoptr (UpscaleTileMessage) tile = make_tile ();
  g_autoptr (UpscaleTileRequest) talk =
      upscale_tile_request_new (kind, facts, gen_params, tile);

  talk->is_test = is_test;
  run (kind->paint, talk, answers);
  talk->stage = 0;
  if (talk->remote_id && kind->stop)
    run (kind->stop, talk, answers);
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
 * fuzz_talk:
 * @kind: a kind of server that paints one tile a call, the same in each call
 * @data: its answers, each after three digits of HTTP status, with the byte 0x1e between
 * @size: length of @data
 *
 * Has the server probed, a test tile and a tile painted, and the tile stopped, as far as
 * the answers reach.
 */
void
fuzz_talk (const char *kind, const guint8 *data, gsize size)
{
  static GOnce                    once = G_ONCE_INIT;
  const UpscaleTileServerAddress *address = upscale_tile_server_backend_get_address (
      g_once (&once, make_backend, (gpointer) kind));
  gpointer facts = upscale_facts_new (address);
  Answers  answers = { data, size };
  g_autoptr (UpscaleCapabilities) capabilities = NULL;

  if (run (address->kind->learn, facts, &answers))
    capabilities = address->kind->describe (facts, NULL);
  if (capabilities)
    {
      paint (address->kind, facts, TRUE, &answers);
      paint (address->kind, facts, FALSE, &answers);
    }
  upscale_facts_unref (address->kind, facts);
}
