/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of servers on their way to a person: in the log, the dialog or a terminal. */
#include "upscale-text.h"

#define ELLIPSIS "\xe2\x80\xa6"
/* They join letters, of Persian and of emoji. */
#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d

/* Line ends, escape sequences of terminals, and everything else that moves a cursor. */
static gboolean
breaks_lines (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
         type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Marks that turn the direction of what follows, or hide in it. */
static gboolean
is_invisible (gunichar c)
{
  return g_unichar_type (c) == G_UNICODE_FORMAT && c != ZERO_WIDTH_NON_JOINER &&
         c != ZERO_WIDTH_JOINER;
}

/**
 * upscale_text_tidy:
 * @text: a text from outside, in any encoding
 * @most_chars: characters that are kept, at least 1
 *
 * Makes a text fit for a sentence: one line of UTF-8 without control characters and marks
 * of direction. A text that is cut off ends with an ellipsis.
 *
 * Returns: (transfer full): the text
 */
char *
upscale_text_tidy (const char *text, guint most_chars)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString         *tidy = g_string_new (NULL);
  guint            n_chars = 0;
  gboolean         wants_space = FALSE;

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
 * @most_chars: characters that it may have
 *
 * Names are sent back as they are, so they can't be tidied, only left out.
 *
 * Returns: %TRUE if upscale_text_tidy() would leave it alone
 */
gboolean
upscale_text_is_plain (const char *text, guint most_chars)
{
  guint n_chars = 0;

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
