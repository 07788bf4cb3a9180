/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people type and read them. GTK reads only the decimal separator of the
 * locale and drops the other one, so that 2.5 becomes 25 in German. */
#include "upscale-number.h"

#include <math.h>

#define MOST_DECIMALS 6
#define ARABIC_DECIMAL_SEPARATOR 0x066b
/* A stepped value such as 0.1 + 0.2 differs from its decimals by less. */
#define ROUNDING 1e-9

static gboolean
is_separator (gunichar c)
{
  return c == '.' || c == ',' || c == ARABIC_DECIMAL_SEPARATOR;
}

/**
 * upscale_number_parse:
 * @text: a text that a person has typed, as UTF-8
 * @is_whole: %TRUE to accept whole numbers only
 * @number: (out): the number
 *
 * Reads a decimal number, with a point or a comma as its only separator, in every locale.
 * The digits may be those of any script, since input methods for Japanese type wide ones.
 * A whole number has no separator: 10.000 is ten in English, and ten thousand in German.
 *
 * Returns: %TRUE if @text is a number and nothing else
 */
gboolean
upscale_number_parse (const char *text, gboolean is_whole, double *number)
{
  g_autofree char *plain = NULL;
  g_autoptr (GString) ascii = g_string_new (NULL);
  guint n_digits = 0;
  guint n_separators = 0;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (number != NULL, FALSE);

  plain = g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE);
  if (!plain)
    return FALSE;
  for (const char *at = g_strstrip (plain); *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_isdigit (c))
        g_string_append_c (ascii, (char) ('0' + g_unichar_digit_value (c)));
      else if (is_separator (c) && !is_whole && n_separators == 0)
        g_string_append_c (ascii, '.');
      else if (c == '-' && ascii->len == 0)
        g_string_append_c (ascii, '-');
      else
        return FALSE;
      n_digits += g_unichar_isdigit (c);
      n_separators += is_separator (c);
    }
  if (n_digits == 0)
    return FALSE;
  *number = g_ascii_strtod (ascii->str, NULL);
  return TRUE;
}

static gboolean
has_more_decimals (double number, int n_decimals)
{
  double shifted = number * pow (10.0, n_decimals);

  return fabs (shifted - round (shifted)) > ROUNDING * MAX (fabs (shifted), 1.0);
}

/**
 * upscale_number_format:
 * @number: a number
 * @least_decimals: the decimals to show in any case
 *
 * Writes a number with the separator of the locale and with all of its decimals, at most
 * six, so that the reader sees the number that counts.
 *
 * Returns: (transfer full): the text
 */
char *
upscale_number_format (double number, int least_decimals)
{
  int n_decimals = least_decimals;

  g_return_val_if_fail (least_decimals >= 0, NULL);

  while (n_decimals < MOST_DECIMALS && has_more_decimals (number, n_decimals))
    n_decimals++;
  return g_strdup_printf ("%.*f", n_decimals, number);
}
