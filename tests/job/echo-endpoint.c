/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "echo-endpoint.h"

#include <string.h>

#include "upscale-json-parse.h"
#include "upscale-json.h"
#include "upscale-png.h"
#include "upscale-tile-batch-backend.h"

#define MAX_SIDE_PX 16384

/* The sizes of one tile. */
typedef struct
{
  int width;
  int height;
  int target_width;
  int target_height;
} Sizes;

static Sizes
read_sizes (JsonObject *request, JsonObject *tile)
{
  return (Sizes) {
    (int) upscale_json_get_int (tile, "width", 0, MAX_SIDE_PX),
    (int) upscale_json_get_int (tile, "height", 0, MAX_SIDE_PX),
    (int) upscale_json_get_int (request, "target_width", 0, MAX_SIDE_PX),
    (int) upscale_json_get_int (request, "target_height", 0, MAX_SIDE_PX),
  };
}

static UpscalePixels *
read_image (JsonObject *tile, Sizes sizes)
{
  gsize   size = 0;
  guchar *data = g_base64_decode (upscale_json_get_string (tile, "image"), &size);
  g_autoptr (GBytes) file = g_bytes_new_take (data, size);

  return upscale_png_decode_sized (file, sizes.width, sizes.height, NULL);
}

static gboolean
is_allowed (const EchoEndpoint *endpoint, JsonObject *tile, Sizes sizes)
{
  int m = endpoint->multiple_of;
  g_autoptr (UpscalePixels) image = read_image (tile, sizes);

  if (!image || sizes.target_width < 1 || sizes.target_height < 1 ||
      sizes.width % m != 0 || sizes.height % m != 0 || sizes.target_width % m != 0 ||
      sizes.target_height % m != 0)
    return FALSE;
  return endpoint->resizes ||
         (sizes.width == sizes.target_width && sizes.height == sizes.target_height);
}

/* A tile that is to be described may have any size. */
static gboolean
check_described (EchoEndpoint *endpoint, JsonObject *tile)
{
  Sizes sizes = read_sizes (NULL, tile);
  g_autoptr (UpscalePixels) image = read_image (tile, sizes);

  return image && endpoint->caption;
}

/* Returns whether the contract allows the tile, and notes a tile of another size than the
 * first one. */
static gboolean
check_tile (EchoEndpoint *endpoint, JsonObject *request, JsonObject *tile)
{
  Sizes            sizes = read_sizes (request, tile);
  g_autofree char *text = g_strdup_printf ("%dx%d to %dx%d px", sizes.width, sizes.height,
                                           sizes.target_width, sizes.target_height);
  gboolean         is_allowed_here = is_allowed (endpoint, tile, sizes);

  if (!endpoint->sizes)
    endpoint->sizes = g_strdup (text);
  if (!endpoint->violation && (!is_allowed_here || !g_str_equal (endpoint->sizes, text)))
    endpoint->violation = g_steal_pointer (&text);
  return is_allowed_here;
}

static GBytes *
paint (JsonObject *request, JsonObject *tile, gboolean is_turned)
{
  Sizes sizes = read_sizes (request, tile);
  g_autoptr (UpscalePixels) from = read_image (tile, sizes);
  g_autoptr (UpscalePixels) to =
      upscale_pixels_new (sizes.target_width, sizes.target_height);

  for (int y = 0; y < to->height_px; y++)
    for (int x = 0; x < to->width_px; x++)
      {
        int row =
            (is_turned ? to->height_px - 1 - y : y) * from->height_px / to->height_px;

        memcpy (to->data + (y * to->width_px + x) * UPSCALE_PIXELS_CHANNELS,
                from->data + (row * from->width_px + x * from->width_px / to->width_px) *
                                 UPSCALE_PIXELS_CHANNELS,
                UPSCALE_PIXELS_CHANNELS);
      }
  return upscale_png_encode (to, 0, NULL);
}

/* Joins the texts as the contract says. */
static char *
join (JsonObject *request, const char *common, JsonObject *tile, const char *own)
{
  const char *first = upscale_json_get_string (request, common);
  const char *second = upscale_json_get_string (tile, own);

  if (!second || *second == '\0')
    return g_strdup (first);
  return *first ? g_strconcat (first, ", ", second, NULL) : g_strdup (second);
}

static void
note (EchoEndpoint *endpoint, JsonObject *request, JsonObject *tile)
{
  g_autofree char *prompt = join (request, "global_prompt", tile, "prompt");
  g_autofree char *negative_prompt =
      join (request, "negative_prompt", tile, "negative_prompt");
  JsonObject *gen_params = upscale_json_get_object (request, "gen_params");

  g_ptr_array_add (endpoint->notes,
                   g_strdup_printf ("%s | %s | %s | %.3f",
                                    upscale_json_get_string (tile, "id"), prompt,
                                    negative_prompt,
                                    upscale_json_get_positive (gen_params, "strength")));
}

static void
add_caption (JsonBuilder *builder, const EchoEndpoint *endpoint, const char *id)
{
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "id", id);
  upscale_json_add_boolean (builder, "success", g_strcmp0 (id, endpoint->failing_tile));
  upscale_json_add_string (builder, "caption", endpoint->caption);
  json_builder_end_object (builder);
}

static void
add_result (JsonBuilder  *builder,
            EchoEndpoint *endpoint,
            JsonObject   *request,
            guint         index)
{
  JsonArray  *tiles = upscale_json_get_array (request, "tiles");
  JsonObject *tile = upscale_json_read_object (upscale_json_get_element (tiles, index));
  Sizes       sizes = read_sizes (request, tile);
  const char *id = upscale_json_get_string (tile, "id");
  gboolean    fails = g_strcmp0 (id, endpoint->failing_tile) == 0;
  gboolean    is_turned = g_strcmp0 (id, endpoint->turned_tile) == 0;
  g_autoptr (GBytes) image = NULL;

  endpoint->n_tiles++;
  if (upscale_json_get_boolean (request, "caption", FALSE))
    {
      add_caption (builder, endpoint, id);
      return;
    }
  image = paint (request, tile, is_turned);
  note (endpoint, request, tile);
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "id", id);
  upscale_json_add_boolean (builder, "success", !fails);
  if (fails)
    upscale_json_add_string (builder, "error", "made to fail");
  else
    upscale_json_add_base64 (builder, "image", image);
  upscale_json_add_int (builder, "width", sizes.target_width);
  upscale_json_add_int (builder, "height", sizes.target_height);
  json_builder_end_object (builder);
}

static void
answer (SoupServerMessage *message, guint status, GBytes *body)
{
  gsize       size = 0;
  const char *data = g_bytes_get_data (body, &size);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, data,
                                    size);
}

static void
answer_health (EchoEndpoint *endpoint, SoupServerMessage *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GBytes) body = NULL;

  json_builder_begin_object (builder);
  upscale_json_add_int (builder, "protocol", 1);
  upscale_json_add_string (builder, "identity", endpoint->resizes ? "blocks" : "echo");
  upscale_json_add_int (builder, "multiple_of", endpoint->multiple_of);
  upscale_json_add_boolean (builder, "resizes", endpoint->resizes);
  upscale_json_add_boolean (builder, "captions", endpoint->caption != NULL);
  body = upscale_json_end (builder);
  answer (message, SOUP_STATUS_OK, body);
}

static gboolean
check_tiles (EchoEndpoint *endpoint, JsonObject *request)
{
  JsonArray *tiles = upscale_json_get_array (request, "tiles");
  gboolean   is_described = upscale_json_get_boolean (request, "caption", FALSE);
  gboolean   is_good = TRUE;

  for (guint i = 0; i < json_array_get_length (tiles); i++)
    {
      JsonObject *tile = upscale_json_read_object (upscale_json_get_element (tiles, i));

      if (!(is_described ? check_described (endpoint, tile)
                         : check_tile (endpoint, request, tile)))
        is_good = FALSE;
    }
  return is_good;
}

static GBytes *
paint_batch (EchoEndpoint *endpoint, JsonObject *request)
{
  guint n_tiles = json_array_get_length (upscale_json_get_array (request, "tiles"));
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "batch_id",
                           upscale_json_get_string (request, "batch_id"));
  upscale_json_add_string (builder, "status", "completed");
  upscale_json_add_boolean (builder, "success", TRUE);
  upscale_json_add_int (builder, "tiles_processed", n_tiles);
  upscale_json_begin_array (builder, "results");
  for (guint i = 0; i < n_tiles; i++)
    add_result (builder, endpoint, request, i);
  json_builder_end_array (builder);
  return upscale_json_end (builder);
}

static void
take_batch (EchoEndpoint *endpoint, SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) text = soup_message_body_flatten (body);
  g_autoptr (JsonObject) request = upscale_json_parse_object (text, NULL);
  GBytes *body_of_answer;

  if (!check_tiles (endpoint, request))
    {
      soup_server_message_set_status (message, SOUP_STATUS_UNPROCESSABLE_ENTITY, NULL);
      return;
    }
  body_of_answer = paint_batch (endpoint, request);
  g_hash_table_replace (endpoint->answers,
                        g_strdup (upscale_json_get_string (request, "batch_id")),
                        body_of_answer);
  answer (message, SOUP_STATUS_OK, body_of_answer);
}

static void
on_request (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  EchoEndpoint *endpoint = user_data;
  GBytes       *known = g_hash_table_lookup (endpoint->answers, strrchr (path, '/') + 1);

  if (g_str_has_suffix (path, "/health"))
    answer_health (endpoint, message);
  else if (soup_server_message_get_method (message) == SOUP_METHOD_PUT)
    take_batch (endpoint, message);
  else if (known)
    answer (message, SOUP_STATUS_OK, known);
  else
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

/**
 * echo_endpoint_new:
 * @multiple_of: the number of which each side must be a multiple
 * @resizes: %TRUE to take tiles that are smaller than the target
 *
 * Returns: (transfer full): an endpoint that listens on a loopback port
 */
EchoEndpoint *
echo_endpoint_new (int multiple_of, gboolean resizes)
{
  EchoEndpoint *endpoint = g_new0 (EchoEndpoint, 1);
  g_autoptr (GError) error = NULL;

  endpoint->multiple_of = multiple_of;
  endpoint->resizes = resizes;
  endpoint->notes = g_ptr_array_new_with_free_func (g_free);
  endpoint->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify) g_bytes_unref);
  endpoint->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (endpoint->server, NULL, on_request, endpoint, NULL);
  soup_server_listen_local (endpoint->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  return endpoint;
}

/**
 * echo_endpoint_free:
 * @endpoint: (transfer full): an endpoint
 */
void
echo_endpoint_free (EchoEndpoint *endpoint)
{
  soup_server_disconnect (endpoint->server);
  g_object_unref (endpoint->server);
  g_hash_table_unref (endpoint->answers);
  g_ptr_array_unref (endpoint->notes);
  g_free (endpoint->sizes);
  g_free (endpoint->violation);
  g_free (endpoint);
}

/**
 * echo_endpoint_make_backend:
 * @endpoint: an endpoint
 * @clock: the clock of the backend
 *
 * Returns: (transfer full): the backend for @endpoint
 */
UpscaleBackend *
echo_endpoint_make_backend (EchoEndpoint *endpoint, UpscaleClock *clock)
{
  GSList *uris = soup_server_get_uris (endpoint->server);
  g_autoptr (UpscaleHttp) http = upscale_http_new (clock);
  UpscaleTileBatchBackend *backend =
      upscale_tile_batch_backend_new (uris->data, http, clock, NULL);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return UPSCALE_BACKEND (backend);
}
