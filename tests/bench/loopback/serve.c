/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Endpoints that need a fixed time for each tile, whatever the machine is. Prints their
 * addresses, one a line, and serves until its standard input closes. */
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "upscale-local-server.h"

#define N_SERVERS 9
#define TILE_US (G_USEC_PER_SEC / 2)

static UpscaleLocalPicture *
take_time (const UpscaleLocalPicture *source, int width_px, int height_px, GError **error)
{
  UpscaleLocalPicture *picture = upscale_local_picture_new (width_px, height_px);
  gint64               due_us = g_get_monotonic_time () + TILE_US;
  GMutex               lock;
  GCond                never;

  g_assert (width_px == source->width_px && height_px == source->height_px);
  memcpy (picture->data, source->data,
          (gsize) width_px * (gsize) height_px * UPSCALE_LOCAL_CHANNELS);
  g_mutex_init (&lock);
  g_cond_init (&never);
  g_mutex_lock (&lock);
  while (g_cond_wait_until (&never, &lock, due_us))
    ;
  g_mutex_unlock (&lock);
  g_cond_clear (&never);
  g_mutex_clear (&lock);
  return picture;
}

static const UpscaleLocalEngine engine = { "half-a-second", take_time };

static void
on_input_closed (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_main_loop_quit (user_data);
}

int
main (void)
{
  UpscaleLocalOptions options = {
    .n_workers = 1, .max_tiles = 64, .max_jobs = 64, .max_body_bytes = 256 << 20
  };
  g_autoptr (GPtrArray) servers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  for (int i = 0; i < N_SERVERS; i++)
    {
      UpscaleLocalServer *server = upscale_local_server_new (&engine, options);
      g_autoptr (GError) error = NULL;
      g_autofree char *address = upscale_local_server_listen (server, &error);

      g_assert_no_error (error);
      g_ptr_array_add (servers, server);
      g_print ("%s\n", address);
    }
  g_input_stream_skip_async (input, 1, G_PRIORITY_DEFAULT, NULL, on_input_closed, loop);
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}
