/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-intake.h"

#include "upscale-local-problem.h"

/* Copies of a body in memory: itself, the strings of the parser, and the decoded
 * pictures. */
#define COPIES 3
#define STEP_BYTES ((gsize) 256 << 10)
/* A refused client can read the reason only after sending its body, up to this size. */
#define DROPPED_BYTES ((gsize) 256 << 20)

#define CONTENT_TOO_LARGE 413

/**
 * UpscaleLocalIntake:
 *
 * The body of one request. A new intake is closed: bytes are counted and dropped, as a
 * refused request must cost no memory, but many clients read the answer only after
 * sending everything. An open intake keeps the bytes, as far as the memory limit allows.
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
 * @memory: the account that counts the body
 * @max_body_bytes: the largest accepted body
 *
 * Returns: (transfer full): a closed intake
 */
UpscaleLocalIntake *
upscale_local_intake_new (UpscaleLocalMemory *memory, gsize max_body_bytes)
{
  UpscaleLocalIntake *intake = g_new0 (UpscaleLocalIntake, 1);

  g_return_val_if_fail (memory != NULL, NULL);

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
  g_return_if_fail (intake != NULL);

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

/* Reserves received bytes only, so that no client can take memory by announcing a
 * length. */
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
 * @announced_bytes: the Content-Length, 0 without one
 * @error: return location for an error
 *
 * Opens the intake.
 *
 * Returns: %TRUE, or %FALSE with the problem 413 or 503; the intake then stays closed
 */
gboolean
upscale_local_intake_open (UpscaleLocalIntake *intake,
                           guint64             announced_bytes,
                           GError            **error)
{
  g_return_val_if_fail (intake != NULL, FALSE);

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
 * @chunk: the received bytes
 * @error: return location for an error
 *
 * Keeps a piece of the body, or drops it if the intake is closed.
 *
 * Returns: %TRUE, or %FALSE with the problem 413 or 503; the intake is then closed
 */
gboolean
upscale_local_intake_add (UpscaleLocalIntake *intake, GBytes *chunk, GError **error)
{
  gsize       size = 0;
  const void *data = g_bytes_get_data (chunk, &size);

  g_return_val_if_fail (intake != NULL, FALSE);

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
 * Returns: %TRUE if so many bytes were dropped that the connection should be closed
 */
gboolean
upscale_local_intake_is_worn_out (UpscaleLocalIntake *intake)
{
  g_return_val_if_fail (intake != NULL, FALSE);

  return intake->dropped_bytes > DROPPED_BYTES;
}

/**
 * upscale_local_intake_steal_body:
 * @intake: an open intake
 *
 * Returns: (transfer full): the body. The memory stays reserved until @intake is freed
 */
GBytes *
upscale_local_intake_steal_body (UpscaleLocalIntake *intake)
{
  g_return_val_if_fail (intake->body, NULL);
  return g_byte_array_free_to_bytes (g_steal_pointer (&intake->body));
}
