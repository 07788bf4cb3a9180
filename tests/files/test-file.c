/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "upscale-error.h"
#include "upscale-file.h"

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("tile-upscale-XXXXXX", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)))
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
}

static char *
dup_path (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static char *
write_random (Fixture *fixture, const char *name, gsize n, GBytes **bytes)
{
  char   *path = dup_path (fixture, name);
  guint8 *data = g_malloc (n + 1);

  for (gsize i = 0; i < n; i++)
    data[i] = (guint8) g_test_rand_int ();
  *bytes = g_bytes_new_take (data, n);
  g_assert_true (g_file_set_contents (path, (const char *) data, (gssize) n, NULL));
  return path;
}

static void
test_a_file_comes_whole_or_not_at_all (Fixture *fixture, gconstpointer data)
{
  for (int round = 0; round < 50; round++)
    {
      gsize n = (gsize) g_test_rand_int_range (0, 300000);
      g_autoptr (GBytes) written = NULL;
      g_autofree char *path = write_random (fixture, "file", n, &written);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) fits = upscale_file_read (path, n, NULL);
      g_autoptr (GBytes) cut = n > 0 ? upscale_file_read (path, n - 1, &error) : NULL;

      g_assert_nonnull (fits);
      g_assert_true (g_bytes_equal (fits, written));
      g_assert_null (cut);
      if (n > 0)
        g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE);
    }
}

static void
test_a_link_to_a_file_is_followed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) written = NULL;
  g_autofree char *path = write_random (fixture, "file", 1000, &written);
  g_autofree char *link = dup_path (fixture, "link");
  g_autoptr (GBytes) found = NULL;

  g_assert_cmpint (symlink (path, link), ==, 0);
  found = upscale_file_read (link, 1000, NULL);
  g_assert_nonnull (found);
  g_assert_true (g_bytes_equal (found, written));
}

static void
make_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofd int       file = socket (AF_UNIX, SOCK_STREAM, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (file, (struct sockaddr *) &address, sizeof address), ==, 0);
}

static void
assert_refused (const char *path, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", path);
  g_assert_null (upscale_file_read (path, 1 << 20, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_what_is_no_file_is_refused_at_once (Fixture *fixture, gconstpointer data)
{
  g_autofree char *fifo = dup_path (fixture, "fifo");
  g_autofree char *socket_path = dup_path (fixture, "socket");
  g_autofree char *link = dup_path (fixture, "link");

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("/dev/zero", link), ==, 0);
  make_socket (socket_path);
  assert_refused (fixture->folder, "folder");
  assert_refused (fifo, "pipe");
  assert_refused (socket_path, "socket");
  assert_refused ("/dev/zero", "device");
  assert_refused (link, "device");
}

/* Files in /proc have size 0 but contents, as does a file that grows after its size was
 * read. */
static void
test_the_size_counts_while_bytes_come (Fixture *fixture, gconstpointer data)
{
  const char *path = "/proc/self/maps";
  GStatBuf    status;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_size, ==, 0);
  g_assert_null (upscale_file_read (path, 10, &error));
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE);
}

static void
test_what_the_system_says_stays (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = dup_path (fixture, "nothing");
  g_autoptr (GError) error = NULL;

  g_assert_null (upscale_file_read (path, 10, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/file/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("a-file-comes-whole-or-not-at-all", test_a_file_comes_whole_or_not_at_all);
  ADD ("a-link-to-a-file-is-followed", test_a_link_to_a_file_is_followed);
  ADD ("what-is-no-file-is-refused-at-once", test_what_is_no_file_is_refused_at_once);
  ADD ("the-size-counts-while-bytes-come", test_the_size_counts_while_bytes_come);
  ADD ("what-the-system-says-stays", test_what_the_system_says_stays);
#undef ADD
  return g_test_run ();
}
