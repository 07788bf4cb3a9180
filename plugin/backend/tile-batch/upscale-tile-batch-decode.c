/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-batch-decode.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-json-blobs.h"
#include "upscale-json.h"
#include "upscale-text.h"

#define PROTOCOL 1
#define DOLLARS "USD"
#define MAX_TEXT_CHARS 500
#define MAX_WORD_CHARS 60
#define MAX_SIDE_PX 16384
#define MAX_CONCURRENCY 10000
#define MAX_MODELS 1000

static gboolean
refuse (GError **error, const char *format, const char *what)
{
  g_autofree char *tidy = upscale_text_tidy (what, MAX_WORD_CHARS);
  g_autofree char *sentence = g_strdup_printf (format, tidy);

  g_set_error_literal (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL, sentence);
  return FALSE;
}

static char *
dup_text (const char *text, const char *fallback)
{
  return upscale_text_tidy (text && *text ? text : fallback, MAX_TEXT_CHARS);
}

static gboolean
find_tile (const UpscaleBatch *batch, const char *id, guint *tile_index)
{
  guint64 index = 0;

  if (!id || !g_ascii_string_to_unsigned (id, 10, 0, G_MAXUINT, &index, NULL))
    return FALSE;
  for (guint i = 0; i < batch->tiles->len; i++)
    {
      const UpscaleTileMessage *message = batch->tiles->pdata[i];

      if (message->tile.index == index)
        {
          *tile_index = (guint) index;
          return TRUE;
        }
    }
  *tile_index = (guint) index;
  return batch->sent_before &&
         g_hash_table_contains (batch->sent_before, GUINT_TO_POINTER (*tile_index));
}

static void
decode_image (UpscaleJsonBlobs *blobs, JsonObject *object, UpscaleTileBatchResult *result)
{
  result->image =
      upscale_json_blobs_decode_base64 (blobs, upscale_json_get_member (object, "image"));
  if (!result->image)
    result->failure = g_strdup (_ ("it says it painted the tile, but sent no picture"));
}

static void
decode_caption (JsonObject *object, UpscaleTileBatchResult *result)
{
  const char *caption = upscale_json_get_string (object, "caption");

  if (caption)
    result->image = g_bytes_new (caption, strlen (caption));
  else
    result->failure = g_strdup (_ ("it says it described the tile, but sent no text"));
}

static gboolean
decode_result (UpscaleJsonBlobs       *blobs,
               JsonNode               *node,
               const UpscaleBatch     *batch,
               GHashTable             *seen,
               UpscaleTileBatchResult *result,
               GError                **error)
{
  JsonObject *object = upscale_json_read_object (node);
  const char *id = upscale_json_get_string (object, "id");

  if (!find_tile (batch, id, &result->tile_index))
    return refuse (error, _ ("it answered for a tile that it was not sent: '%s'"),
                   id ? id : "");
  if (!g_hash_table_add (seen, GUINT_TO_POINTER (result->tile_index)))
    return refuse (error, _ ("it answered twice for tile '%s'"), id);
  result->seconds = upscale_json_get_positive (object, "seconds");
  if (!upscale_json_get_boolean (object, "success", FALSE))
    result->failure =
        dup_text (upscale_json_get_string (object, "error"), _ ("it gave no reason"));
  else if (batch->gen_params->wants_captions)
    decode_caption (object, result);
  else
    decode_image (blobs, object, result);
  return TRUE;
}

static gboolean
decode_results (UpscaleJsonBlobs   *blobs,
                const UpscaleBatch *batch,
                GArray             *results,
                GError            **error)
{
  JsonArray *array =
      upscale_json_get_array (upscale_json_blobs_get_root (blobs), "results");
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint n = array ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n; i++)
    {
      UpscaleTileBatchResult result = { 0 };

      if (!decode_result (blobs, json_array_get_element (array, i), batch, seen, &result,
                          error))
        return FALSE;
      g_array_append_val (results, result);
    }
  return TRUE;
}

static gboolean
decode_status (JsonObject *object, UpscaleTileBatchAnswer *answer, GError **error)
{
  const char *status = upscale_json_get_string (object, "status");

  if (g_strcmp0 (status, "queued") == 0)
    answer->phase = UPSCALE_PHASE_QUEUED;
  else if (g_strcmp0 (status, "starting") == 0)
    answer->phase = UPSCALE_PHASE_STARTING;
  if (answer->phase != UPSCALE_PHASE_AT_WORK || g_strcmp0 (status, "running") == 0)
    return TRUE;
  answer->has_ended = TRUE;
  if (!status || g_str_equal (status, "completed"))
    return TRUE;
  if (!g_str_equal (status, "failed") && !g_str_equal (status, "cancelled"))
    return refuse (error,
                   _ ("it says the batch is '%s', an unknown status; update the plug-in "
                      "or the server"),
                   status);
  answer->is_cancelled = g_str_equal (status, "cancelled");
  answer->failure = dup_text (upscale_json_get_string (object, "error"), status);
  return TRUE;
}

/**
 * upscale_tile_batch_decode:
 * @body: JSON, as it came in
 * @batch: the batch that was sent
 * @error: return location for an error
 *
 * Reads an answer. Refuses the id of another batch, unknown tiles, and tiles that are
 * answered twice. Does not decode pictures. May be called from any thread.
 *
 * Returns: (transfer full): the answer, or %NULL with %UPSCALE_ERROR_PROTOCOL
 */
UpscaleTileBatchAnswer *
upscale_tile_batch_decode (GBytes *body, const UpscaleBatch *batch, GError **error)
{
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;
  JsonObject *object;
  const char *id;
  g_autoptr (UpscaleTileBatchAnswer) answer = NULL;

  g_return_val_if_fail (body && batch, NULL);

  blobs = upscale_json_blobs_new (body, error);
  if (!blobs)
    return NULL;
  object = upscale_json_blobs_get_root (blobs);
  id = upscale_json_get_string (object, "batch_id");
  if (g_strcmp0 (id, batch->id) != 0)
    {
      refuse (error, _ ("it answered for another batch: '%s'"), id ? id : "");
      return NULL;
    }
  answer = upscale_tile_batch_answer_new ();
  answer->n_processed = (guint) upscale_json_get_int (object, "tiles_processed", 0,
                                                      upscale_batch_count_tiles (batch));
  if (!decode_status (object, answer, error) ||
      !decode_results (blobs, batch, answer->results, error))
    return NULL;
  return g_steal_pointer (&answer);
}

typedef struct
{
  GBytes       *body;
  UpscaleBatch *batch;
} Decoding;

static void
decoding_free (Decoding *decoding)
{
  g_bytes_unref (decoding->body);
  upscale_batch_unref (decoding->batch);
  g_free (decoding);
}

static void
decode_in_thread (GTask        *task,
                  gpointer      source_object,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  Decoding               *decoding = task_data;
  GError                 *error = NULL;
  UpscaleTileBatchAnswer *answer =
      upscale_tile_batch_decode (decoding->body, decoding->batch, &error);

  if (answer)
    g_task_return_pointer (task, answer, (GDestroyNotify) upscale_tile_batch_answer_free);
  else
    g_task_return_error (task, error);
}

/**
 * upscale_tile_batch_decode_async:
 * @body: JSON, as it came in
 * @batch: the batch that was sent; the thread reads only its id and tiles
 * @callback: called on the caller's thread
 * @user_data: for @callback
 *
 * Runs upscale_tile_batch_decode() in a worker thread, since the pictures of a batch have
 * tens of megabytes.
 */
void
upscale_tile_batch_decode_async (GBytes             *body,
                                 UpscaleBatch       *batch,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  Decoding *decoding;

  g_return_if_fail (body && batch);

  task = g_task_new (NULL, NULL, callback, user_data);
  decoding = g_new (Decoding, 1);
  *decoding = (Decoding) { g_bytes_ref (body), upscale_batch_ref (batch) };
  g_task_set_task_data (task, decoding, (GDestroyNotify) decoding_free);
  g_task_run_in_thread (task, decode_in_thread);
}

/**
 * upscale_tile_batch_decode_finish:
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Returns: (transfer full): the answer, or %NULL with %UPSCALE_ERROR_PROTOCOL
 */
UpscaleTileBatchAnswer *
upscale_tile_batch_decode_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Returns %NULL for an empty list too: the endpoint does not list its names. */
static GStrv
dup_names (JsonObject *object, const char *member)
{
  JsonArray *array = upscale_json_get_array (object, member);

  return array && json_array_get_length (array) > 0 ? upscale_json_dup_names (array, NULL)
                                                    : NULL;
}

/* Each model has a list of its own, and most models of a service have the same samplers.
 */
static GStrv
dup_samplers (JsonObject *object)
{
  JsonArray *details = upscale_json_get_array (object, "model_details");
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  GStrv samplers;

  for (guint i = 0; details && i < json_array_get_length (details); i++)
    {
      JsonObject *model = upscale_json_read_object (json_array_get_element (details, i));
      g_auto (GStrv) names =
          upscale_json_dup_names (upscale_json_get_array (model, "samplers"), "name");

      if (names)
        g_strv_builder_addv (all, (const char **) names);
    }
  samplers = g_strv_builder_end (all);
  if (*samplers == NULL)
    g_clear_pointer (&samplers, g_strfreev);
  return samplers;
}

static GPtrArray *
dup_model_defaults (JsonObject *object)
{
  static const char *const members[UPSCALE_N_MODEL_VALUES] = {
    [UPSCALE_MODEL_STEPS] = "default_steps",
    [UPSCALE_MODEL_CFG_SCALE] = "default_cfg_scale",
    [UPSCALE_MODEL_NATIVE_PX] = "native_px",
  };
  JsonArray *details = upscale_json_get_array (object, "model_details");
  guint      n_models = details ? MIN (json_array_get_length (details), MAX_MODELS) : 0;
  GPtrArray *list =
      g_ptr_array_new_with_free_func ((GDestroyNotify) upscale_model_defaults_free);

  for (guint i = 0; i < n_models; i++)
    {
      JsonObject *model = upscale_json_read_object (json_array_get_element (details, i));
      const char *name = upscale_json_get_string (model, "name");
      UpscaleModelDefaults *defaults;

      if (!name)
        continue;
      defaults = upscale_model_defaults_new (name);
      for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
        defaults->values[which] =
            upscale_json_get_number (model, members[which], UPSCALE_MODEL_UNKNOWN);
      g_ptr_array_add (list, defaults);
    }
  if (list->len == 0)
    g_clear_pointer (&list, g_ptr_array_unref);
  return list;
}

/* Prices are compared in dollars, so a price in another currency counts as unknown. */
static double
get_price (JsonObject *object)
{
  const char *currency = upscale_json_get_string (object, "currency");

  return !currency || g_str_equal (currency, DOLLARS)
             ? upscale_json_get_positive (object, "price_per_hour")
             : 0.0;
}

/**
 * upscale_tile_batch_decode_health:
 * @body: JSON, as it came in
 * @error: return location for an error
 *
 * Reads the capabilities of an endpoint. Missing members get a safe default.
 *
 * Returns: (transfer full): the capabilities, or %NULL with %UPSCALE_ERROR_PROTOCOL
 */
UpscaleCapabilities *
upscale_tile_batch_decode_health (GBytes *body, GError **error)
{
  g_autoptr (UpscaleJsonBlobs) blobs = NULL;
  JsonObject          *object;
  const char          *identity;
  UpscaleCapabilities *capabilities;

  g_return_val_if_fail (body, NULL);

  blobs = upscale_json_blobs_new (body, error);
  if (!blobs)
    return NULL;
  object = upscale_json_blobs_get_root (blobs);
  identity = upscale_json_get_string (object, "identity");
  if (upscale_json_get_int (object, "protocol", 0, G_MAXINT) != PROTOCOL)
    {
      refuse (error,
              _ ("it does not speak protocol %s; update the plug-in or the endpoint"),
              "1");
      return NULL;
    }
  capabilities = upscale_capabilities_new (identity ? identity : "");
  capabilities->max_tiles =
      MAX (1, (int) upscale_json_get_int (object, "max_tiles", capabilities->max_tiles,
                                          G_MAXINT));
  capabilities->max_body_bytes =
      upscale_json_get_int (object, "max_body_bytes", 0, G_MAXINT64);
  capabilities->multiple_of =
      MAX (1, (int) upscale_json_get_int (object, "multiple_of",
                                          capabilities->multiple_of, MAX_SIDE_PX));
  capabilities->concurrency =
      MAX (1, (int) upscale_json_get_int (object, "concurrency", 1, MAX_CONCURRENCY));
  capabilities->n_queued =
      (int) upscale_json_get_int (object, "queue", 0, MAX_CONCURRENCY);
  capabilities->keeps_batches = TRUE;
  capabilities->resizes = upscale_json_get_boolean (object, "resizes", FALSE);
  capabilities->gives_captions = upscale_json_get_boolean (object, "captions", FALSE);
  capabilities->uses_prompt = upscale_json_get_boolean (object, "uses_prompt", TRUE);
  capabilities->models = dup_names (object, "models");
  capabilities->controlnets = dup_names (object, "controlnets");
  capabilities->loras = dup_names (object, "loras");
  capabilities->samplers = dup_samplers (object);
  capabilities->model_defaults = dup_model_defaults (object);
  capabilities->version = g_strdup (upscale_json_get_string (object, "version"));
  capabilities->about = dup_text (upscale_json_get_string (object, "about"), "");
  capabilities->autoscales = upscale_json_get_boolean (object, "autoscales", FALSE);
  capabilities->price_per_hour = get_price (object);
  return capabilities;
}
