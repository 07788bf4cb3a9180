/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a backend for tests in Python: reads commands as lines of JSON on standard input,
 * and writes events as lines of JSON on standard output. */
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "upscale-endpoint-kind.h"
#include "upscale-error.h"
#include "upscale-json.h"

/* Pauses between two requests are no longer than this, and limits of time are longer. */
#define LONGEST_PAUSE_US G_USEC_PER_SEC
#define HURRY 20

/* A clock whose pauses are short, while a busy machine has the whole time of a limit. */
G_DECLARE_FINAL_TYPE (BriskClock, brisk_clock, BRISK, CLOCK, UpscaleClock)

struct _BriskClock
{
  UpscaleClock parent_instance;
};

G_DEFINE_FINAL_TYPE (BriskClock, brisk_clock, UPSCALE_TYPE_CLOCK)

static guint
brisk_clock_add_timer (UpscaleClock   *clock,
                       gint64          wait_us,
                       GSourceOnceFunc on_due,
                       gpointer        user_data)
{
  UpscaleClockClass *real = UPSCALE_CLOCK_CLASS (brisk_clock_parent_class);

  return real->add_timer (clock, wait_us > LONGEST_PAUSE_US ? wait_us : wait_us / HURRY,
                          on_due, user_data);
}

static void
brisk_clock_class_init (BriskClockClass *klass)
{
  UPSCALE_CLOCK_CLASS (klass)->add_timer = brisk_clock_add_timer;
}

static void
brisk_clock_init (BriskClock *self)
{
}

static UpscaleClock *
make_clock (void)
{
  return g_getenv ("UPSCALE_BRISK") ? g_object_new (brisk_clock_get_type (), NULL)
                                    : upscale_clock_new ();
}

typedef struct
{
  UpscaleBackend      *backend;
  UpscaleCapabilities *capabilities;
  UpscaleBatch        *batch;
  GCancellable        *cancellable;
  char                *folder;
  GDataInputStream    *lines;
  GMainLoop           *loop;
  guint                n_under_way;
  gboolean             is_closed;
} Driver;

static void read_next (Driver *driver);

static void
print (JsonBuilder *builder)
{
  g_autoptr (GBytes) text = upscale_json_end (builder);
  gsize       size = 0;
  const char *data = g_bytes_get_data (text, &size);

  fwrite (data, 1, size, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

static const char *
name_code (const GError *error)
{
  static const char *const names[] = {
    "argument",  "layer",     "no-endpoint", "busy",    "unreachable",
    "transport", "timed-out", "server",      "expired", "too-large",
    "rejected",  "protocol",  "bad-picture", "storage",
  };

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return "cancelled";
  return error->domain == UPSCALE_ERROR ? names[error->code] : "foreign";
}

static void
add_error (JsonBuilder *builder, const GError *error)
{
  upscale_json_add_string (builder, "code", name_code (error));
  upscale_json_add_string (builder, "message", error->message);
}

static void
print_error (const char *event, const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "event", event);
  add_error (builder, error);
  print (builder);
}

static void
add_names (JsonBuilder *builder, const char *name, GStrv names)
{
  json_builder_set_member_name (builder, name);
  if (!names)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_array (builder);
  for (; *names; names++)
    json_builder_add_string_value (builder, *names);
  json_builder_end_array (builder);
}

static void
print_capabilities (const UpscaleCapabilities *capabilities)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "event", "probed");
  upscale_json_add_string (builder, "identity", capabilities->identity);
  upscale_json_add_string (builder, "default_model", capabilities->default_model);
  upscale_json_add_string (builder, "version", capabilities->version);
  upscale_json_add_int (builder, "max_tiles", capabilities->max_tiles);
  upscale_json_add_int (builder, "concurrency", capabilities->concurrency);
  upscale_json_add_int (builder, "n_queued", capabilities->n_queued);
  upscale_json_add_int (builder, "multiple_of", capabilities->multiple_of);
  upscale_json_add_boolean (builder, "takes_controlnet", capabilities->takes_controlnet);
  upscale_json_add_boolean (builder, "takes_ip_adapter", capabilities->takes_ip_adapter);
  upscale_json_add_boolean (builder, "takes_loras", capabilities->takes_loras);
  upscale_json_add_boolean (builder, "stops_tiles", capabilities->stops_tiles);
  upscale_json_add_boolean (builder, "gives_captions", capabilities->gives_captions);
  add_names (builder, "models", capabilities->models);
  add_names (builder, "controlnets", capabilities->controlnets);
  add_names (builder, "loras", capabilities->loras);
  add_names (builder, "samplers", capabilities->samplers);
  add_names (builder, "schedulers", capabilities->schedulers);
  print (builder);
}

static void
end (Driver *driver)
{
  driver->n_under_way--;
  if (driver->is_closed && driver->n_under_way == 0)
    g_main_loop_quit (driver->loop);
}

static void
on_probed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Driver *driver = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&driver->capabilities, upscale_capabilities_unref);
  driver->capabilities =
      upscale_backend_probe_finish (UPSCALE_BACKEND (object), result, &error);
  if (driver->capabilities)
    print_capabilities (driver->capabilities);
  else
    print_error ("probe-failed", error);
  end (driver);
}

static void
on_answer (const UpscaleTileAnswer *answer, gpointer user_data)
{
  Driver *driver = user_data;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *name = g_strdup_printf ("answer-%u", answer->tile_index);
  g_autofree char *file = g_build_filename (driver->folder, name, NULL);

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "event", "answer");
  upscale_json_add_int (builder, "tile", answer->tile_index);
  if (answer->image)
    {
      gsize       size = 0;
      const char *data = g_bytes_get_data (answer->image, &size);

      g_assert_true (g_file_set_contents (file, data, (gssize) size, NULL));
      upscale_json_add_string (builder, "file", file);
    }
  else
    add_error (builder, answer->failure);
  print (builder);
}

static void
on_phase (UpscalePhase phase, gpointer user_data)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "event",
                           phase == UPSCALE_PHASE_AT_WORK ? "at-work" : "waiting");
  print (builder);
}

static const UpscaleBatchFuncs batch_funcs = { .on_answer = on_answer,
                                               .on_phase = on_phase };

static void
on_processed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Driver *driver = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "event", "ended");
  if (!upscale_backend_process_finish (UPSCALE_BACKEND (object), result, &error))
    add_error (builder, error);
  upscale_json_add_int (builder, "retry_after_ms",
                        error ? upscale_error_get_retry_after (error) / 1000 : 0);
  upscale_json_add_boolean (builder, "submitted", driver->batch->is_submitted);
  print (builder);
  end (driver);
}

static void
process (Driver *driver)
{
  driver->n_under_way++;
  g_clear_object (&driver->cancellable);
  driver->cancellable = g_cancellable_new ();
  upscale_backend_process_async (driver->backend, driver->batch, &batch_funcs, driver,
                                 driver->cancellable, on_processed, driver);
}

static double
get_double (JsonObject *object, const char *name)
{
  return json_object_get_double_member_with_default (object, name, 0.0);
}

static UpscaleGenParams *
make_gen_params (JsonObject *object)
{
  UpscaleGenParams *gen_params = upscale_gen_params_new ();
  const char       *reference = upscale_json_get_string (object, "reference");
  gsize             size = 0;
  guchar           *data;

  g_set_str (&gen_params->prompt,
             json_object_get_string_member_with_default (object, "prompt", ""));
  g_set_str (&gen_params->negative_prompt,
             json_object_get_string_member_with_default (object, "negative", ""));
  g_set_str (&gen_params->model,
             json_object_get_string_member_with_default (object, "model", ""));
  g_set_str (&gen_params->sampler,
             json_object_get_string_member_with_default (object, "sampler", ""));
  g_set_str (&gen_params->scheduler,
             json_object_get_string_member_with_default (object, "scheduler", ""));
  gen_params->wants_captions = upscale_json_get_boolean (object, "captions", FALSE);
  gen_params->strength = get_double (object, "strength");
  gen_params->steps = (int) upscale_json_get_int (object, "steps", 4, 100);
  gen_params->cfg_scale = get_double (object, "cfg");
  gen_params->conditioning_scale = get_double (object, "conditioning");
  gen_params->controlnet_enabled = gen_params->conditioning_scale > 0.0;
  gen_params->ip_adapter_scale = get_double (object, "ip_scale");
  if (reference)
    {
      data = g_base64_decode (reference, &size);
      gen_params->ip_adapter_image = g_bytes_new_take (data, size);
    }
  g_assert_true (upscale_gen_params_parse_loras (
      gen_params, json_object_get_string_member_with_default (object, "loras", ""),
      NULL));
  return gen_params;
}

static void
add_tile (UpscaleBatch *batch, JsonObject *object)
{
  UpscaleTile tile = { .index = (guint) upscale_json_get_int (object, "index", 0, 1000) };
  UpscaleTileMessage *message = upscale_tile_message_new (&tile);
  char               *data = NULL;
  gsize               size = 0;

  g_assert_true (
      g_file_get_contents (upscale_json_get_string (object, "file"), &data, &size, NULL));
  message->image = g_bytes_new_take (data, size);
  message->width_px = (int) upscale_json_get_int (object, "width", 0, 10000);
  message->height_px = (int) upscale_json_get_int (object, "height", 0, 10000);
  message->target_width_px = message->width_px;
  message->target_height_px = message->height_px;
  message->seed = upscale_json_get_int (object, "seed", 0, G_MAXINT64);
  g_ptr_array_add (batch->tiles, message);
}

static void
make_batch (Driver *driver, JsonObject *command)
{
  g_autoptr (UpscaleGenParams) gen_params =
      make_gen_params (upscale_json_get_object (command, "gen_params"));
  JsonArray *tiles = upscale_json_get_array (command, "tiles");

  g_clear_pointer (&driver->batch, upscale_batch_unref);
  driver->batch = upscale_batch_new (gen_params);
  for (guint i = 0; i < json_array_get_length (tiles); i++)
    add_tile (driver->batch, json_array_get_object_element (tiles, i));
}

static void
print_missing (Driver *driver, JsonObject *command)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (UpscaleGenParams) gen_params =
      make_gen_params (upscale_json_get_object (command, "gen_params"));
  g_autofree char *missing =
      upscale_capabilities_dup_missing (driver->capabilities, gen_params);
  g_autofree char *painter =
      upscale_capabilities_dup_painter (driver->capabilities, gen_params);

  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "event", "missing");
  upscale_json_add_string (builder, "missing", missing ? missing : "");
  upscale_json_add_string (builder, "painter", painter);
  print (builder);
}

/* Requests that are under way go on. */
static void
drop_backend (Driver *driver)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  g_clear_object (&driver->backend);
  json_builder_begin_object (builder);
  upscale_json_add_string (builder, "event", "dropped");
  print (builder);
}

static void
obey (Driver *driver, JsonObject *command)
{
  const char *what = upscale_json_get_string (command, "do");

  if (g_str_equal (what, "probe"))
    {
      driver->n_under_way++;
      upscale_backend_probe_async (driver->backend, NULL, on_probed, driver);
    }
  else if (g_str_equal (what, "missing"))
    print_missing (driver, command);
  else if (g_str_equal (what, "paint"))
    {
      make_batch (driver, command);
      process (driver);
    }
  else if (g_str_equal (what, "again"))
    process (driver);
  else if (g_str_equal (what, "cancel"))
    g_cancellable_cancel (driver->cancellable);
  else if (g_str_equal (what, "abandon"))
    upscale_backend_abandon (driver->backend, driver->batch);
  else if (g_str_equal (what, "drop"))
    drop_backend (driver);
}

static void
on_line (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Driver          *driver = user_data;
  g_autofree char *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (object), result, NULL,
                                            NULL);
  g_autoptr (JsonNode) node = line ? json_from_string (line, NULL) : NULL;

  if (node)
    {
      obey (driver, json_node_get_object (node));
      read_next (driver);
      return;
    }
  driver->is_closed = TRUE;
  if (driver->n_under_way == 0)
    g_main_loop_quit (driver->loop);
}

static void
read_next (Driver *driver)
{
  g_data_input_stream_read_line_async (driver->lines, G_PRIORITY_DEFAULT, NULL, on_line,
                                       driver);
}

int
main (int argc, char **argv)
{
  const char                *address = argc > 2 ? argv[1] : "";
  const UpscaleEndpointKind *kind = upscale_endpoint_kind_split (&address);
  g_autoptr (GUri) base = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (UpscaleClock) clock = make_clock ();
  g_autoptr (UpscaleHttp) http = upscale_http_new (clock);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  Driver driver = { .folder = argc > 2 ? argv[2] : NULL };

  g_return_val_if_fail (base, 2);
  for (int i = 3; i + 1 < argc; i += 2)
    upscale_http_add_header (http, argv[i], argv[i + 1]);
  driver.backend = kind->make (base, http, clock);
  driver.lines = g_data_input_stream_new (input);
  driver.loop = g_main_loop_new (NULL, FALSE);
  read_next (&driver);
  g_main_loop_run (driver.loop);
  g_clear_pointer (&driver.batch, upscale_batch_unref);
  g_clear_pointer (&driver.capabilities, upscale_capabilities_unref);
  g_clear_object (&driver.cancellable);
  g_object_unref (driver.lines);
  g_clear_object (&driver.backend);
  g_main_loop_unref (driver.loop);
  return 0;
}
