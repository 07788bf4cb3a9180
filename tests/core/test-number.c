/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "upscale-number.h"

#define N_RANDOM 20000
#define NO_NUMBER NAN

typedef struct
{
  const char *text;
  double      number;
  double      whole;
} Row;

static const Row rows[] = {
  { "2.5", 2.5, NO_NUMBER },
  { "2,5", 2.5, NO_NUMBER },
  { " 2,50 ", 2.5, NO_NUMBER },
  { "2.", 2.0, NO_NUMBER },
  { ",5", 0.5, NO_NUMBER },
  { "-0,25", -0.25, NO_NUMBER },
  { "0", 0.0, 0.0 },
  { "-3", -3.0, -3.0 },
  { "2147483647", 2147483647.0, 2147483647.0 },
  /* Ten thousand in German, ten in English. */
  { "10.000", 10.0, NO_NUMBER },
  /* Wide digits, and Arabic ones. */
  { "\xef\xbc\x92\xef\xbc\x8e\xef\xbc\x95", 2.5, NO_NUMBER },
  { "\xef\xbc\x91\xef\xbc\x92", 12.0, 12.0 },
  { "\xd9\xa2\xd9\xab\xd9\xa5", 2.5, NO_NUMBER },
  { "", NO_NUMBER, NO_NUMBER },
  { " ", NO_NUMBER, NO_NUMBER },
  { "abc", NO_NUMBER, NO_NUMBER },
  { "2x", NO_NUMBER, NO_NUMBER },
  { "x2", NO_NUMBER, NO_NUMBER },
  { "1.2.3", NO_NUMBER, NO_NUMBER },
  { "1,234.5", NO_NUMBER, NO_NUMBER },
  { "1.234,5", NO_NUMBER, NO_NUMBER },
  { "1 000", NO_NUMBER, NO_NUMBER },
  { "1e3", NO_NUMBER, NO_NUMBER },
  { "0x10", NO_NUMBER, NO_NUMBER },
  { "inf", NO_NUMBER, NO_NUMBER },
  { "nan", NO_NUMBER, NO_NUMBER },
  { "4/2", NO_NUMBER, NO_NUMBER },
  { "--2", NO_NUMBER, NO_NUMBER },
  { "2-", NO_NUMBER, NO_NUMBER },
  { ".", NO_NUMBER, NO_NUMBER },
  { "-", NO_NUMBER, NO_NUMBER },
  { "\xc2\xbd", NO_NUMBER, NO_NUMBER },
  { "\xff", NO_NUMBER, NO_NUMBER },
};

static void
assert_reads (const char *text, gboolean is_whole, double expected)
{
  double   number = NO_NUMBER;
  gboolean is_number = upscale_number_parse (text, is_whole, &number);

  g_assert_cmpint (is_number, ==, !isnan (expected));
  if (is_number)
    g_assert_cmpfloat (number, ==, expected);
  else
    g_assert_true (isnan (number));
}

static void
test_texts_are_numbers_or_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("row %" G_GSIZE_FORMAT, i);
      assert_reads (rows[i].text, FALSE, rows[i].number);
      assert_reads (rows[i].text, TRUE, rows[i].whole);
    }
}

/* Random texts of the characters that numbers are made of, against a pattern. */
static void
test_random_texts_follow_the_pattern (void)
{
  static const char alphabet[] = "0123456789.,- x";
  g_autoptr (GRegex) decimal =
      g_regex_new ("^ *-?([0-9]+[.,]?[0-9]*|[.,][0-9]+) *$", 0, 0, NULL);
  g_autoptr (GRegex) whole = g_regex_new ("^ *-?[0-9]+ *$", 0, 0, NULL);

  for (int i = 0; i < N_RANDOM; i++)
    {
      char   text[8] = "";
      int    length = g_test_rand_int_range (0, sizeof text);
      double number;

      for (int j = 0; j < length; j++)
        text[j] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      g_test_message ("'%s'", text);
      g_assert_cmpint (upscale_number_parse (text, FALSE, &number), ==,
                       g_regex_match (decimal, text, 0, NULL));
      g_assert_cmpint (upscale_number_parse (text, TRUE, &number), ==,
                       g_regex_match (whole, text, 0, NULL));
    }
}

static void
test_all_decimals_are_shown (void)
{
  static const struct
  {
    double      number;
    int         least_decimals;
    const char *text;
  } shown[] = {
    { 2.0, 2, "2.00" },
    { 2.5, 2, "2.50" },
    { 1.333, 2, "1.333" },
    { 0.1 + 0.2, 2, "0.30" },
    { 1.0 / 3.0, 2, "0.333333" },
    { 30.0, 0, "30" },
    { 2147483647.0, 0, "2147483647" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
    {
      g_autofree char *text =
          upscale_number_format (shown[i].number, shown[i].least_decimals);

      g_assert_cmpstr (text, ==, shown[i].text);
    }
}

static void
test_shown_numbers_are_read_back (void)
{
  for (int i = 0; i < N_RANDOM; i++)
    {
      double           number = g_test_rand_int_range (0, 100000000) / 1e6;
      g_autofree char *text = upscale_number_format (number, i % 4);
      double           again;

      g_assert_true (upscale_number_parse (text, FALSE, &again));
      g_assert_cmpfloat_with_epsilon (again, number, 1e-6);
      g_strdelimit (text, ".", ',');
      g_assert_true (upscale_number_parse (text, FALSE, &again));
      g_assert_cmpfloat_with_epsilon (again, number, 1e-6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/number/texts-are-numbers-or-refused",
                   test_texts_are_numbers_or_refused);
  g_test_add_func ("/number/random-texts-follow-the-pattern",
                   test_random_texts_follow_the_pattern);
  g_test_add_func ("/number/all-decimals-are-shown", test_all_decimals_are_shown);
  g_test_add_func ("/number/shown-numbers-are-read-back",
                   test_shown_numbers_are_read_back);
  return g_test_run ();
}
