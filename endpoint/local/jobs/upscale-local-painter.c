/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-painter.h"

#include "upscale-local-json.h"
#include "upscale-local-png.h"

static UpscaleLocalPicture *
enlarge (const UpscaleLocalRequest     *request,
         const UpscaleLocalRequestTile *tile,
         GError                       **error)
{
  g_autoptr (UpscaleLocalPicture) picture =
      upscale_local_png_decode (tile->image, tile->width_px, tile->height_px, error);

  if (!picture)
    return NULL;
  return request->engine->enlarge (
      request->engine, picture,
      request->target_width_px ? request->target_width_px : picture->width_px,
      request->target_height_px ? request->target_height_px : picture->height_px, error);
}

static void
add_picture (JsonBuilder *builder, const UpscaleLocalPicture *picture, GBytes *file)
{
  gsize            size = 0;
  const guint8    *data = g_bytes_get_data (file, &size);
  g_autofree char *text = g_base64_encode (data, size);

  upscale_local_json_add_int (builder, "width", picture->width_px);
  upscale_local_json_add_int (builder, "height", picture->height_px);
  upscale_local_json_add_string (builder, "image", text);
}

static GBytes *
to_json (const UpscaleLocalRequestTile *tile,
         const UpscaleLocalPicture     *picture,
         GBytes                        *file,
         double                         seconds,
         const GError                  *failure)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  char *text;

  json_builder_begin_object (builder);
  upscale_local_json_add_string (builder, "id", tile->id);
  upscale_local_json_add_boolean (builder, "success", failure == NULL);
  upscale_local_json_add_int (builder, "seed", tile->seed);
  json_builder_set_member_name (builder, "seconds");
  json_builder_add_double_value (builder, seconds);
  if (file)
    add_picture (builder, picture, file);
  else
    upscale_local_json_add_string (builder, "error", failure->message);
  text = upscale_local_json_end (builder);
  return g_bytes_new_take (text, strlen (text));
}

/**
 * upscale_local_painter_paint:
 * @request: a request
 * @tile: the index of the tile
 *
 * Paints one tile, from its file to its result in JSON, so that the main thread only
 * joins results. A tile that can't be painted has a result too. Called from worker
 * threads.
 *
 * Returns: (transfer full): the result as JSON
 */
GBytes *
upscale_local_painter_paint (const UpscaleLocalRequest *request, guint tile)
{
  const UpscaleLocalRequestTile *what;
  gint64                         started_us = g_get_monotonic_time ();
  g_autoptr (GError) failure = NULL;
  g_autoptr (UpscaleLocalPicture) picture = NULL;
  g_autoptr (GBytes) file = NULL;

  g_return_val_if_fail (request != NULL, NULL);
  g_return_val_if_fail (tile < request->tiles->len, NULL);

  what = &g_array_index (request->tiles, UpscaleLocalRequestTile, tile);
  picture = enlarge (request, what, &failure);
  file = picture ? upscale_local_png_encode (picture, &failure) : NULL;
  return to_json (what, picture, file,
                  (double) (g_get_monotonic_time () - started_us) / G_USEC_PER_SEC,
                  failure);
}
