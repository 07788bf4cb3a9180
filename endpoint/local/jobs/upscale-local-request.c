/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-request.h"

#include "upscale-local-json.h"
#include "upscale-local-problem.h"

#define PROTOCOL 1
#define MAX_SIDE_PX 16384
#define DEFAULT_LEASE_S 120
#define MAX_LEASE_S 3600
#define MAX_ID_CHARS 200
/* Incompressible RGB, as PNG in base64. */
#define BYTES_A_TARGET_PIXEL 4

#define BAD_REQUEST 400
#define CONTENT_TOO_LARGE 413
#define UNPROCESSABLE 422

static gboolean
refuse (GError **error, int status, const char *field, const char *rule)
{
  upscale_local_problem_set (error, status, "'%s' %s", field, rule);
  return FALSE;
}

static gboolean
read_string (JsonObject *object, const char *name, const char **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (!node || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return refuse (error, UNPROCESSABLE, name, "must be a string");
  *value = json_node_get_string (node);
  return TRUE;
}

/* An optional member that is missing or null leaves @value unchanged. */
static gboolean
read_int (JsonObject *object,
          const char *name,
          gint64      lowest,
          gint64      highest,
          gboolean    is_optional,
          gint64     *value,
          GError    **error)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64    number;

  if (is_optional && (!node || JSON_NODE_HOLDS_NULL (node)))
    return TRUE;
  if (!node || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return refuse (error, UNPROCESSABLE, name, "must be a whole number");
  number = json_node_get_int (node);
  if (number < lowest || number > highest)
    {
      upscale_local_problem_set (error, UNPROCESSABLE,
                                 "'%s' must lie between %" G_GINT64_FORMAT
                                 " and %" G_GINT64_FORMAT,
                                 name, lowest, highest);
      return FALSE;
    }
  *value = number;
  return TRUE;
}

static gboolean
read_size (JsonObject *object,
           const char *name,
           gboolean    is_optional,
           int        *value,
           GError    **error)
{
  gint64 number = 0;

  if (!read_int (object, name, 1, MAX_SIDE_PX, is_optional, &number, error))
    return FALSE;
  *value = (int) number;
  return TRUE;
}

static gboolean
is_plain_id (const char *id)
{
  if (*id == '\0' || !g_utf8_validate (id, -1, NULL) ||
      g_utf8_strlen (id, -1) > MAX_ID_CHARS)
    return FALSE;
  for (; *id; id++)
    if (g_ascii_iscntrl (*id))
      return FALSE;
  return TRUE;
}

static gboolean
read_tile (UpscaleLocalJson        *json,
           JsonNode                *node,
           UpscaleLocalRequestTile *tile,
           GError                 **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *id = NULL;
  const char *image = NULL;

  if (!object)
    return refuse (error, UNPROCESSABLE, "tiles", "must hold objects");
  if (!read_string (object, "id", &id, error) ||
      !read_string (object, "image", &image, error) ||
      !read_size (object, "width", FALSE, &tile->width_px, error) ||
      !read_size (object, "height", FALSE, &tile->height_px, error) ||
      !read_int (object, "seed", 0, (G_GINT64_CONSTANT (1) << 53) - 1, TRUE, &tile->seed,
                 error))
    return FALSE;
  if (!is_plain_id (id))
    return refuse (error, UNPROCESSABLE, "id",
                   "must hold 1 to 200 characters, none of them a control character");
  tile->id = g_strdup (id);
  tile->image = upscale_local_json_take_base64 (json, image);
  return TRUE;
}

static void
tile_clear (gpointer data)
{
  UpscaleLocalRequestTile *tile = data;

  g_free (tile->id);
  g_clear_pointer (&tile->image, g_bytes_unref);
}

static gboolean
append_tile (UpscaleLocalRequest *request,
             UpscaleLocalJson    *json,
             GHashTable          *ids,
             JsonNode            *node,
             GError             **error)
{
  UpscaleLocalRequestTile tile = { 0 };

  if (!read_tile (json, node, &tile, error))
    return FALSE;
  g_array_append_val (request->tiles, tile);
  if (!g_hash_table_add (ids, tile.id))
    return refuse (error, UNPROCESSABLE, "id", "must differ from tile to tile");
  return TRUE;
}

static gboolean
read_tiles (UpscaleLocalJson    *json,
            UpscaleLocalRequest *request,
            int                  max_tiles,
            GError             **error)
{
  JsonNode  *node = json_object_get_member (json->root, "tiles");
  JsonArray *array =
      node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array ? json_array_get_length (array) : 0;
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  if (n == 0)
    return refuse (error, UNPROCESSABLE, "tiles", "must hold at least one tile");
  if (n > (guint) max_tiles)
    {
      upscale_local_problem_set (error, CONTENT_TOO_LARGE,
                                 "the batch holds %u tiles; send at most %d at once", n,
                                 max_tiles);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    if (!append_tile (request, json, ids, json_array_get_element (array, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
check_protocol (JsonObject *object, GError **error)
{
  gint64 protocol = 0;

  if (!read_int (object, "protocol", 0, G_MAXINT, FALSE, &protocol, error))
    return FALSE;
  if (protocol == PROTOCOL)
    return TRUE;
  upscale_local_problem_set (error, BAD_REQUEST,
                             "protocol %" G_GINT64_FORMAT
                             " is not spoken here; this endpoint speaks %d",
                             protocol, PROTOCOL);
  return FALSE;
}

static gboolean
read_model (JsonObject *object, UpscaleLocalRequest *request, GError **error)
{
  JsonNode   *node = json_object_get_member (object, "model_config");
  JsonObject *config =
      node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *name = "";

  if (config && json_object_has_member (config, "base_model") &&
      !read_string (config, "base_model", &name, error))
    return FALSE;
  request->model = g_strdup (name);
  return TRUE;
}

static gboolean
read_members (UpscaleLocalJson    *json,
              UpscaleLocalRequest *request,
              int                  max_tiles,
              GError             **error)
{
  JsonObject *object = json->root;
  const char *id = NULL;
  gint64      lease_s = DEFAULT_LEASE_S;

  if (!check_protocol (object, error) || !read_string (object, "batch_id", &id, error))
    return FALSE;
  if (!is_plain_id (id))
    return refuse (error, UNPROCESSABLE, "batch_id",
                   "must hold 1 to 200 characters, none of them a control character");
  request->batch_id = g_strdup (id);
  if (!read_model (object, request, error) ||
      !read_size (object, "target_width", TRUE, &request->target_width_px, error) ||
      !read_size (object, "target_height", TRUE, &request->target_height_px, error) ||
      !read_int (object, "lease_s", 1, MAX_LEASE_S, TRUE, &lease_s, error))
    return FALSE;
  request->lease_s = (int) lease_s;
  return read_tiles (json, request, max_tiles, error);
}

/**
 * upscale_local_request_parse:
 * @body: JSON, not trusted
 * @max_tiles: the most tiles of a request
 * @error: return location for an error
 *
 * Reads a request without decoding its images: a broken image fails its tile, not the
 * batch. May be called from any thread.
 *
 * Returns: (transfer full): the request, or %NULL with a problem that names the field
 */
UpscaleLocalRequest *
upscale_local_request_parse (GBytes *body, int max_tiles, GError **error)
{
  g_autoptr (UpscaleLocalRequest) request = NULL;
  g_auto (UpscaleLocalJson) json = { NULL, NULL };

  g_return_val_if_fail (body != NULL, NULL);

  if (!upscale_local_json_parse (&json, body, error))
    return NULL;
  request = g_atomic_rc_box_new0 (UpscaleLocalRequest);
  request->tiles = g_array_new (FALSE, FALSE, sizeof (UpscaleLocalRequestTile));
  g_array_set_clear_func (request->tiles, tile_clear);
  request->checksum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body);
  if (!read_members (&json, request, max_tiles, error))
    return NULL;
  return g_steal_pointer (&request);
}

/**
 * upscale_local_request_get_tile_bytes:
 * @request: a request
 * @tile: the index of a tile
 *
 * Returns: the most memory of the tile's file and result together
 */
gsize
upscale_local_request_get_tile_bytes (const UpscaleLocalRequest *request, guint tile)
{
  const UpscaleLocalRequestTile *what;
  gsize                          width_px;
  gsize                          height_px;

  g_return_val_if_fail (request != NULL && tile < request->tiles->len, 0);

  what = &g_array_index (request->tiles, UpscaleLocalRequestTile, tile);
  width_px = request->target_width_px ? request->target_width_px : what->width_px;
  height_px = request->target_height_px ? request->target_height_px : what->height_px;
  return g_bytes_get_size (what->image) + width_px * height_px * BYTES_A_TARGET_PIXEL;
}

/**
 * upscale_local_request_get_bytes:
 * @request: a request
 *
 * Returns: the most memory of the files and results of all tiles together
 */
gsize
upscale_local_request_get_bytes (const UpscaleLocalRequest *request)
{
  gsize bytes = 0;

  g_return_val_if_fail (request != NULL, 0);

  for (guint i = 0; i < request->tiles->len; i++)
    bytes += upscale_local_request_get_tile_bytes (request, i);
  return bytes;
}

/**
 * upscale_local_request_ref:
 * @request: a request
 *
 * Returns: (transfer full): @request
 */
UpscaleLocalRequest *
upscale_local_request_ref (UpscaleLocalRequest *request)
{
  g_return_val_if_fail (request != NULL, NULL);

  return g_atomic_rc_box_acquire (request);
}

static void
free_members (gpointer data)
{
  UpscaleLocalRequest *request = data;

  g_free (request->batch_id);
  g_free (request->model);
  g_free (request->checksum);
  g_array_unref (request->tiles);
}

/**
 * upscale_local_request_unref:
 * @request: (transfer full): a request
 *
 * Drops a reference.
 */
void
upscale_local_request_unref (UpscaleLocalRequest *request)
{
  g_return_if_fail (request != NULL);

  g_atomic_rc_box_release_full (request, free_members);
}
