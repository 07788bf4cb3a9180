/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes texts of servers safe to show to a person in the log, the dialog or a
 * terminal. */
#include "upscale-text.h"

#define ELLIPSIS "\xe2\x80\xa6"
/* Joiners are part of Persian words and of emoji. */
#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d

/* Matches line ends, escape sequences of terminals, and other characters that move a
 * cursor. */
static gboolean
breaks_lines (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
         type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Matches marks that change the direction of the tidied text after them, and other
 * invisible ones. */
static gboolean
is_invisible (gunichar c)
{
  return g_unichar_type (c) == G_UNICODE_FORMAT && c != ZERO_WIDTH_NON_JOINER &&
         c != ZERO_WIDTH_JOINER;
}

/**
 * upscale_text_tidy:
 * @text: a text from outside, in any encoding
 * @most_chars: the most characters to keep, at least 1
 *
 * Makes a text fit for a sentence: one line of UTF-8 without control characters and
 * direction marks. A text that is cut ends with an ellipsis.
 *
 * Returns: (transfer full): the text
 */
char *
upscale_text_tidy (const char *text, guint most_chars)
{
  g_autofree char *valid = NULL;
  GString         *tidy;
  guint            n_chars = 0;
  gboolean         wants_space = FALSE;

  g_return_val_if_fail (text != NULL && most_chars > 0, NULL);

  valid = g_utf8_make_valid (text, -1);
  tidy = g_string_new (NULL);
  for (const char *at = g_strstrip (valid); *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gboolean needs_space;

      if (breaks_lines (c) || is_invisible (c))
        {
          wants_space = wants_space || breaks_lines (c);
          continue;
        }
      needs_space =
          wants_space && tidy->len > 0 && c != ' ' && tidy->str[tidy->len - 1] != ' ';
      n_chars += needs_space ? 2 : 1;
      if (n_chars > most_chars)
        {
          g_string_append (tidy, ELLIPSIS);
          break;
        }
      if (needs_space)
        g_string_append_c (tidy, ' ');
      wants_space = FALSE;
      g_string_append_unichar (tidy, c);
    }
  return g_strstrip (g_string_free_and_steal (tidy));
}

/**
 * upscale_text_is_plain:
 * @text: a name from outside
 * @most_chars: the most characters allowed
 *
 * Names are sent back to servers unchanged, so an unsafe name must be dropped instead of
 * tidied.
 *
 * Returns: %TRUE if upscale_text_tidy() would not change @text
 */
gboolean
upscale_text_is_plain (const char *text, guint most_chars)
{
  guint n_chars = 0;

  g_return_val_if_fail (text != NULL, FALSE);

  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *at = text; *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (breaks_lines (c) || is_invisible (c) || n_chars++ == most_chars)
        return FALSE;
    }
  return TRUE;
}
