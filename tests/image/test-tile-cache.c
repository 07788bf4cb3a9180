/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <utime.h>

#include "upscale-error.h"
#include "upscale-tile-cache.h"

typedef struct
{
  char  *path;
  GFile *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->path = g_dir_make_tmp ("upscale-store-XXXXXX", NULL);
  fixture->folder = g_file_new_for_path (fixture->path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *file = g_build_filename (fixture->path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (fixture->path);
  g_object_unref (fixture->folder);
  g_free (fixture->path);
}

static GBytes *
make_tile (char content, gsize size)
{
  char *data = g_malloc (size);

  memset (data, content, size);
  return g_bytes_new_take (data, size);
}

static void
insert (UpscaleTileCache *store, const char *key, char content, gsize size)
{
  g_autoptr (GBytes) tile = make_tile (content, size);
  g_autoptr (GError) error = NULL;

  upscale_tile_cache_insert (store, key, tile, &error);
  g_assert_no_error (error);
}

static gboolean
has (UpscaleTileCache *store, const char *key)
{
  g_autoptr (GBytes) tile = upscale_tile_cache_lookup (store, key);

  return tile != NULL;
}

static void
test_what_went_in_comes_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleTileCache) store = upscale_tile_cache_new (fixture->folder, 1 << 20);
  g_autoptr (UpscaleTileCache) other = upscale_tile_cache_new (fixture->folder, 1 << 20);
  g_autoptr (GBytes) expected = make_tile ('a', 1000);
  g_autoptr (GBytes) found = NULL;

  g_assert_false (has (store, "key"));
  insert (store, "key", 'a', 1000);
  found = upscale_tile_cache_lookup (other, "key");
  g_assert_true (g_bytes_equal (found, expected));
}

static void
test_damage_is_a_miss_and_is_replaced (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleTileCache) store = upscale_tile_cache_new (fixture->folder, 1 << 20);
  g_autofree char *file = g_build_filename (fixture->path, "key.tile", NULL);
  const char      *damages[] = { "", "short", NULL };

  for (const char **damage = damages; *damage; damage++)
    {
      insert (store, "key", 'a', 1000);
      g_assert_true (has (store, "key"));
      g_assert_true (g_file_set_contents (file, *damage, -1, NULL));
      g_assert_false (has (store, "key"));
    }
  insert (store, "key", 'a', 1000);
  g_assert_true (has (store, "key"));
}

static void
set_age (Fixture *fixture, const char *name, int age_s)
{
  g_autofree char *file = g_build_filename (fixture->path, name, NULL);
  struct utimbuf   times = { time (NULL) - age_s, time (NULL) - age_s };

  g_assert_cmpint (g_utime (file, &times), ==, 0);
}

static void
test_oldest_use_goes_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UpscaleTileCache) filler = upscale_tile_cache_new (fixture->folder, 1 << 20);
  g_autoptr (UpscaleTileCache) store = NULL;

  insert (filler, "old", 'a', 4000);
  insert (filler, "used", 'b', 4000);
  insert (filler, "new", 'c', 4000);
  set_age (fixture, "old.tile", 300);
  set_age (fixture, "used.tile", 400);
  set_age (fixture, "new.tile", 200);
  g_assert_true (has (filler, "used"));

  store = upscale_tile_cache_new (fixture->folder, 13000);
  insert (store, "newest", 'd', 4000);
  g_assert_false (has (store, "old"));
  g_assert_true (has (store, "used"));
  g_assert_true (has (store, "newest"));
}

static void
test_leftovers_of_killed_writers_go (Fixture *fixture, gconstpointer data)
{
  g_autofree char *leftover = g_build_filename (fixture->path, "key.tile.ABC123", NULL);
  g_autoptr (UpscaleTileCache) store = upscale_tile_cache_new (fixture->folder, 1 << 20);

  g_assert_true (g_file_set_contents (leftover, "half", -1, NULL));
  set_age (fixture, "key.tile.ABC123", 7200);
  insert (store, "key", 'a', 10);
  g_assert_false (g_file_test (leftover, G_FILE_TEST_EXISTS));
}

static void
test_unwritable_folder_is_said_in_words (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GFile) below =
      g_file_new_build_filename (fixture->path, "file", "below", NULL);
  g_autofree char *file = g_build_filename (fixture->path, "file", NULL);
  g_autoptr (UpscaleTileCache) store = upscale_tile_cache_new (below, 1 << 20);
  g_autoptr (GBytes) tile = make_tile ('a', 10);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  g_assert_false (upscale_tile_cache_insert (store, "key", tile, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE);
  g_assert_false (has (store, "key"));
}

/* A limit of the size of files stands for a full disk: the write ends halfway. */
static void
test_full_disk_leaves_nothing (Fixture *fixture, gconstpointer data)
{
  struct rlimit all;
  g_autoptr (UpscaleTileCache) store = upscale_tile_cache_new (fixture->folder, 1 << 20);
  g_autoptr (GBytes) tile = make_tile ('a', 100000);
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GError) error = NULL;

  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &all);
  setrlimit (RLIMIT_FSIZE, &(struct rlimit) { 50000, all.rlim_max });
  g_assert_false (upscale_tile_cache_insert (store, "key", tile, &error));
  setrlimit (RLIMIT_FSIZE, &all);
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE);
  folder = g_dir_open (fixture->path, 0, NULL);
  g_assert_null (g_dir_read_name (folder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/tile-store/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("what-went-in-comes-out", test_what_went_in_comes_out);
  ADD ("damage-is-a-miss-and-is-replaced", test_damage_is_a_miss_and_is_replaced);
  ADD ("oldest-use-goes-first", test_oldest_use_goes_first);
  ADD ("leftovers-of-killed-writers-go", test_leftovers_of_killed_writers_go);
  ADD ("unwritable-folder-is-said-in-words", test_unwritable_folder_is_said_in_words);
  ADD ("full-disk-leaves-nothing", test_full_disk_leaves_nothing);
#undef ADD
  return g_test_run ();
}
