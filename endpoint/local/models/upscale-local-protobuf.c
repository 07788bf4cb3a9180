/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-protobuf.h"

#include <string.h>

#define MAX_VARINT_BYTES 10

static gboolean
read_varint (UpscaleLocalProtobufSpan *span,
             int                       max_bytes,
             gboolean                  is_shortest,
             guint64                  *value)
{
  guint64 read = 0;

  for (int i = 0; i < max_bytes && span->at < span->end; i++)
    {
      guint8 byte = *span->at++;

      read |= (guint64) (byte & 0x7f) << (7 * i);
      if (byte & 0x80)
        continue;
      *value = read;
      return !is_shortest || i == 0 || byte != 0;
    }
  return FALSE;
}

static gboolean
read_value (UpscaleLocalProtobufSpan *span, UpscaleLocalProtobufField *field)
{
  guint64 length = 0;

  switch (field->wire)
    {
    case UPSCALE_LOCAL_PROTOBUF_WIRE_VARINT:
      return read_varint (span, MAX_VARINT_BYTES, FALSE, &field->varint);
    case UPSCALE_LOCAL_PROTOBUF_WIRE_64_BITS:
      length = 8;
      break;
    case UPSCALE_LOCAL_PROTOBUF_WIRE_32_BITS:
      length = 4;
      break;
    case UPSCALE_LOCAL_PROTOBUF_WIRE_BYTES:
      if (!read_varint (span, UPSCALE_LOCAL_PROTOBUF_MAX_PREFIX_BYTES, TRUE, &length))
        return FALSE;
      break;
    default:
      return FALSE;
    }
  if (length > upscale_local_protobuf_span_length (*span))
    return FALSE;
  field->value = (UpscaleLocalProtobufSpan) { span->at, span->at + length };
  span->at += length;
  return TRUE;
}

/**
 * upscale_local_protobuf_span_length:
 * @span: a span
 *
 * Returns: the length in bytes
 */
gsize
upscale_local_protobuf_span_length (UpscaleLocalProtobufSpan span)
{
  return (gsize) (span.end - span.at);
}

/**
 * upscale_local_protobuf_span_equals:
 * @span: a span
 * @text: a text
 *
 * Returns: %TRUE if the bytes equal @text
 */
gboolean
upscale_local_protobuf_span_equals (UpscaleLocalProtobufSpan span, const char *text)
{
  gsize n = strlen (text);

  return upscale_local_protobuf_span_length (span) == n &&
         (n == 0 || memcmp (span.at, text, n) == 0);
}

/**
 * upscale_local_protobuf_span_dup_text:
 * @span: a span
 *
 * Returns: (transfer full): the bytes as text, up to the first NUL, as system calls would
 * read them
 */
char *
upscale_local_protobuf_span_dup_text (UpscaleLocalProtobufSpan span)
{
  return g_strndup (span.at ? (const char *) span.at : "",
                    upscale_local_protobuf_span_length (span));
}

/**
 * upscale_local_protobuf_read_field:
 * @span: (inout): the rest of a message, not empty
 * @field: (out): the next field
 *
 * Reads strictly: refuses input that protobuf parsers interpret differently, such as
 * groups, and tags and lengths that are longer than necessary.
 *
 * Returns: %TRUE if @span begins with a valid field
 */
gboolean
upscale_local_protobuf_read_field (UpscaleLocalProtobufSpan  *span,
                                   UpscaleLocalProtobufField *field)
{
  const guint8 *start = span->at;
  guint64       tag = 0;

  g_return_val_if_fail (field != NULL, FALSE);

  if (!read_varint (span, UPSCALE_LOCAL_PROTOBUF_MAX_PREFIX_BYTES, TRUE, &tag) ||
      tag > G_MAXUINT32 || tag < 8)
    return FALSE;
  *field = (UpscaleLocalProtobufField) { .number = (guint) (tag >> 3),
                                         .wire = (UpscaleLocalProtobufWire) (tag & 7) };
  if (!read_value (span, field))
    return FALSE;
  field->whole = (UpscaleLocalProtobufSpan) { start, span->at };
  return TRUE;
}

/**
 * upscale_local_protobuf_write_varint:
 * @to: (out): at most ten bytes, or five for a number of 32 bits
 * @value: a number
 *
 * Returns: the number of bytes written
 */
gsize
upscale_local_protobuf_write_varint (guint8 *to, guint64 value)
{
  gsize n = 0;

  g_return_val_if_fail (to != NULL, 0);

  for (; value >= 0x80; value >>= 7)
    to[n++] = (guint8) (value | 0x80);
  to[n++] = (guint8) value;
  return n;
}
