/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Has the server describe a tile. Its own model of captions (CLIP and BLIP) answers. */
#include "upscale-sdapi-caption.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-json-parse.h"
#include "upscale-json.h"

/* The server answers 200 with this at the end of the words so far when its model fails.
 */
#define FAILURE_MARK "<error>"

static GBytes *
make_request (const UpscaleSdapiTile *tile)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  upscale_json_add_base64 (builder, "image", tile->request->tile->image);
  return upscale_json_end (builder);
}

static void
read_caption (UpscaleSdapiTile *tile, GBytes *body)
{
  g_autoptr (JsonObject) root = upscale_json_parse_object (body, NULL);
  const char *caption = upscale_json_get_string (root, "caption");

  if (!caption)
    tile->reply->failure =
        g_error_new_literal (UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL,
                             _ ("it says it described the tile, but sent no text"));
  else if (g_str_has_suffix (caption, FAILURE_MARK))
    tile->reply->failure =
        g_error_new_literal (UPSCALE_ERROR, UPSCALE_ERROR_SERVER,
                             _ ("it could not describe the tile; its log says why"));
  else
    tile->reply->picture = g_bytes_new (caption, strlen (caption));
}

/**
 * upscale_sdapi_caption_build_next:
 * @tile: a tile that is to be described
 * @answer: (nullable): to the last request
 * @next: (out): the next request
 * @error: return location for an error
 *
 * Returns: %TRUE to go on, or %FALSE with an error that is not about the tile
 */
gboolean
upscale_sdapi_caption_build_next (UpscaleSdapiTile        *tile,
                                  const UpscaleHttpAnswer *answer,
                                  UpscaleApiRequest       *next,
                                  GError                 **error)
{
  g_return_val_if_fail (tile != NULL, FALSE);
  g_return_val_if_fail (next != NULL, FALSE);

  if (answer && !upscale_http_answer_check_status (answer, error))
    return FALSE;
  if (answer)
    {
      read_caption (tile, answer->body);
      return TRUE;
    }
  upscale_api_request_post (next, UPSCALE_SDAPI_CAPTION_ROUTE, make_request (tile));
  next->is_long = TRUE;
  return TRUE;
}
