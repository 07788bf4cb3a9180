/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-intake.h"

#include "upscale-local-problem.h"

/* A body, the strings that the parser makes of it, and the pictures in them. */
#define COPIES 3
#define STEP_BYTES ((gsize) 256 << 10)
/* A client that sends too much, or without the right to, reads why if it sends no more
 * than this. */
#define DROPPED_BYTES ((gsize) 256 << 20)

#define CONTENT_TOO_LARGE 413

/**
 * UpscaleLocalIntake:
 *
 * The body of one request. Closed at first: its bytes are counted and dropped, as a
 * refused request must cost nothing, but its sender may only read the answer when it has
 * sent everything. Once opened it keeps the bytes, as far as there is memory.
 */
struct _UpscaleLocalIntake
{
  UpscaleLocalMemory *memory;
  gsize               max_body_bytes;
  gsize               dropped_bytes;
  gsize               reserved_bytes;
  GByteArray         *body; /* NULL while it is closed */
};

/**
 * upscale_local_intake_new:
 * @memory: where what it keeps is counted
 * @max_body_bytes: largest body
 *
 * Returns: (transfer full): a closed intake
 */
UpscaleLocalIntake *
upscale_local_intake_new (UpscaleLocalMemory *memory, gsize max_body_bytes)
{
  UpscaleLocalIntake *intake = g_new0 (UpscaleLocalIntake, 1);

  intake->memory = upscale_local_memory_ref (memory);
  intake->max_body_bytes = max_body_bytes;
  return intake;
}

static void
close_intake (UpscaleLocalIntake *intake)
{
  g_clear_pointer (&intake->body, g_byte_array_unref);
  upscale_local_memory_release (intake->memory, intake->reserved_bytes);
  intake->reserved_bytes = 0;
}

/**
 * upscale_local_intake_free:
 * @intake: (transfer full): an intake
 */
void
upscale_local_intake_free (UpscaleLocalIntake *intake)
{
  close_intake (intake);
  upscale_local_memory_unref (intake->memory);
  g_free (intake);
}

static gboolean
check_size (UpscaleLocalIntake *intake, guint64 bytes, GError **error)
{
  if (bytes <= intake->max_body_bytes)
    return TRUE;
  upscale_local_problem_set (
      error, CONTENT_TOO_LARGE,
      "the request is larger than this endpoint takes: send fewer tiles at once");
  return FALSE;
}

/* Only what has come in is reserved, so that nobody can take the memory by announcing. */
static gboolean
reserve (UpscaleLocalIntake *intake, gsize bytes, GError **error)
{
  gsize wanted = (bytes / STEP_BYTES + 1) * STEP_BYTES * COPIES;

  if (wanted <= intake->reserved_bytes)
    return TRUE;
  if (!upscale_local_memory_reserve (intake->memory, wanted - intake->reserved_bytes,
                                     error))
    return FALSE;
  intake->reserved_bytes = wanted;
  return TRUE;
}

/**
 * upscale_local_intake_open:
 * @intake: a closed intake
 * @announced_bytes: what the Content-Length header says, 0 without it
 * @error: return location for an error
 *
 * Keeps the body from now on.
 *
 * Returns: %FALSE with the problem 413 or 503; the intake stays closed
 */
gboolean
upscale_local_intake_open (UpscaleLocalIntake *intake,
                           guint64             announced_bytes,
                           GError            **error)
{
  if (!check_size (intake, announced_bytes, error) ||
      !reserve (intake, (gsize) announced_bytes, error))
    return FALSE;
  upscale_local_memory_release (intake->memory, intake->reserved_bytes);
  intake->reserved_bytes = 0;
  intake->body = g_byte_array_new ();
  return TRUE;
}

/**
 * upscale_local_intake_add:
 * @intake: an intake
 * @chunk: what has come in
 * @error: return location for an error
 *
 * Keeps a piece of the body, or drops it where the intake is closed.
 *
 * Returns: %FALSE with the problem 413 or 503; the intake is closed then
 */
gboolean
upscale_local_intake_add (UpscaleLocalIntake *intake, GBytes *chunk, GError **error)
{
  gsize       size = 0;
  const void *data = g_bytes_get_data (chunk, &size);

  if (!intake->body)
    {
      intake->dropped_bytes += size;
      return TRUE;
    }
  if (!check_size (intake, intake->body->len + (guint64) size, error) ||
      !reserve (intake, intake->body->len + size, error))
    {
      close_intake (intake);
      return FALSE;
    }
  g_byte_array_append (intake->body, data, (guint) size);
  return TRUE;
}

/**
 * upscale_local_intake_is_worn_out:
 * @intake: an intake
 *
 * Returns: %TRUE if so much was dropped that its sender is not worth listening to
 */
gboolean
upscale_local_intake_is_worn_out (UpscaleLocalIntake *intake)
{
  return intake->dropped_bytes > DROPPED_BYTES;
}

/**
 * upscale_local_intake_steal_body:
 * @intake: an open intake
 *
 * Returns: (transfer full): the body; its memory stays reserved until @intake is freed
 */
GBytes *
upscale_local_intake_steal_body (UpscaleLocalIntake *intake)
{
  g_return_val_if_fail (intake->body, NULL);
  return g_byte_array_free_to_bytes (g_steal_pointer (&intake->body));
}
