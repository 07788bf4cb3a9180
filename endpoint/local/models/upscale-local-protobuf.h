/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A tag or a length has 32 bits. */
#define UPSCALE_LOCAL_PROTOBUF_MAX_PREFIX_BYTES 5

/**
 * UpscaleLocalProtobufSpan:
 * @at: first byte, or %NULL
 * @end: the byte behind the last one
 *
 * A range of bytes. The span does not own them.
 */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
} UpscaleLocalProtobufSpan;

/**
 * UpscaleLocalProtobufWire:
 * @UPSCALE_LOCAL_PROTOBUF_WIRE_VARINT: a number
 * @UPSCALE_LOCAL_PROTOBUF_WIRE_64_BITS: eight bytes
 * @UPSCALE_LOCAL_PROTOBUF_WIRE_BYTES: bytes with their length: a string, a message or
 * packed numbers
 * @UPSCALE_LOCAL_PROTOBUF_WIRE_32_BITS: four bytes
 *
 * The wire type of a value, as numbered by protobuf.
 */
typedef enum
{
  UPSCALE_LOCAL_PROTOBUF_WIRE_VARINT = 0,
  UPSCALE_LOCAL_PROTOBUF_WIRE_64_BITS = 1,
  UPSCALE_LOCAL_PROTOBUF_WIRE_BYTES = 2,
  UPSCALE_LOCAL_PROTOBUF_WIRE_32_BITS = 5,
} UpscaleLocalProtobufWire;

/**
 * UpscaleLocalProtobufField:
 * @number: the number in the schema
 * @wire: wire type of the value
 * @whole: all bytes of the field
 * @value: the bytes of the value, unless the value is a varint
 * @varint: the value, if it is a varint
 *
 * One field of a message.
 */
typedef struct
{
  guint                    number;
  UpscaleLocalProtobufWire wire;
  UpscaleLocalProtobufSpan whole;
  UpscaleLocalProtobufSpan value;
  guint64                  varint;
} UpscaleLocalProtobufField;

gsize    upscale_local_protobuf_span_length (UpscaleLocalProtobufSpan span);
gboolean upscale_local_protobuf_span_equals (UpscaleLocalProtobufSpan span,
                                             const char              *text);
char    *upscale_local_protobuf_span_dup_text (UpscaleLocalProtobufSpan span);
gboolean upscale_local_protobuf_read_field (UpscaleLocalProtobufSpan  *span,
                                            UpscaleLocalProtobufField *field);
gsize    upscale_local_protobuf_write_varint (guint8 *to, guint64 value);

G_END_DECLS
