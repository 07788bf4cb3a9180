/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Composes a picture from tiles that the caller changes. Reads the source on standard
 * input, writes the places and the pixels of all tiles, reads the changed tiles, and
 * writes two results in 16 bits: the composer's, and a plain cross-fade of the same
 * tiles. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "upscale-color.h"
#include "upscale-composer.h"

#define CHANNELS 3

typedef struct
{
  int              width_px;
  int              height_px;
  const Babl      *format;
  UpscaleSource   *source;
  UpscaleTilePlan *plan;
  UpscaleComposer *composer;
  float           *feathered;
} Run;

static void
read_all (gpointer data, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = read (STDIN_FILENO, (char *) data + done, size - done);

      if (n <= 0)
        g_error ("bench-seams: the input ended early");
      done += (gsize) n;
    }
}

static void
write_all (gconstpointer data, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = write (STDOUT_FILENO, (const char *) data + done, size - done);

      if (n <= 0)
        g_error ("bench-seams: the output was closed");
      done += (gsize) n;
    }
}

static gsize
count_values (const Run *run)
{
  return (gsize) run->width_px * (gsize) run->height_px * CHANNELS;
}

static GeglBuffer *
read_source (Run *run)
{
  gsize bytes = count_values (run) / CHANNELS *
                (gsize) babl_format_get_bytes_per_pixel (run->format);
  g_autofree guint8 *data = g_malloc (bytes);
  GeglBuffer        *buffer =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, run->width_px, run->height_px), run->format);

  read_all (data, bytes);
  gegl_buffer_set (buffer, NULL, 0, NULL, data, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static void
write_tiles (Run *run)
{
  guint            n = upscale_tile_plan_get_n_tiles (run->plan);
  g_autofree char *count = g_strdup_printf ("%u\n", n);

  write_all (count, strlen (count));
  for (guint i = 0; i < n; i++)
    {
      UpscaleRect rect = upscale_tile_plan_get_tile (run->plan, i)->rect;
      g_autoptr (UpscalePixels) seen = upscale_source_get_seen (run->source, rect);
      g_autofree char *place =
          g_strdup_printf ("%d %d %d %d\n", rect.x, rect.y, rect.width, rect.height);

      write_all (place, strlen (place));
      write_all (seen->data,
                 upscale_pixels_get_row_bytes (seen) * (gsize) seen->height_px);
    }
}

/* Adds the change of a tile with one weight for all frequencies. */
static void
add_feathered (Run *run, guint index, UpscalePixels *painted)
{
  UpscaleRect rect = upscale_tile_plan_get_tile (run->plan, index)->rect;
  g_autoptr (UpscalePixels) seen = upscale_source_get_seen (run->source, rect);
  g_autoptr (UpscaleColor) color = upscale_color_new (painted, seen, 1.0);
  g_autofree guint16 *corrected =
      g_new (guint16, upscale_pixels_get_row_bytes (painted) * (gsize) rect.height);
  g_autofree float *x_weights = g_new (float, rect.width);
  g_autofree float *y_weights = g_new (float, rect.height);

  upscale_color_correct (color, 0, rect.height, corrected);
  upscale_tile_plan_get_x_weights (run->plan, index, rect.x, rect.width, x_weights);
  upscale_tile_plan_get_y_weights (run->plan, index, rect.y, rect.height, y_weights);
  for (int y = 0; y < rect.height && rect.y + y < run->height_px; y++)
    for (int x = 0; x < rect.width && rect.x + x < run->width_px; x++)
      {
        gsize from = ((gsize) y * (gsize) rect.width + (gsize) x) * CHANNELS;
        gsize to = ((gsize) (rect.y + y) * (gsize) run->width_px + (gsize) (rect.x + x)) *
                   CHANNELS;

        for (gsize i = 0; i < CHANNELS; i++)
          run->feathered[to + i] += x_weights[x] * y_weights[y] *
                                    ((float) corrected[from + i] / 65535.0F -
                                     (float) seen->data[from + i] / 255.0F);
      }
}

static void
read_tiles (Run *run)
{
  for (guint i = 0; i < upscale_tile_plan_get_n_tiles (run->plan); i++)
    {
      UpscaleRect rect = upscale_tile_plan_get_tile (run->plan, i)->rect;
      g_autoptr (UpscalePixels) painted = upscale_pixels_new (rect.width, rect.height);

      read_all (painted->data,
                upscale_pixels_get_row_bytes (painted) * (gsize) rect.height);
      upscale_composer_settle (run->composer, i, painted, NULL);
      add_feathered (run, i, painted);
    }
}

static void
write_result (Run *run, GeglBuffer *result)
{
  g_autofree guint16 *words = g_new (guint16, count_values (run));

  gegl_buffer_get (result, NULL, 1.0, babl_format ("R'G'B' u16"), words,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  write_all (words, count_values (run) * sizeof (guint16));
}

static void
write_results (Run *run)
{
  g_autoptr (GeglBuffer) feathered =
      gegl_buffer_new (GEGL_RECTANGLE (0, 0, run->width_px, run->height_px), run->format);

  gegl_buffer_set (feathered, NULL, 0, babl_format ("R'G'B' float"), run->feathered,
                   GEGL_AUTO_ROWSTRIDE);
  write_result (run, upscale_composer_get_result (run->composer));
  write_result (run, feathered);
}

int
main (int argc, char **argv)
{
  Run run = { 0 };
  g_autoptr (GeglBuffer) pixels = NULL;
  UpscaleTilePlanCase what = { 0 };

  if (argc != 6)
    g_error ("bench-seams: write WIDTH HEIGHT BITS TILE OVERLAP");
  gegl_init (NULL, NULL);
  run.width_px = atoi (argv[1]);
  run.height_px = atoi (argv[2]);
  run.format = babl_format (atoi (argv[3]) == 16 ? "R'G'B' u16" : "R'G'B' u8");
  what = (UpscaleTilePlanCase) { .width_px = run.width_px,
                                 .height_px = run.height_px,
                                 .region = { 0, 0, run.width_px, run.height_px },
                                 .tile_px = atoi (argv[4]),
                                 .overlap_px = atoi (argv[5]),
                                 .scale = 1.0 };
  pixels = read_source (&run);
  run.source = upscale_source_new (pixels, what.scale);
  run.plan = upscale_tile_plan_new (what, NULL);
  run.composer = upscale_composer_new (run.source, run.plan, 1.0, NULL);
  run.feathered = g_new (float, count_values (&run));
  gegl_buffer_get (pixels, NULL, 1.0, babl_format ("R'G'B' float"), run.feathered,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  write_tiles (&run);
  read_tiles (&run);
  write_results (&run);
  return EXIT_SUCCESS;
}
