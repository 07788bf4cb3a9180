/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-text.h"

typedef struct
{
  const char *text;
  const char *tidy;
} Row;

static const Row rows[] = {
  { "plain words", "plain words" },
  { "", "" },
  { "two  spaces stay", "two  spaces stay" },
  { " trimmed \n", "trimmed" },
  { "line\r\nline\n\n\nline", "line line line" },
  { "tab\tand\vmore", "tab and more" },
  { "\x1b[31mred\x1b[0m", "[31mred [0m" },
  { "\x1b]0;title\x07text", "]0;title text" },
  { "bell\x07 backspace\x08\x08 delete\x7f", "bell backspace delete" },
  { "c1 \xc2\x9b"
    "31m",
    "c1 31m" },
  { "\xe2\x80\xae"
    "gnp.exe\xe2\x80\xac",
    "gnp.exe" },
  { "\xe2\x81\xa6"
    "a\xe2\x81\xa9"
    "b\xe2\x80\x8f"
    "c\xd8\x9c",
    "abc" },
  { "zero\xe2\x80\x8bwidth\xef\xbb\xbf", "zerowidth" },
  { "lines\xe2\x80\xa8"
    "and\xe2\x80\xa9paragraphs",
    "lines and paragraphs" },
  { "tag\xf3\xa0\x80\x81", "tag" },
  { "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
  { "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe6\xbc\xa2 \xc3\xa4",
    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe6\xbc\xa2 \xc3\xa4" },
  { "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb" },
};

static void
test_texts_are_fit_for_a_sentence (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *tidy = upscale_text_tidy (rows[i].text, 100);

      g_test_message ("row %" G_GSIZE_FORMAT, i);
      g_assert_cmpstr (tidy, ==, rows[i].tidy);
      g_assert_true (upscale_text_is_plain (tidy, 100));
    }
}

static void
test_long_texts_are_cut_between_characters (void)
{
  g_autofree char *whole = upscale_text_tidy ("\xc3\xa4\xc3\xa4\xc3\xa4", 3);
  g_autofree char *cut = upscale_text_tidy ("\xc3\xa4\xc3\xa4\xc3\xa4", 2);

  g_assert_cmpstr (whole, ==, "\xc3\xa4\xc3\xa4\xc3\xa4");
  g_assert_cmpstr (cut, ==, "\xc3\xa4\xc3\xa4\xe2\x80\xa6");
}

/* Any bytes are tidied. The generator has a fixed seed. */
static void
test_any_bytes_become_tidy (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (9);

  for (int round = 0; round < 20000; round++)
    {
      char             bytes[40] = { 0 };
      g_autofree char *tidy = NULL;
      g_autofree char *again = NULL;

      for (gsize i = 0; i < sizeof bytes - 1; i++)
        bytes[i] =
            (char) g_rand_int_range (random, g_rand_boolean (random) ? 1 : 0xd0, 256);
      tidy = upscale_text_tidy (bytes, 20);
      again = upscale_text_tidy (tidy, 21);
      g_assert_true (upscale_text_is_plain (tidy, 21));
      g_assert_cmpstr (tidy, ==, again);
    }
}

static void
test_names_that_hide_something_are_not_plain (void)
{
  g_assert_true (upscale_text_is_plain ("sd_xl_base_1.0.safetensors [31e35c80fc]", 100));
  g_assert_true (upscale_text_is_plain ("abc", 3));
  g_assert_false (upscale_text_is_plain ("abcd", 3));
  g_assert_false (upscale_text_is_plain ("a\nb", 100));
  g_assert_false (upscale_text_is_plain ("a\xe2\x80\xae"
                                         "b",
                                         100));
  g_assert_false (upscale_text_is_plain ("a\xff", 100));
}

static void
test_errors_keep_all_but_the_mess (void)
{
  g_autoptr (GError) error =
      g_error_new (UPSCALE_ERROR, UPSCALE_ERROR_BUSY, "busy\n\x1b[1mnow");

  upscale_error_set_retry_after (error, 7);
  upscale_error_tidy (error);
  g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "busy [1mnow");
  g_assert_cmpint (upscale_error_get_retry_after (error), ==, 7);
  upscale_error_tidy (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/texts-are-fit-for-a-sentence",
                   test_texts_are_fit_for_a_sentence);
  g_test_add_func ("/text/long-texts-are-cut-between-characters",
                   test_long_texts_are_cut_between_characters);
  g_test_add_func ("/text/any-bytes-become-tidy", test_any_bytes_become_tidy);
  g_test_add_func ("/text/names-that-hide-something-are-not-plain",
                   test_names_that_hide_something_are_not_plain);
  g_test_add_func ("/text/errors-keep-all-but-the-mess",
                   test_errors_keep_all_but_the_mess);
  return g_test_run ();
}
