/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <png.h>
#include <string.h>
#include <sys/resource.h>
#include <zlib.h>

#include "upscale-png-read.h"

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define SIDE_PX 19
#define MAX_ROW_BYTES (SIDE_PX * 8)
#define CHANNELS UPSCALE_PNG_CHANNELS

/* The decoded size and the rows. */
typedef struct
{
  int     width_px;
  int     height_px;
  guint8 *rows;
} Picture;

static guint8 *
on_size (int width_px, int height_px, gpointer user_data, GError **error)
{
  Picture *picture = user_data;

  picture->width_px = width_px;
  picture->height_px = height_px;
  picture->rows = g_malloc0_n ((gsize) width_px * CHANNELS, (gsize) height_px);
  return picture->rows;
}

static guint8 *
on_unwanted_size (int width_px, int height_px, gpointer user_data, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%dx%d", width_px, height_px);
  return NULL;
}

static guint8 *
on_size_of_no_picture (int width_px, int height_px, gpointer user_data, GError **error)
{
  g_assert_not_reached ();
}

static void
append_chunk (GByteArray *file, const char *name, gconstpointer data, gsize size)
{
  guint32 length = GUINT32_TO_BE ((guint32) size);
  guint32 check = (guint32) crc32_z (0, (const Bytef *) name, 4);

  check = GUINT32_TO_BE ((guint32) (size > 0 ? crc32_z (check, data, size) : check));
  g_byte_array_append (file, (const guint8 *) &length, 4);
  g_byte_array_append (file, (const guint8 *) name, 4);
  g_byte_array_append (file, data, (guint) size);
  g_byte_array_append (file, (const guint8 *) &check, 4);
}

static void
append_header (GByteArray *file, guint32 width_px, guint32 height_px)
{
  guint32 sides[] = { GUINT32_TO_BE (width_px), GUINT32_TO_BE (height_px) };
  guint8  header[13] = { 0 };

  memcpy (header, sides, sizeof sides);
  header[8] = 8;
  header[9] = PNG_COLOR_TYPE_RGB;
  append_chunk (file, "IHDR", header, sizeof header);
}

static void
append_black (GByteArray *file, guint32 width_px, guint32 height_px)
{
  gsize              size = (1 + (gsize) width_px * CHANNELS) * height_px;
  g_autofree guint8 *rows = g_malloc0 (size);
  uLongf             length = compressBound (size);
  g_autofree guint8 *packed = g_malloc (length);

  g_assert_cmpint (compress (packed, &length, rows, size), ==, Z_OK);
  append_chunk (file, "IDAT", packed, length);
  append_chunk (file, "IEND", NULL, 0);
}

static GByteArray *
begin_file (void)
{
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, (const guint8 *) SIGNATURE, strlen (SIGNATURE));
  return file;
}

static void
on_write (png_structp png, png_bytep data, png_size_t length)
{
  g_byte_array_append (png_get_io_ptr (png), data, (guint) length);
}

/* A kind of PNG file. */
typedef struct
{
  int      color;
  int      depth;
  int      interlace;
  gboolean has_hole; /* a tRNS chunk */
  double   gamma;    /* 0 without a gAMA chunk */
} Kind;

static void
write_kind (png_structp png, png_infop info, Kind kind, GRand *random)
{
  png_color palette[4] = { { 9, 8, 7 }, { 200, 30, 90 }, { 1, 255, 3 }, { 60, 61, 62 } };
  png_byte  alpha[2] = { 0, 128 };
  png_color_16 hole = { .red = 1, .green = 2, .blue = 3, .gray = 1 };
  guint8       row[MAX_ROW_BYTES];

  png_set_IHDR (png, info, SIDE_PX, SIDE_PX, kind.depth, kind.color, kind.interlace,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (kind.color == PNG_COLOR_TYPE_PALETTE)
    png_set_PLTE (png, info, palette, MIN (4, 1 << kind.depth));
  if (kind.has_hole)
    png_set_tRNS (png, info, alpha, kind.color == PNG_COLOR_TYPE_PALETTE ? 2 : 0, &hole);
  if (kind.gamma > 0)
    png_set_gAMA (png, info, kind.gamma);
  png_write_info (png, info);
  for (int pass = png_set_interlace_handling (png); pass > 0; pass--)
    {
      /* Writes the same rows in each pass. */
      g_rand_set_seed (random, 5);
      for (int y = 0; y < SIDE_PX; y++)
        {
          for (gsize i = 0; i < sizeof row; i++)
            row[i] = (guint8) g_rand_int_range (random, 0, 256);
          /* The palette has four colors. */
          for (gsize i = 0; kind.color == PNG_COLOR_TYPE_PALETTE && i < sizeof row; i++)
            row[i] &= kind.depth == 8 ? 3 : kind.depth == 4 ? 0x33 : 0xff;
          png_write_row (png, row);
        }
    }
  png_write_end (png, NULL);
}

static GBytes *
make_kind (Kind kind)
{
  GByteArray *file = g_byte_array_new ();
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop   info = png_create_info_struct (png);
  g_autoptr (GRand) random = g_rand_new ();

  png_set_write_fn (png, file, on_write, NULL);
  write_kind (png, info, kind, random);
  png_destroy_write_struct (&png, &info);
  return g_byte_array_free_to_bytes (file);
}

/* Reads a file with libpng's simplified API. */
static guint8 *
read_simply (GBytes *file)
{
  png_image          image = { .version = PNG_IMAGE_VERSION };
  g_autofree guint8 *rgba = g_malloc (4 * SIDE_PX * SIDE_PX);
  guint8            *rgb = g_malloc (CHANNELS * SIDE_PX * SIDE_PX);

  g_assert_true (png_image_begin_read_from_memory (&image, g_bytes_get_data (file, NULL),
                                                   g_bytes_get_size (file)));
  image.format = image.format & PNG_FORMAT_FLAG_ALPHA ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  g_assert_true (png_image_finish_read (&image, NULL, rgba, 0, NULL));
  for (int i = 0; i < SIDE_PX * SIDE_PX; i++)
    memcpy (rgb + CHANNELS * i, rgba + (image.format == PNG_FORMAT_RGBA ? 4 : 3) * i,
            CHANNELS);
  return rgb;
}

/* Compares both storage orders with libpng's simplified API, which decodes interlaced
 * files of 16 bits wrongly (1.6.48) and so gets the other order. */
static void
check_kind (Kind kind)
{
  Kind flat = { kind.color, kind.depth, PNG_INTERLACE_NONE, kind.has_hole, kind.gamma };
  g_autoptr (GBytes) file = make_kind (kind);
  g_autoptr (GBytes) flat_file = make_kind (flat);
  g_autofree guint8 *expected = read_simply (flat_file);
  g_autoptr (GError) error = NULL;
  Picture picture = { 0 };

  g_assert_true (upscale_png_read (file, on_size, &picture, &error));
  g_assert_no_error (error);
  g_assert_cmpint (picture.width_px, ==, SIDE_PX);
  g_assert_cmpint (picture.height_px, ==, SIDE_PX);
  for (int i = 0; i < CHANNELS * SIDE_PX * SIDE_PX; i++)
    g_assert_cmpint (ABS (picture.rows[i] - expected[i]), <=, kind.gamma > 0 ? 1 : 0);
  g_free (picture.rows);
}

static void
test_every_kind (void)
{
  static const int    depths[][6] = { [PNG_COLOR_TYPE_GRAY] = { 1, 2, 4, 8, 16, 0 },
                                      [PNG_COLOR_TYPE_RGB] = { 8, 16, 0 },
                                      [PNG_COLOR_TYPE_PALETTE] = { 2, 4, 8, 0 },
                                      [PNG_COLOR_TYPE_GRAY_ALPHA] = { 8, 16, 0 },
                                      [PNG_COLOR_TYPE_RGB_ALPHA] = { 8, 16, 0 } };
  static const double gammas[] = { 0.0, 0.45455, 1.0 };

  for (int color = 0; color < (int) G_N_ELEMENTS (depths); color++)
    for (const int *depth = depths[color]; *depth != 0; depth++)
      for (int more = 0; more < 12; more++)
        {
          Kind kind = { color, *depth,
                        more % 2 ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                        more / 2 % 2 && !(color & PNG_COLOR_MASK_ALPHA),
                        gammas[more / 4] };

          check_kind (kind);
        }
}

static void
refuse (GByteArray *file, UpscalePngBeginFunc begin)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (file);
  g_autoptr (GError) error = NULL;

  g_assert_false (upscale_png_read (bytes, begin, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

/* libpng skips the first chunk, in which a reader of fixed offsets saw 64x64 px. */
static void
test_chunk_before_header (void)
{
  GByteArray *file = begin_file ();
  guint32     sides[] = { GUINT32_TO_BE (64), GUINT32_TO_BE (64) };

  append_chunk (file, "abCd", sides, sizeof sides);
  append_header (file, 1, 4096);
  append_black (file, 1, 4096);
  refuse (file, on_size_of_no_picture);
}

static void
test_unwanted_size_costs_nothing (void)
{
  GByteArray *file = begin_file ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  append_header (file, 999999, 999999);
  append_black (file, 1, 1);
  bytes = g_byte_array_free_to_bytes (file);
  g_assert_false (upscale_png_read (bytes, on_unwanted_size, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (error->message, ==, "999999x999999");
}

static void
test_sizes_that_are_none (void)
{
  static const guint32 sides[][2] = {
    { 0, 1 }, { 1, 0 }, { 0x80000000, 1 }, { 1, 0xffffffff }, { 0x7fffffff, 0x7fffffff }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      GByteArray *file = begin_file ();

      append_header (file, sides[i][0], sides[i][1]);
      append_black (file, 1, 1);
      refuse (file, on_size_of_no_picture);
    }
}

static glong
get_peak_kib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static GBytes *
make_packed_letters (gsize size)
{
  g_autofree char *letters = g_strnfill (size, 'a');
  uLongf           length = compressBound (size);
  guint8          *packed = g_malloc (length);

  g_assert_cmpint (compress (packed, &length, (const Bytef *) letters, size), ==, Z_OK);
  return g_bytes_new_take (packed, length);
}

static void
append_text (GByteArray *file,
             const char *name,
             const char *head,
             gsize       head_length,
             GBytes     *packed)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  g_byte_array_append (data, (const guint8 *) head, (guint) head_length);
  g_byte_array_append (data, g_bytes_get_data (packed, NULL),
                       (guint) g_bytes_get_size (packed));
  append_chunk (file, name, data->data, data->len);
}

/* Texts of 7 KB each that decompress to 7 MB. libpng keeps all of them by default. */
static void
test_text_bombs_are_not_unfolded (void)
{
  GByteArray *file = begin_file ();
  Picture     picture = { 0 };
  glong       before_kib;
  g_autoptr (GBytes) packed = make_packed_letters (7 << 20);
  g_autoptr (GBytes) bytes = NULL;

  append_header (file, 1, 1);
  for (int i = 0; i < 40; i++)
    {
      append_text (file, "zTXt", "a\0\0", 3, packed);
      append_text (file, "iTXt", "a\0\1\0\0\0", 6, packed);
      append_text (file, "iCCP", "a\0\0", 3, packed);
    }
  append_black (file, 1, 1);
  bytes = g_byte_array_free_to_bytes (file);
  before_kib = get_peak_kib ();
  g_assert_true (upscale_png_read (bytes, on_size, &picture, NULL));
  g_assert_cmpint (get_peak_kib () - before_kib, <, 64 << 10);
  g_free (picture.rows);
}

/* Each file that is cut off is refused, without a read beyond its end. */
static void
test_cut_files (void)
{
  Kind kinds[] = { { PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_NONE, FALSE, 0.0 },
                   { PNG_COLOR_TYPE_PALETTE, 8, PNG_INTERLACE_ADAM7, TRUE, 0.45455 } };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GBytes) file = make_kind (kinds[i]);
      gsize whole = g_bytes_get_size (file) - 12; /* without the last chunk, IEND */

      for (gsize length = 0; length < whole - 8; length++)
        {
          g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (file, NULL), length);
          g_autoptr (GBytes) cut = g_bytes_new_static (copy, length);
          Picture picture = { 0 };

          g_assert_false (upscale_png_read (cut, on_size, &picture, NULL));
          g_free (picture.rows);
        }
    }
}

/* An animated file decodes to its first picture. */
static void
test_animation_is_its_first_picture (void)
{
  GByteArray *file = begin_file ();
  guint8      control[8] = { 0, 0, 0, 2 };
  guint8      frame[26] = { 0 };
  Picture     picture = { 0 };
  g_autoptr (GBytes) bytes = NULL;

  append_header (file, 3, 2);
  append_chunk (file, "acTL", control, sizeof control);
  memset (frame, 0xff, sizeof frame);
  append_chunk (file, "fcTL", frame, sizeof frame);
  append_chunk (file, "fdAT", frame, sizeof frame);
  append_black (file, 3, 2);
  bytes = g_byte_array_free_to_bytes (file);
  g_assert_true (upscale_png_read (bytes, on_size, &picture, NULL));
  g_assert_cmpint (picture.width_px, ==, 3);
  g_assert_cmpint (picture.rows[0], ==, 0);
  g_free (picture.rows);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png-read/text-bombs-are-not-unfolded",
                   test_text_bombs_are_not_unfolded);
  g_test_add_func ("/png-read/every-kind", test_every_kind);
  g_test_add_func ("/png-read/chunk-before-header", test_chunk_before_header);
  g_test_add_func ("/png-read/unwanted-size-costs-nothing",
                   test_unwanted_size_costs_nothing);
  g_test_add_func ("/png-read/sizes-that-are-none", test_sizes_that_are_none);
  g_test_add_func ("/png-read/cut-files", test_cut_files);
  g_test_add_func ("/png-read/animation-is-its-first-picture",
                   test_animation_is_its_first_picture);
  return g_test_run ();
}
