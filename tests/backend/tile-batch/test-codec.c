/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-tile-batch-decode.h"
#include "upscale-tile-batch-encode.h"

static UpscaleBatch *
make_batch (UpscaleGenParams *gen_params, guint n_tiles)
{
  UpscaleBatch *batch = upscale_batch_new (gen_params);

  for (guint i = 0; i < n_tiles; i++)
    {
      UpscaleTile         tile = { i + 3, 0, (int) i, { (int) i * 64, 0, 64, 64 } };
      UpscaleTileMessage *message = upscale_tile_message_new (&tile);

      message->image = g_bytes_new ("\x89PNG", 4);
      message->width_px = message->height_px = 64;
      message->target_width_px = message->target_height_px = 128;
      message->picture_width_px = message->picture_height_px = n_tiles > 1 ? 1024 : 0;
      message->seed = upscale_gen_params_derive_tile_seed (0, i);
      g_ptr_array_add (batch->tiles, message);
    }
  g_free (batch->id);
  batch->id = g_strdup ("b");
  return batch;
}

static UpscaleGenParams *
make_gen_params (gboolean is_full)
{
  UpscaleGenParams *gen_params = upscale_gen_params_new ();

  gen_params->strength = 0.3;
  gen_params->steps = 30;
  gen_params->cfg_scale = 6.5;
  if (!is_full)
    return gen_params;
  g_free (gen_params->prompt);
  gen_params->prompt =
      g_strdup ("a \"quoted\" \\ prompt\nwith \xc3\xa4 and \xe6\xbc\xa2");
  gen_params->controlnet_enabled = TRUE;
  gen_params->conditioning_scale = 0.6;
  gen_params->ip_adapter_image = g_bytes_new ("picture", 7);
  gen_params->ip_adapter_scale = 0.6;
  g_set_str (&gen_params->sampler, "dpm++ 2m");
  g_set_str (&gen_params->scheduler, "karras");
  upscale_gen_params_add_lora (gen_params, "detail", 0.5);
  return gen_params;
}

static void
write_request (const char *name, const UpscaleBatch *batch)
{
  const char      *folder = g_getenv ("UPSCALE_WRITE_REQUESTS");
  g_autofree char *path =
      g_build_filename (folder ? folder : g_get_tmp_dir (), name, NULL);
  g_autoptr (GBytes) body = upscale_tile_batch_encode (batch, 120);

  g_assert_cmpuint (g_bytes_get_size (body), >, 100);
  if (folder)
    g_assert_true (g_file_set_contents (path, g_bytes_get_data (body, NULL),
                                        (gssize) g_bytes_get_size (body), NULL));
}

static void
test_requests_are_written (void)
{
  g_autoptr (UpscaleGenParams) plain = make_gen_params (FALSE);
  g_autoptr (UpscaleGenParams) full = make_gen_params (TRUE);
  g_autoptr (UpscaleBatch) small = make_batch (plain, 1);
  g_autoptr (UpscaleBatch) rich = make_batch (full, 1);
  g_autoptr (UpscaleBatch) large = make_batch (full, 9);
  g_autoptr (UpscaleGenParams) plain_captions = make_gen_params (FALSE);
  g_autoptr (UpscaleBatch) captions = make_batch (plain_captions, 2);

  plain_captions->wants_captions = TRUE;
  write_request ("captions.json", captions);
  write_request ("small.json", small);
  write_request ("rich.json", rich);
  write_request ("large.json", large);
}

static char *
encode (const UpscaleBatch *batch)
{
  g_autoptr (GBytes) body = upscale_tile_batch_encode (batch, 120);

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

/* The place is that of the sent picture, which may begin before the tile. */
static void
test_place_in_the_picture_is_sent_if_known (void)
{
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (FALSE);
  g_autoptr (UpscaleBatch) batch = make_batch (gen_params, 1);
  UpscaleTileMessage *message = batch->tiles->pdata[0];
  g_autofree char    *apart = encode (batch);
  g_autofree char    *placed = NULL;

  message->target_x_px = 640;
  message->target_y_px = 1920;
  message->picture_width_px = 4000;
  message->picture_height_px = 3000;
  placed = encode (batch);
  g_assert_null (strstr (apart, "picture_width"));
  g_assert_nonnull (strstr (placed, "\"x\":640,\"y\":1920,"));
  g_assert_nonnull (strstr (placed, "\"picture_width\":4000,\"picture_height\":3000,"));
}

static void
test_captions_are_asked_for_without_the_users_texts (void)
{
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (TRUE);
  g_autoptr (UpscaleBatch) batch = make_batch (gen_params, 2);
  g_autofree char *painted = encode (batch);
  g_autofree char *described = NULL;

  gen_params->wants_captions = TRUE;
  described = encode (batch);
  g_assert_null (strstr (painted, "\"caption\""));
  g_assert_nonnull (strstr (described, "\"caption\":true"));
  g_assert_nonnull (strstr (described, "\"model_config\":{},\"gen_params\":{}"));
  g_assert_null (strstr (described, "quoted"));
  g_assert_null (strstr (described, "detail"));
  g_assert_null (strstr (described, "target_width"));
}

/* GTK calls setlocale(). A decimal comma would be invalid JSON. */
static void
test_numbers_do_not_follow_the_locale (void)
{
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (FALSE);
  g_autoptr (UpscaleBatch) batch = make_batch (gen_params, 1);
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;

  if (!setlocale (LC_ALL, "de_DE.UTF-8"))
    {
      g_test_skip ("the locale de_DE.UTF-8 is not installed");
      return;
    }
  body = upscale_tile_batch_encode (batch, 120);
  setlocale (LC_ALL, "C");
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_nonnull (strstr (text, "\"cfg_scale\":6.5"));
}

typedef struct
{
  const char *name;
  const char *body;
  gboolean    is_good;
  gboolean    has_ended;
  guint       n_results;
} Row;

#define RESULT(id)                                                                       \
  "{\"id\":\"" id "\",\"success\":true,\"image\":\"eA==\",\"width\":1,\"height\":1}"
#define HEAD(status)                                                                     \
  "{\"batch_id\":\"b\",\"status\":\"" status                                             \
  "\",\"success\":true,\"tiles_processed\":1,\"results\":["

static const Row rows[] = {
  { .name = "running", .body = HEAD ("running") "]}", .is_good = TRUE },
  { .name = "queued", .body = HEAD ("queued") "]}", .is_good = TRUE },
  { .name = "completed",
    .body = HEAD ("completed") RESULT ("3") "]}",
    .is_good = TRUE,
    .has_ended = TRUE,
    .n_results = 1 },
  { .name = "two-results",
    .body = HEAD ("completed") RESULT ("3") "," RESULT ("4") "]}",
    .is_good = TRUE,
    .has_ended = TRUE,
    .n_results = 2 },
  { .name = "failed-tile",
    .body = HEAD ("completed") "{\"id\":\"3\",\"success\":false,\"error\":\"no\"}]}",
    .is_good = TRUE,
    .has_ended = TRUE,
    .n_results = 1 },
  { .name = "image-missing",
    .body = HEAD ("completed") "{\"id\":\"3\",\"success\":true}]}",
    .is_good = TRUE,
    .has_ended = TRUE,
    .n_results = 1 },
  { .name = "image-of-wrong-type",
    .body = HEAD ("completed") "{\"id\":\"3\",\"success\":true,\"image\":7}]}",
    .is_good = TRUE,
    .has_ended = TRUE,
    .n_results = 1 },
  { .name = "unknown-members",
    .body =
        "{\"batch_id\":\"b\",\"status\":\"running\",\"new\":{\"x\":[1]},\"results\":[]}",
    .is_good = TRUE },
  { .name = "no-results",
    .body = "{\"batch_id\":\"b\",\"status\":\"running\"}",
    .is_good = TRUE },
  { .name = "empty", .body = "" },
  { .name = "html", .body = "<html><body>502 Bad Gateway</body></html>" },
  { .name = "cut-off", .body = HEAD ("running") },
  { .name = "list", .body = "[]" },
  { .name = "null", .body = "null" },
  { .name = "other-batch",
    .body = "{\"batch_id\":\"c\",\"status\":\"running\",\"results\":[]}" },
  { .name = "no-batch", .body = "{\"status\":\"running\",\"results\":[]}" },
  { .name = "odd-status", .body = HEAD ("dancing") "]}" },
  { .name = "unknown-tile", .body = HEAD ("completed") RESULT ("99") "]}" },
  { .name = "tile-twice", .body = HEAD ("completed") RESULT ("3") "," RESULT ("3") "]}" },
  { .name = "result-is-no-object", .body = HEAD ("completed") "7]}" },
};

static void
test_answer (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (FALSE);
  g_autoptr (UpscaleBatch) batch = make_batch (gen_params, 2);
  g_autoptr (GBytes) body = g_bytes_new_static (row->body, strlen (row->body));
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleTileBatchAnswer) answer =
      upscale_tile_batch_decode (body, batch, &error);

  g_assert_cmpint (answer != NULL, ==, row->is_good);
  if (!row->is_good)
    {
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL);
      return;
    }
  g_assert_cmpint (answer->has_ended, ==, row->has_ended);
  g_assert_cmpuint (answer->results->len, ==, row->n_results);
  for (guint i = 0; i < answer->results->len; i++)
    {
      const UpscaleTileBatchResult *result =
          &g_array_index (answer->results, UpscaleTileBatchResult, i);

      g_assert_true ((result->image == NULL) == (result->failure != NULL));
    }
}

static char *
read_caption (const char *result)
{
  g_autofree char *text = g_strconcat (HEAD ("completed"), result, "]}", NULL);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (FALSE);
  g_autoptr (UpscaleBatch) batch = make_batch (gen_params, 2);
  g_autoptr (UpscaleTileBatchAnswer) answer = NULL;
  const UpscaleTileBatchResult *first;

  gen_params->wants_captions = TRUE;
  answer = upscale_tile_batch_decode (body, batch, NULL);
  g_assert_nonnull (answer);
  first = &g_array_index (answer->results, UpscaleTileBatchResult, 0);
  g_assert_true ((first->image == NULL) == (first->failure != NULL));
  return first->image ? g_strndup (g_bytes_get_data (first->image, NULL),
                                   g_bytes_get_size (first->image))
                      : NULL;
}

static void
test_captions_are_read (void)
{
  g_autofree char *told =
      read_caption ("{\"id\":\"3\",\"success\":true,\"caption\":\"a door\"}");
  g_autofree char *painted = read_caption (RESULT ("3"));
  g_autofree char *odd = read_caption ("{\"id\":\"3\",\"success\":true,\"caption\":[7]}");
  g_autofree char *failed =
      read_caption ("{\"id\":\"3\",\"success\":false,\"caption\":\"a door\"}");

  g_assert_cmpstr (told, ==, "a door");
  g_assert_null (painted);
  g_assert_null (odd);
  g_assert_null (failed);
}

static gboolean
read_gives_captions (const char *members)
{
  g_autofree char *text =
      g_strdup_printf ("{\"protocol\":1,\"identity\":\"m\"%s}", members);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (UpscaleCapabilities) can = upscale_tile_batch_decode_health (body, NULL);

  return can->gives_captions;
}

static void
test_health_tells_captions (void)
{
  g_assert_true (read_gives_captions (",\"captions\":true"));
  g_assert_false (read_gives_captions (",\"captions\":\"yes\""));
  g_assert_false (read_gives_captions (""));
}

/* Decodes random texts: each gives an answer or an error. The seed is fixed. */
static void
test_mutated_answers (void)
{
  const char *seed = HEAD ("completed") RESULT ("3") "," RESULT ("4") "]}";
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (FALSE);
  g_autoptr (UpscaleBatch) batch = make_batch (gen_params, 2);
  g_autoptr (GRand) random = g_rand_new_with_seed (11);

  for (int round = 0; round < 20000; round++)
    {
      gsize length = (gsize) g_rand_int_range (random, 1, (gint32) strlen (seed) + 1);
      g_autofree char *text = g_memdup2 (seed, length);
      g_autoptr (GBytes) body = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (UpscaleTileBatchAnswer) answer = NULL;

      for (int i = 0; i < 3; i++)
        text[g_rand_int_range (random, 0, (gint32) length)] =
            (char) g_rand_int_range (random, 1, 256);
      body = g_bytes_new (text, length);
      answer = upscale_tile_batch_decode (body, batch, &error);
      g_assert_true ((answer == NULL) == (error != NULL));
    }
}

static void
test_health_defaults (void)
{
  const char *text = "{\"protocol\":1,\"identity\":\"x\",\"max_tiles\":-3,\"multiple_"
                     "of\":\"8\",\"resizes\":1}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (UpscaleCapabilities) capabilities =
      upscale_tile_batch_decode_health (body, NULL);

  g_assert_cmpstr (capabilities->identity, ==, "x");
  g_assert_cmpint (capabilities->max_tiles, ==, 64);
  g_assert_cmpint (capabilities->multiple_of, ==, 64);
  g_assert_cmpint (capabilities->concurrency, ==, 1);
  g_assert_false (capabilities->resizes);
}

static double
read_price (const char *members)
{
  g_autofree char *text =
      g_strdup_printf ("{\"protocol\":1,\"identity\":\"m\"%s}", members);
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (UpscaleCapabilities) capabilities =
      upscale_tile_batch_decode_health (body, NULL);

  g_assert_nonnull (capabilities);
  return capabilities->price_per_hour;
}

static void
test_health_tells_the_price_in_dollars (void)
{
  g_assert_cmpfloat (read_price (""), ==, 0.0);
  g_assert_cmpfloat (read_price (",\"price_per_hour\":1.5"), ==, 1.5);
  g_assert_cmpfloat (read_price (",\"price_per_hour\":2,\"currency\":\"USD\""), ==, 2.0);
  g_assert_cmpfloat (read_price (",\"price_per_hour\":2,\"currency\":\"EUR\""), ==, 0.0);
  g_assert_cmpfloat (read_price (",\"price_per_hour\":-1"), ==, 0.0);
  g_assert_cmpfloat (read_price (",\"price_per_hour\":null"), ==, 0.0);
}

static void
test_health_tells_what_paints (void)
{
  const char *text = "{\"protocol\":1,\"about\":\"Paints with oil.\"}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (UpscaleCapabilities) capabilities =
      upscale_tile_batch_decode_health (body, NULL);

  g_assert_cmpstr (capabilities->about, ==, "Paints with oil.");
}

/* The schedule is a part of the sampler's name, as in the lists of the GPU service. */
static void
test_sampler_and_schedule_are_one_name (void)
{
  g_autoptr (UpscaleGenParams) gen_params = make_gen_params (TRUE);
  g_autoptr (UpscaleBatch) batch = make_batch (gen_params, 1);
  g_autoptr (GBytes) body = upscale_tile_batch_encode (batch, 120);
  g_autofree char *text =
      g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));

  g_assert_nonnull (strstr (text, "\"sampler\":\"dpm++ 2m karras\""));
}

static void
test_health_tells_the_samplers (void)
{
  const char *text =
      "{\"protocol\":1,\"models\":[\"a\",\"b\"],\"model_details\":["
      "{\"name\":\"a\",\"samplers\":[{\"name\":\"euler\",\"max_steps\":100}]},"
      "{\"name\":\"b\",\"samplers\":[{\"name\":\"lcm\",\"max_steps\":50}]}]}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (GBytes) bare = g_bytes_new_static ("{\"protocol\":1}", 14);
  g_autoptr (UpscaleCapabilities) can = upscale_tile_batch_decode_health (body, NULL);
  g_autoptr (UpscaleCapabilities) unknown = upscale_tile_batch_decode_health (bare, NULL);
  g_autofree char *samplers = g_strjoinv (",", can->samplers);

  g_assert_cmpstr (samplers, ==, "euler,lcm");
  g_assert_null (can->schedulers);
  g_assert_null (unknown->samplers);
}

/* A scale of 0 is a value: distilled models are painted without guidance. */
static void
test_health_tells_what_suits_the_models (void)
{
  const char *text =
      "{\"protocol\":1,\"models\":[\"a\",\"b\"],\"model_details\":["
      "{\"name\":\"a\",\"native_px\":1024,\"default_steps\":4,\"default_cfg_scale\":0.0},"
      "{\"name\":\"b\",\"default_steps\":\"many\"},{\"native_px\":512}]}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (UpscaleCapabilities) can = upscale_tile_batch_decode_health (body, NULL);
  const double expected[2][UPSCALE_N_MODEL_VALUES] = { { 4.0, 0.0, 1024.0 },
                                                       { -1.0, -1.0, -1.0 } };

  g_assert_cmpuint (can->model_defaults->len, ==, 2);
  for (guint i = 0; i < can->model_defaults->len; i++)
    {
      const UpscaleModelDefaults *defaults = can->model_defaults->pdata[i];

      g_assert_cmpstr (defaults->model, ==, can->models[i]);
      for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
        g_assert_cmpfloat (defaults->values[which], ==, expected[i][which]);
    }
}

static void
test_health_of_another_protocol_is_refused (void)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("{\"protocol\":2}", 14);
  g_autoptr (GError) error = NULL;

  g_assert_null (upscale_tile_batch_decode_health (body, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec/requests-are-written", test_requests_are_written);
  g_test_add_func ("/codec/place-in-the-picture-is-sent-if-known",
                   test_place_in_the_picture_is_sent_if_known);
  g_test_add_func ("/codec/numbers-do-not-follow-the-locale",
                   test_numbers_do_not_follow_the_locale);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/codec/answer/%s", rows[i].name);

      g_test_add_data_func (path, &rows[i], test_answer);
    }
  g_test_add_func ("/codec/captions-are-asked-for-without-the-users-texts",
                   test_captions_are_asked_for_without_the_users_texts);
  g_test_add_func ("/codec/captions-are-read", test_captions_are_read);
  g_test_add_func ("/codec/health-tells-captions", test_health_tells_captions);
  g_test_add_func ("/codec/mutated-answers", test_mutated_answers);
  g_test_add_func ("/codec/sampler-and-schedule-are-one-name",
                   test_sampler_and_schedule_are_one_name);
  g_test_add_func ("/codec/health-defaults", test_health_defaults);
  g_test_add_func ("/codec/health-tells-the-samplers", test_health_tells_the_samplers);
  g_test_add_func ("/codec/health-tells-what-suits-the-models",
                   test_health_tells_what_suits_the_models);
  g_test_add_func ("/codec/health-tells-the-price-in-dollars",
                   test_health_tells_the_price_in_dollars);
  g_test_add_func ("/codec/health-tells-what-paints", test_health_tells_what_paints);
  g_test_add_func ("/codec/health-of-another-protocol-is-refused",
                   test_health_of_another_protocol_is_refused);
  return g_test_run ();
}
