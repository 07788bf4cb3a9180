/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Known by all talks with one server: the names of uploads, and failures that are alike.
 * Talks run in several threads. */
#include "upscale-comfyui-private.h"

/* Equal failures of the tiles of a server that has painted nothing. */
#define MOST_EQUAL_FAILURES 3

/**
 * upscale_comfyui_ledger_init:
 * @ledger: zeros
 */
void
upscale_comfyui_ledger_init (UpscaleComfyuiLedger *ledger)
{
  g_mutex_init (&ledger->lock);
  ledger->run = g_uuid_string_random ();
}

/**
 * upscale_comfyui_ledger_clear:
 * @ledger: a ledger
 */
void
upscale_comfyui_ledger_clear (UpscaleComfyuiLedger *ledger)
{
  g_mutex_clear (&ledger->lock);
  g_clear_pointer (&ledger->run, g_free);
  g_clear_pointer (&ledger->failure, g_free);
}

/**
 * upscale_comfyui_ledger_take_slot:
 * @ledger: a ledger
 *
 * The server has no route to delete a file, so names are used again; but not while a
 * prompt may still read the file. The names take turns: ComfyUI answers an equal prompt
 * from its cache, and a tile that is tried again is to be painted.
 *
 * Returns: a slot that is free, %UPSCALE_COMFYUI_N_SLOTS when none is
 */
guint
upscale_comfyui_ledger_take_slot (UpscaleComfyuiLedger *ledger)
{
  guint slot = UPSCALE_COMFYUI_N_SLOTS;

  g_mutex_lock (&ledger->lock);
  for (guint i = 0; i < UPSCALE_COMFYUI_N_SLOTS; i++)
    {
      guint candidate = (ledger->next_slot + i) % UPSCALE_COMFYUI_N_SLOTS;

      if (ledger->is_taken[candidate])
        continue;
      slot = candidate;
      ledger->is_taken[slot] = TRUE;
      ledger->next_slot = slot + 1;
      break;
    }
  g_mutex_unlock (&ledger->lock);
  return slot;
}

/**
 * upscale_comfyui_ledger_free_slot:
 * @ledger: a ledger
 * @slot: a slot whose prompt has ended, or %UPSCALE_COMFYUI_N_SLOTS
 */
void
upscale_comfyui_ledger_free_slot (UpscaleComfyuiLedger *ledger, guint slot)
{
  g_mutex_lock (&ledger->lock);
  if (slot < UPSCALE_COMFYUI_N_SLOTS)
    ledger->is_taken[slot] = FALSE;
  g_mutex_unlock (&ledger->lock);
}

/**
 * upscale_comfyui_ledger_note_painted:
 * @ledger: a ledger
 *
 * Notes that the server can paint.
 */
void
upscale_comfyui_ledger_note_painted (UpscaleComfyuiLedger *ledger)
{
  g_mutex_lock (&ledger->lock);
  ledger->has_painted = TRUE;
  g_mutex_unlock (&ledger->lock);
}

/**
 * upscale_comfyui_ledger_note_failure:
 * @ledger: a ledger
 * @failure: of a tile, with the node's name
 *
 * Returns: %TRUE if the server has painted nothing and has failed like this a few times
 */
gboolean
upscale_comfyui_ledger_note_failure (UpscaleComfyuiLedger *ledger, const char *failure)
{
  gboolean is_general;

  g_mutex_lock (&ledger->lock);
  if (g_strcmp0 (ledger->failure, failure) != 0)
    ledger->n_failures = 0;
  g_set_str (&ledger->failure, failure);
  ledger->n_failures++;
  is_general = !ledger->has_painted && ledger->n_failures >= MOST_EQUAL_FAILURES;
  g_mutex_unlock (&ledger->lock);
  return is_general;
}
