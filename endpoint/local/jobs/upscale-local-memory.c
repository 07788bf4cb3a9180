/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-memory.h"

#include "upscale-local-problem.h"

#define CONTENT_TOO_LARGE 413
#define UNAVAILABLE 503

/**
 * UpscaleLocalMemory:
 *
 * The account of everything that clients make the endpoint keep: bodies being received,
 * target pixels of jobs that wait or run, and results. Callers count upper bounds of
 * their allocations. Ref-counted. Main thread only, except ref and unref.
 */
struct _UpscaleLocalMemory
{
  gsize max_bytes;
  gsize held_bytes;
};

/**
 * upscale_local_memory_judge:
 * @limit: the most bytes that may be held at once
 * @held: bytes held now
 * @wanted: bytes wanted in addition
 *
 * Decides about admission. A pure function.
 *
 * Returns: the verdict
 */
UpscaleLocalMemoryVerdict
upscale_local_memory_judge (gsize limit, gsize held, gsize wanted)
{
  if (wanted > limit)
    return UPSCALE_LOCAL_MEMORY_NEVER;
  return held <= limit - wanted ? UPSCALE_LOCAL_MEMORY_TAKE : UPSCALE_LOCAL_MEMORY_LATER;
}

/**
 * upscale_local_memory_new:
 * @max_bytes: the most bytes that may be reserved
 *
 * Returns: (transfer full): an account that holds nothing
 */
UpscaleLocalMemory *
upscale_local_memory_new (gsize max_bytes)
{
  UpscaleLocalMemory *memory = g_atomic_rc_box_new0 (UpscaleLocalMemory);

  memory->max_bytes = max_bytes;
  return memory;
}

/**
 * upscale_local_memory_ref:
 * @memory: an account
 *
 * Returns: (transfer full): @memory
 */
UpscaleLocalMemory *
upscale_local_memory_ref (UpscaleLocalMemory *memory)
{
  g_return_val_if_fail (memory != NULL, NULL);

  return g_atomic_rc_box_acquire (memory);
}

/**
 * upscale_local_memory_unref:
 * @memory: (transfer full): an account
 *
 * Drops a reference.
 */
void
upscale_local_memory_unref (UpscaleLocalMemory *memory)
{
  g_return_if_fail (memory != NULL);

  g_atomic_rc_box_release (memory);
}

/**
 * upscale_local_memory_reserve:
 * @memory: an account
 * @bytes: bytes about to be allocated
 * @error: return location for an error
 *
 * Holds @bytes if they fit within the limit.
 *
 * Returns: %TRUE, or %FALSE with the problem 413 (never) or 503 (not now)
 */
gboolean
upscale_local_memory_reserve (UpscaleLocalMemory *memory, gsize bytes, GError **error)
{
  g_return_val_if_fail (memory, FALSE);
  switch (upscale_local_memory_judge (memory->max_bytes, memory->held_bytes, bytes))
    {
    case UPSCALE_LOCAL_MEMORY_TAKE:
      memory->held_bytes += bytes;
      return TRUE;
    case UPSCALE_LOCAL_MEMORY_LATER:
      upscale_local_problem_set (error, UNAVAILABLE,
                                 "the memory of %" G_GSIZE_FORMAT
                                 " MiB is taken by other batches: send this one later",
                                 memory->max_bytes >> 20);
      return FALSE;
    case UPSCALE_LOCAL_MEMORY_NEVER:
    default:
      upscale_local_problem_set (error, CONTENT_TOO_LARGE,
                                 "the batch needs more than the %" G_GSIZE_FORMAT
                                 " MiB of memory: send fewer or smaller tiles at once",
                                 memory->max_bytes >> 20);
      return FALSE;
    }
}

/**
 * upscale_local_memory_hold:
 * @memory: an account
 * @bytes: bytes allocated
 *
 * Holds @bytes without a check, where a larger reservation for the same data is released
 * at the same time.
 */
void
upscale_local_memory_hold (UpscaleLocalMemory *memory, gsize bytes)
{
  g_return_if_fail (memory);
  memory->held_bytes += bytes;
}

/**
 * upscale_local_memory_release:
 * @memory: an account
 * @bytes: held bytes that were freed
 *
 * Returns held bytes to the account.
 */
void
upscale_local_memory_release (UpscaleLocalMemory *memory, gsize bytes)
{
  g_return_if_fail (memory);
  g_return_if_fail (memory->held_bytes >= bytes);
  memory->held_bytes -= bytes;
}

/**
 * upscale_local_memory_get_held:
 * @memory: an account
 *
 * Returns: the number of held bytes
 */
gsize
upscale_local_memory_get_held (UpscaleLocalMemory *memory)
{
  g_return_val_if_fail (memory, 0);
  return memory->held_bytes;
}
