/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A tag or a length has 32 bits. */
#define UPSCALE_LOCAL_PROTOBUF_MAX_PREFIX_BYTES 5

/**
 * UpscaleLocalProtobufSpan:
 * @at: first byte, or %NULL
 * @end: behind the last one
 *
 * Bytes that lie elsewhere.
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
 * The form of a value, by protobuf's own numbers.
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
 * @number: its number in the schema
 * @wire: form of its value
 * @whole: all its bytes
 * @value: the bytes of its value, unless that is a number
 * @varint: its value, if that is a number
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
