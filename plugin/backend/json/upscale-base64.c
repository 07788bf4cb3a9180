/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 (RFC 4648) of whole groups, in loops that the compiler turns into vector code.
 * GLib codes the rest. */
#include "upscale-base64.h"

#include <string.h>

/* Groups of three bytes, or of four characters, that are coded at once. Their buffers fit
 * in the first-level cache. */
#define N_GROUPS 256
#define GROUP_BYTES 3
#define GROUP_CHARS 4
#define CHUNK_BYTES (N_GROUPS * GROUP_BYTES)
#define CHUNK_CHARS (N_GROUPS * GROUP_CHARS)
/* A value that no character of base64 has. */
#define INVALID 0x80

/* Returns a mask of eight ones if the condition holds. Masks instead of branches let the
 * compiler vectorize. */
static inline guint8
mask (gboolean condition)
{
  return (guint8) -condition;
}

/* Returns the character of a value from 0 to 63: A to Z, a to z, 0 to 9, + and /. */
static inline guint8
char_of (guint8 value)
{
  int c = value + 'A';

  c += mask (value > 25) & ('a' - 26 - 'A');
  c -= mask (value > 51) & ('a' - 26 - ('0' - 52));
  c -= mask (value > 61) & ('0' - 52 - ('+' - 62));
  c += mask (value > 62) & ('/' - 63 - ('+' - 62));
  return (guint8) c;
}

/* Returns the value of a character, or INVALID. */
static inline guint8
value_of (guint8 c)
{
  guint8 upper = (guint8) (c - 'A');
  guint8 lower = (guint8) (c - 'a');
  guint8 digit = (guint8) (c - '0');
  guint8 is_upper = mask (upper < 26);
  guint8 is_lower = mask (lower < 26);
  guint8 is_digit = mask (digit < 10);
  guint8 is_plus = mask (c == '+');
  guint8 is_slash = mask (c == '/');
  guint8 is_any = is_upper | is_lower | is_digit | is_plus | is_slash;

  return (guint8) ((is_upper & upper) | (is_lower & (lower + 26)) |
                   (is_digit & (digit + 52)) | (is_plus & 62) | (is_slash & 63) |
                   (~is_any & INVALID));
}

UPSCALE_VECTORIZED static void
encode_chunk (const guint8 *bytes, char *text)
{
  guint32 groups[N_GROUPS];
  guint8  values[CHUNK_CHARS];

  for (int i = 0; i < N_GROUPS; i++)
    groups[i] = (guint32) (bytes[GROUP_BYTES * i] << 16 |
                           bytes[GROUP_BYTES * i + 1] << 8 | bytes[GROUP_BYTES * i + 2]);
  for (int i = 0; i < N_GROUPS; i++)
    groups[i] = GUINT32_TO_LE ((groups[i] >> 18) | (groups[i] >> 12 & 63) << 8 |
                               (groups[i] >> 6 & 63) << 16 | (groups[i] & 63) << 24);
  memcpy (values, groups, sizeof values);
  for (int i = 0; i < CHUNK_CHARS; i++)
    text[i] = (char) char_of (values[i]);
}

/* Returns %FALSE if the chunk has a character that is not of base64. */
UPSCALE_VECTORIZED static gboolean
decode_chunk (const char *text, guint8 *bytes)
{
  guint8  values[CHUNK_CHARS];
  guint32 groups[N_GROUPS];
  guint8  all = 0;

  for (int i = 0; i < CHUNK_CHARS; i++)
    values[i] = value_of ((guint8) text[i]);
  for (int i = 0; i < CHUNK_CHARS; i++)
    all |= values[i];
  if (all & INVALID)
    return FALSE;
  memcpy (groups, values, sizeof values);
  for (int i = 0; i < N_GROUPS; i++)
    {
      guint32 four = GUINT32_FROM_LE (groups[i]);

      groups[i] = four << 18 | (four << 4 & 0x3f000) | (four >> 10 & 0xfc0) | four >> 24;
    }
  for (int i = 0; i < N_GROUPS; i++)
    {
      bytes[GROUP_BYTES * i] = (guint8) (groups[i] >> 16);
      bytes[GROUP_BYTES * i + 1] = (guint8) (groups[i] >> 8);
      bytes[GROUP_BYTES * i + 2] = (guint8) groups[i];
    }
  return TRUE;
}

/**
 * upscale_base64_encode:
 * @bytes: (array length=size): the bytes
 * @size: the number of bytes
 * @text: (out caller-allocates): UPSCALE_BASE64_CHARS (@size) characters, without a NUL
 *
 * Encodes bytes as g_base64_encode() does. May be called from any thread.
 */
void
upscale_base64_encode (const guint8 *bytes, gsize size, char *text)
{
  char  rest[UPSCALE_BASE64_CHARS (CHUNK_BYTES) + GROUP_CHARS];
  int   state = 0;
  int   save = 0;
  gsize length;

  g_return_if_fail (bytes || size == 0);
  g_return_if_fail (text);

  for (; size >= CHUNK_BYTES; size -= CHUNK_BYTES)
    {
      encode_chunk (bytes, text);
      bytes += CHUNK_BYTES;
      text += CHUNK_CHARS;
    }
  length = g_base64_encode_step (bytes, size, FALSE, rest, &state, &save);
  length += g_base64_encode_close (FALSE, rest + length, &state, &save);
  memcpy (text, rest, length);
}

/**
 * upscale_base64_decode:
 * @text: (array length=length): base64
 * @length: the number of characters
 * @bytes: (out caller-allocates): @length / 4 * 3 + 3 bytes
 *
 * Decodes base64 as g_base64_decode() does, which skips other characters. May be called
 * from any thread.
 *
 * Returns: the number of decoded bytes
 */
gsize
upscale_base64_decode (const char *text, gsize length, guint8 *bytes)
{
  guint8 *end = bytes;
  int     state = 0;
  guint   save = 0;

  g_return_val_if_fail (text || length == 0, 0);
  g_return_val_if_fail (bytes, 0);

  while (length >= CHUNK_CHARS && decode_chunk (text, end))
    {
      text += CHUNK_CHARS;
      length -= CHUNK_CHARS;
      end += CHUNK_BYTES;
    }
  end += g_base64_decode_step (text, length, end, &state, &save);
  return (gsize) (end - bytes);
}
