/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An ONNX model may keep tensors in other files ("external data"). ONNX Runtime 1.21
 * opens any path that the model names: absolute, with `..`, through a link, or relative
 * to the working folder when the model comes from memory. One location
 * (`_ORT_MEM_ADDR_`) it even reads as an address in memory. Therefore ONNX Runtime never
 * sees external data: this code finds the tensors and puts their bytes in place.
 *
 * The format is protobuf, with the schema of onnx-ml.proto. */
#include "upscale-local-weights.h"

#include "upscale-local-protobuf.h"

/* The limit of protobuf. */
#define MAX_DEPTH 100
/* Large networks have some thousand tensors. A million keeps ONNX Runtime busy for
 * minutes. */
#define MAX_TENSORS 100000
#define MAX_NAME_BYTES 255
#define MAX_SHOWN_CHARS 200

#define TENSOR_RAW_DATA 9
#define TENSOR_EXTERNAL_DATA 13
#define TENSOR_DATA_LOCATION 14
#define DATA_IS_EXTERNAL 1
#define ENTRY_KEY 1
#define ENTRY_VALUE 2

/* Messages that hold tensors, directly or in messages inside. */
typedef enum
{
  KIND_OTHER,
  KIND_MODEL,
  KIND_TRAINING,
  KIND_FUNCTION,
  KIND_GRAPH,
  KIND_NODE,
  KIND_ATTRIBUTE,
  KIND_SPARSE,
  KIND_TENSOR,
} Kind;

typedef struct
{
  Kind  parent;
  guint number;
  Kind  kind;
} Member;

static const Member members[] = {
  { KIND_MODEL, 7, KIND_GRAPH },         { KIND_MODEL, 20, KIND_TRAINING },
  { KIND_MODEL, 25, KIND_FUNCTION },     { KIND_TRAINING, 1, KIND_GRAPH },
  { KIND_TRAINING, 2, KIND_GRAPH },      { KIND_FUNCTION, 7, KIND_NODE },
  { KIND_FUNCTION, 11, KIND_ATTRIBUTE }, { KIND_GRAPH, 1, KIND_NODE },
  { KIND_GRAPH, 5, KIND_TENSOR },        { KIND_GRAPH, 15, KIND_SPARSE },
  { KIND_NODE, 5, KIND_ATTRIBUTE },      { KIND_ATTRIBUTE, 5, KIND_TENSOR },
  { KIND_ATTRIBUTE, 6, KIND_GRAPH },     { KIND_ATTRIBUTE, 10, KIND_TENSOR },
  { KIND_ATTRIBUTE, 11, KIND_GRAPH },    { KIND_ATTRIBUTE, 22, KIND_SPARSE },
  { KIND_ATTRIBUTE, 23, KIND_SPARSE },   { KIND_SPARSE, 1, KIND_TENSOR },
  { KIND_SPARSE, 2, KIND_TENSOR },
};

/* A part of the new model: a tag with a length, then bytes owned by others. */
typedef struct
{
  guint8                   head[2 * UPSCALE_LOCAL_PROTOBUF_MAX_PREFIX_BYTES];
  gsize                    n_head;
  UpscaleLocalProtobufSpan body;
} Piece;

typedef struct
{
  GArray                   *pieces; /* of Piece */
  GPtrArray                *weights;
  gsize                     n_bytes;
  guint                     n_tensors;
  UpscaleLocalWeightsReader reader;
  gpointer                  user_data;
} Embedding;

/* The place of a tensor's data. */
typedef struct
{
  gboolean is_external;
  gboolean is_touched;
  char    *file;
  gint64   offset;
  gint64   length;
} Location;

static void
location_clear (Location *location)
{
  g_free (location->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Location, location_clear)

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, sentence);
  return FALSE;
}

static gboolean
refuse_damaged (GError **error)
{
  return refuse (error, "it is damaged, or no ONNX file; download or export it again");
}

static void
set_head (Piece *piece, guint number, gsize length)
{
  piece->n_head =
      upscale_local_protobuf_write_varint (piece->head,
                                           (guint64) number << 3 |
                                               UPSCALE_LOCAL_PROTOBUF_WIRE_BYTES);
  piece->n_head +=
      upscale_local_protobuf_write_varint (piece->head + piece->n_head, length);
}

/* Joins adjacent bytes, so that a model without external data becomes one piece. */
static void
append_span (Embedding *self, UpscaleLocalProtobufSpan span)
{
  Piece *last = self->pieces->len > 0
                    ? &g_array_index (self->pieces, Piece, self->pieces->len - 1)
                    : NULL;
  Piece  piece = { .body = span };

  self->n_bytes += upscale_local_protobuf_span_length (span);
  if (last && last->body.end == span.at)
    last->body.end = span.end;
  else
    g_array_append_val (self->pieces, piece);
}

static Kind
kind_of (Kind parent, const UpscaleLocalProtobufField *field)
{
  if (field->wire == UPSCALE_LOCAL_PROTOBUF_WIRE_BYTES)
    for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
      if (members[i].parent == parent && members[i].number == field->number)
        return members[i].kind;
  return KIND_OTHER;
}

static gboolean
is_plain_name (const char *name)
{
  return *name != '\0' && *name != '.' && !strchr (name, '/') &&
         strlen (name) <= MAX_NAME_BYTES;
}

static gboolean
read_entry (UpscaleLocalProtobufSpan  entry,
            UpscaleLocalProtobufSpan *key,
            UpscaleLocalProtobufSpan *value)
{
  UpscaleLocalProtobufField field;

  while (entry.at < entry.end)
    {
      if (!upscale_local_protobuf_read_field (&entry, &field) ||
          field.wire != UPSCALE_LOCAL_PROTOBUF_WIRE_BYTES)
        return FALSE;
      if (field.number == ENTRY_KEY)
        *key = field.value;
      else if (field.number == ENTRY_VALUE)
        *value = field.value;
    }
  return TRUE;
}

static gboolean
read_number (UpscaleLocalProtobufSpan span, gint64 *number, GError **error)
{
  g_autofree char *text = upscale_local_protobuf_span_dup_text (span);
  guint64          read = 0;

  if (strlen (text) != upscale_local_protobuf_span_length (span) ||
      !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &read, NULL))
    return refuse (error, "it names no valid place for its weights; export it again");
  *number = (gint64) read;
  return TRUE;
}

static gboolean
read_location (UpscaleLocalProtobufSpan entry, Location *location, GError **error)
{
  UpscaleLocalProtobufSpan key = { NULL, NULL };
  UpscaleLocalProtobufSpan value = { NULL, NULL };

  if (!read_entry (entry, &key, &value))
    return refuse_damaged (error);
  if (upscale_local_protobuf_span_equals (key, "offset"))
    return read_number (value, &location->offset, error);
  if (upscale_local_protobuf_span_equals (key, "length"))
    return read_number (value, &location->length, error);
  if (!upscale_local_protobuf_span_equals (key, "location"))
    return TRUE;
  g_free (location->file);
  location->file = upscale_local_protobuf_span_dup_text (value);
  return TRUE;
}

static gboolean
find_location (UpscaleLocalProtobufSpan tensor, Location *location, GError **error)
{
  UpscaleLocalProtobufField field;

  location->length = UPSCALE_LOCAL_WEIGHTS_TO_END;
  while (tensor.at < tensor.end)
    {
      if (!upscale_local_protobuf_read_field (&tensor, &field))
        return refuse_damaged (error);
      if (field.number == TENSOR_DATA_LOCATION)
        location->is_external = field.varint == DATA_IS_EXTERNAL;
      else if (field.number != TENSOR_EXTERNAL_DATA)
        continue;
      else if (!read_location (field.value, location, error))
        return FALSE;
      location->is_touched = TRUE;
    }
  return TRUE;
}

static gboolean
append_weights (Embedding *self, const Location *location, GError **error)
{
  const char      *file = location->file ? location->file : "";
  g_autofree char *shown = g_strescape (file, NULL);
  Piece            piece = { 0 };
  GBytes          *weights;
  gsize            n = 0;

  if (!is_plain_name (file))
    {
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
          "it keeps weights in '%.*s'; they must lie beside it, in a file with a "
          "plain name",
          MAX_SHOWN_CHARS, shown);
      return FALSE;
    }
  weights =
      self->reader (file, location->offset, location->length, self->user_data, error);
  if (!weights)
    {
      g_prefix_error (error, "its weights in '%.*s' can't be used: ", MAX_SHOWN_CHARS,
                      shown);
      return FALSE;
    }
  g_ptr_array_add (self->weights, weights);
  piece.body.at = g_bytes_get_data (weights, &n);
  piece.body.end = piece.body.at + n;
  set_head (&piece, TENSOR_RAW_DATA, n);
  self->n_bytes += piece.n_head + n;
  g_array_append_val (self->pieces, piece);
  return TRUE;
}

static gboolean
append_tensor (Embedding *self, UpscaleLocalProtobufSpan tensor, GError **error)
{
  g_auto (Location) location = { 0 };
  UpscaleLocalProtobufSpan  rest = tensor;
  UpscaleLocalProtobufField field;

  if (++self->n_tensors > MAX_TENSORS)
    return refuse (error, "it holds more than 100000 tensors; use a smaller one");
  if (!find_location (tensor, &location, error))
    return FALSE;
  if (!location.is_touched)
    {
      append_span (self, tensor);
      return TRUE;
    }
  while (rest.at < rest.end && upscale_local_protobuf_read_field (&rest, &field))
    if (field.number != TENSOR_EXTERNAL_DATA && field.number != TENSOR_DATA_LOCATION &&
        !(location.is_external && field.number == TENSOR_RAW_DATA))
      append_span (self, field.whole);
  return !location.is_external || append_weights (self, &location, error);
}

static gboolean append_message (Embedding               *self,
                                Kind                     kind,
                                UpscaleLocalProtobufSpan message,
                                int                      depth,
                                GError                 **error);

/* The length of a changed message is known only after its content is written. */
static gboolean
append_member (Embedding                       *self,
               Kind                             kind,
               const UpscaleLocalProtobufField *field,
               int                              depth,
               GError                         **error)
{
  guint  at = self->pieces->len;
  gsize  before = self->n_bytes;
  Piece  piece = { .body = { field->value.at, field->value.at } };
  Piece *head;

  g_array_append_val (self->pieces, piece);
  if (!append_message (self, kind, field->value, depth, error))
    return FALSE;
  head = &g_array_index (self->pieces, Piece, at);
  set_head (head, field->number, self->n_bytes - before);
  self->n_bytes += head->n_head;
  if (self->n_bytes <= UPSCALE_LOCAL_WEIGHTS_MAX_BYTES)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               "it is larger than %d MiB with its weights; use a smaller one",
               (int) (UPSCALE_LOCAL_WEIGHTS_MAX_BYTES >> 20));
  return FALSE;
}

static gboolean
append_message (Embedding               *self,
                Kind                     kind,
                UpscaleLocalProtobufSpan message,
                int                      depth,
                GError                 **error)
{
  UpscaleLocalProtobufField field;

  if (depth > MAX_DEPTH)
    return refuse_damaged (error);
  if (kind == KIND_TENSOR)
    return append_tensor (self, message, error);
  while (message.at < message.end)
    {
      Kind inner;

      if (!upscale_local_protobuf_read_field (&message, &field))
        return refuse_damaged (error);
      inner = kind_of (kind, &field);
      if (inner == KIND_OTHER)
        append_span (self, field.whole);
      else if (!append_member (self, inner, &field, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

static GBytes *
join (Embedding *self, GError **error)
{
  guint8 *model = g_try_malloc (MAX (self->n_bytes, 1));
  guint8 *to = model;

  if (!model)
    {
      refuse (error, "it needs more memory than there is");
      return NULL;
    }
  for (guint i = 0; i < self->pieces->len; i++)
    {
      const Piece *piece = &g_array_index (self->pieces, Piece, i);

      to = mempcpy (to, piece->head, piece->n_head);
      if (piece->body.at)
        to = mempcpy (to, piece->body.at,
                      upscale_local_protobuf_span_length (piece->body));
    }
  return g_bytes_new_take (model, self->n_bytes);
}

/**
 * upscale_local_weights_embed:
 * @model: the bytes of an ONNX file
 * @reader: reads the files in which the model keeps weights
 * @user_data: data for @reader
 * @error: return location for an error
 *
 * Moves all external data of a model into the model itself, for tensors in initializers,
 * sparse initializers, attributes, functions and nested graphs. The result refers to no
 * file. May be called from any thread.
 *
 * Returns: (transfer full): the whole model, or %NULL with the reason, the end of a
 * sentence
 */
GBytes *
upscale_local_weights_embed (GBytes                   *model,
                             UpscaleLocalWeightsReader reader,
                             gpointer                  user_data,
                             GError                  **error)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_autoptr (GPtrArray) weights =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  Embedding self = {
    .pieces = pieces, .weights = weights, .reader = reader, .user_data = user_data
  };
  gsize                    n = 0;
  UpscaleLocalProtobufSpan whole;

  g_return_val_if_fail (model != NULL && reader != NULL, NULL);
  whole.at = g_bytes_get_data (model, &n);
  whole.end = whole.at ? whole.at + n : NULL;
  return append_message (&self, KIND_MODEL, whole, 0, error) ? join (&self, error) : NULL;
}
