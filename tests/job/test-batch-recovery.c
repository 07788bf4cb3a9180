/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "upscale-batch-recovery.h"
#include "upscale-job-log.h"
#include "upscale-orphaned-batch.h"

#define ID "6a1f0c0e-98d5-4c61-a2c1-5f6d1fe2b3a4"
#define SENT(batch, tiles)                                                               \
  "{\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"sent\",\"endpoint\":\"gpu\","          \
  "\"batch\":\"" batch "\",\"tiles\":" tiles "}\n"
#define GOOD_LINE                                                                        \
  SENT (ID, "[{\"tile\":3,\"key\":\"three\"},{\"tile\":9,\"key\":\"nine\"}]")
#define ENDED_LINE                                                                       \
  "{\"event\":\"batch-ended\",\"endpoint\":\"gpu\",\"batch\":\"" ID "\"}\n"

/* Without waiting for the lock, one of these failed in each run. */
#define N_LOGS 3000

typedef struct
{
  GFile *folder;
  char  *path; /* path of the log */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("upscale-logs-XXXXXX", NULL);

  g_assert_nonnull (folder);
  fixture->folder = g_file_new_for_path (folder);
  fixture->path = g_build_filename (folder, "20260101T000000-aaaaaaaa.jsonl", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_rmdir (fixture->path);
  g_assert_cmpint (g_rmdir (g_file_peek_path (fixture->folder)), ==, 0);
  g_object_unref (fixture->folder);
  g_free (fixture->path);
}

static void
write_log (Fixture *fixture, const char *text, gssize length)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->path, text, length, &error);
  g_assert_no_error (error);
}

static GPtrArray *
search (Fixture *fixture, const char *text)
{
  write_log (fixture, text, -1);
  return upscale_batch_recovery_find (fixture->folder);
}

static const UpscaleOrphanedBatch *
find_good (GPtrArray *found)
{
  for (guint i = 0; i < found->len; i++)
    {
      const UpscaleOrphanedBatch *orphan = found->pdata[i];

      if (g_str_equal (orphan->batch_id, ID))
        return orphan;
    }
  return NULL;
}

static void
test_name_of_the_endpoint_is_found (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *logged;
    const char *found;
  } rows[] = {
    { .logged = "job_6a1f_00000001", .found = "job_6a1f_00000001" },
    { .logged = ID, .found = ID },
    { .logged = "..", .found = NULL },
    { .logged = "", .found = NULL },
    { .logged = "a/b", .found = NULL },
    { .logged = "a%2fb", .found = NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text =
          g_strdup_printf (GOOD_LINE "{\"event\":\"named\",\"batch\":\"" ID
                                     "\",\"remote\":\"%s\"}\n",
                           rows[i].logged);
      g_autoptr (GPtrArray) found = search (fixture, text);

      g_test_message ("%s", rows[i].logged);
      g_assert_nonnull (find_good (found));
      g_assert_cmpstr (find_good (found)->remote_id, ==, rows[i].found);
    }
}

static void
test_batch_without_an_end_is_found (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) found = search (fixture, GOOD_LINE);
  g_autoptr (GArray) tiles = NULL;

  g_assert_cmpuint (found->len, ==, 1);
  tiles = upscale_orphaned_batch_get_tiles (found->pdata[0]);
  g_assert_cmpuint (tiles->len, ==, 2);
  g_assert_cmpuint (g_array_index (tiles, guint, 0), ==, 2);
  g_assert_true (upscale_orphaned_batch_has (found->pdata[0], 8, "nine"));
  g_assert_false (upscale_orphaned_batch_has (found->pdata[0], 8, "three"));
  g_assert_false (upscale_orphaned_batch_has (found->pdata[0], 4, "nine"));
}

static void
test_batch_that_has_ended_is_none (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) found = search (fixture, GOOD_LINE ENDED_LINE);

  g_assert_cmpuint (found->len, ==, 0);
}

/* The batch id becomes part of an address. */
static void
test_names_that_are_none_of_ours (Fixture *fixture, gconstpointer data)
{
  const char *const ids[] = {
    "",          ".",      "../health", "a/b",        "a?b=c", "a b", "a\\r\\nX-Evil: 1",
    "a\\u0000b", "%2e%2e", ID "0",      "\\u202e" ID,
  };
  g_autofree char *longest = g_strnfill (100000, 'a');
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) found = NULL;

  for (gsize i = 0; i <= G_N_ELEMENTS (ids); i++)
    g_string_append_printf (text, SENT ("%s", "[{\"tile\":1,\"key\":\"one\"}]"),
                            i < G_N_ELEMENTS (ids) ? ids[i] : longest);
  found = search (fixture, text->str);
  g_assert_cmpuint (found->len, ==, 0);
}

/* Returns a random JSON value, often of a wrong type. */
static const char *
choose_value (GRand *random)
{
  const char *const values[] = {
    "null",
    "true",
    "0",
    "1",
    "3",
    "-1",
    "2147483648",
    "4294967299",
    "9223372036854775807",
    "99999999999999999999999",
    "1e300",
    "-0.5",
    "\"\"",
    "\"sent\"",
    "\"three\"",
    "\"" ID "\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"\\r\\n\"",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[{\"tile\":\"3\",\"key\":\"three\"}]",
    "[{\"tile\":3,\"key\":3}]",
    "[{\"tile\":3}]",
    "[{\"tile\":1e300,\"key\":\"x\"}]",
    "[{\"tile\":[],\"key\":{}}]",
    "[1,\"x\",null,[],{}]",
    "[{\"tile\":3,\"key\":\"a\"},{\"tile\":3,\"key\":\"b\"}]",
  };

  return values[g_rand_int_range (random, 0, G_N_ELEMENTS (values))];
}

static void
append_random_object (GString *text, GRand *random)
{
  const char *const names[] = { "event", "batch", "tiles", "endpoint", "tile", "text" };

  g_string_append (text, "{\"batch\":\"" ID "\"");
  for (int n = g_rand_int_range (random, 0, 6); n > 0; n--)
    g_string_append_printf (text, ",\"%s\":%s", names[g_rand_int_range (random, 0, 6)],
                            g_rand_boolean (random) ? choose_value (random) : "\"sent\"");
  g_string_append_c (text, '}');
}

/* Appends a line as a power cut, a full disk or a stranger may leave it. */
static void
append_random_line (GString *text, GRand *random)
{
  gsize begin = text->len;

  switch (g_rand_int_range (random, 0, 6))
    {
    case 0:
      g_string_append (text, "{\"batch\":1}{\"batch\":2}");
      break;
    case 1:
      for (int n = g_rand_int_range (random, 1, 20000); n > 0; n--)
        g_string_append (text, g_rand_boolean (random) ? "[\"batch\"," : "{\"batch\":");
      break;
    case 2:
      for (int n = g_rand_int_range (random, 0, 100); n > 0; n--)
        g_string_append_c (text, (char) g_rand_int_range (random, 0, 256));
      g_string_append (text, "\"batch\"");
      break;
    case 3:
      append_random_object (text, random);
      append_random_object (text, random);
      break;
    default:
      append_random_object (text, random);
    }
  if (g_rand_int_range (random, 0, 4) == 0)
    g_string_truncate (text,
                       begin + (gsize) g_rand_int_range (random, 0,
                                                         (int) (text->len - begin) + 1));
  g_string_append_c (text, '\n');
}

static void
check_found (GPtrArray *found)
{
  for (guint i = 0; i < found->len; i++)
    {
      const UpscaleOrphanedBatch *orphan = found->pdata[i];
      g_autoptr (GArray) tiles = upscale_orphaned_batch_get_tiles (orphan);

      g_assert_nonnull (orphan->endpoint);
      g_assert_true (g_uuid_string_is_valid (orphan->batch_id));
      g_assert_cmpuint (tiles->len, >, 0);
      for (guint t = 0; t < tiles->len; t++)
        g_assert_cmpuint (g_array_index (tiles, guint, t), <, G_MAXINT);
    }
}

static void
test_lines_of_any_kind (Fixture *fixture, gconstpointer data)
{
  const char *good =
      SENT ("11111111-2222-4333-8444-555555555555", "[{\"tile\":3,\"key\":\"three\"}]");
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int round = 0; round < 400; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GPtrArray) found = NULL;
      gboolean is_there = FALSE;

      for (int n = g_rand_int_range (random, 0, 8); n > 0; n--)
        append_random_line (text, random);
      /* A NUL may swallow the line that follows it. */
      g_string_append (text, "\n\n");
      g_string_append (text, good);
      write_log (fixture, text->str, (gssize) text->len);
      found = upscale_batch_recovery_find (fixture->folder);
      check_found (found);
      for (guint i = 0; i < found->len; i++)
        is_there |=
            upscale_orphaned_batch_has (found->pdata[i], 2, "three") &&
            g_str_has_prefix (((UpscaleOrphanedBatch *) found->pdata[i])->batch_id,
                              "11111111");
      g_assert_true (is_there);
    }
}

static void
test_line_without_an_end (Fixture *fixture, gconstpointer data)
{
  g_autofree char *filling = g_strnfill (3 << 20, '[');
  g_autofree char *text = g_strconcat (SENT ("11111111-2222-4333-8444-555555555555", "["),
                                       filling, "\"batch\"\n", GOOD_LINE, NULL);
  g_autoptr (GPtrArray) found = search (fixture, text);

  g_assert_cmpuint (found->len, ==, 1);
  g_assert_nonnull (find_good (found));
}

static void
assert_skipped (Fixture *fixture)
{
  g_autoptr (GPtrArray) found = upscale_batch_recovery_find (fixture->folder);

  g_assert_cmpuint (found->len, ==, 0);
}

static void
test_pipe (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_skipped (fixture);
}

static void
test_link_to_a_device (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (symlink ("/dev/zero", fixture->path), ==, 0);
  assert_skipped (fixture);
}

static void
test_link_to_a_log (Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_strconcat (fixture->path, ".txt", NULL);

  g_assert_true (g_file_set_contents (target, GOOD_LINE, -1, NULL));
  g_assert_cmpint (symlink (target, fixture->path), ==, 0);
  assert_skipped (fixture);
  g_unlink (target);
}

typedef struct
{
  GFile *folder;
  int    is_over; /* atomic */
} Reader;

static gpointer
read_until_over (gpointer data)
{
  Reader *reader = data;

  while (!g_atomic_int_get (&reader->is_over))
    g_ptr_array_unref (upscale_batch_recovery_find (reader->folder));
  return NULL;
}

/* Reading locks a log for a moment, also one that its job has not locked yet. A job
 * without a log loses its batches when it is killed. */
static void
test_log_is_opened_while_others_read (Fixture *fixture, gconstpointer data)
{
  Reader   reader = { .folder = fixture->folder };
  GThread *threads[] = { g_thread_new ("reader", read_until_over, &reader),
                         g_thread_new ("reader", read_until_over, &reader) };

  for (int i = 0; i < N_LOGS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UpscaleJobLog) log = upscale_job_log_new (fixture->folder, &error);

      g_assert_no_error (error);
      g_unlink (upscale_job_log_get_path (log));
    }
  g_atomic_int_set (&reader.is_over, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_folder (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (g_mkdir (fixture->path, 0700), ==, 0);
  assert_skipped (fixture);
}

/* A sparse file is not read at all. */
static void
test_log_that_is_too_large (Fixture *fixture, gconstpointer data)
{
  write_log (fixture, GOOD_LINE, -1);
  g_assert_cmpint (truncate (fixture->path, (off_t) 1 << 36), ==, 0);
  assert_skipped (fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                              \
  g_test_add ("/batch-recovery/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("batch-without-an-end-is-found", test_batch_without_an_end_is_found);
  ADD ("name-of-the-endpoint-is-found", test_name_of_the_endpoint_is_found);
  ADD ("batch-that-has-ended-is-none", test_batch_that_has_ended_is_none);
  ADD ("names-that-are-none-of-ours", test_names_that_are_none_of_ours);
  ADD ("lines-of-any-kind", test_lines_of_any_kind);
  ADD ("line-without-an-end", test_line_without_an_end);
  ADD ("pipe", test_pipe);
  ADD ("link-to-a-device", test_link_to_a_device);
  ADD ("link-to-a-log", test_link_to_a_log);
  ADD ("log-is-opened-while-others-read", test_log_is_opened_while_others_read);
  ADD ("folder", test_folder);
  ADD ("log-that-is-too-large", test_log_that_is_too_large);
#undef ADD
  return g_test_run ();
}
