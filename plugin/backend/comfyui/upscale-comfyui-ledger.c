/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of uploads, and the failures that tiles have in common. */
#include "upscale-comfyui-ledger.h"

/* A server that has painted nothing is given up after this many equal failures. */
#define MAX_EQUAL_FAILURES 3

/**
 * upscale_comfyui_ledger_init:
 * @ledger: zeros
 *
 * Makes an empty ledger.
 */
void
upscale_comfyui_ledger_init (UpscaleComfyuiLedger *ledger)
{
  g_return_if_fail (ledger != NULL);

  g_mutex_init (&ledger->lock);
  ledger->run = g_uuid_string_random ();
}

/**
 * upscale_comfyui_ledger_clear:
 * @ledger: a ledger
 *
 * Frees the members of @ledger.
 */
void
upscale_comfyui_ledger_clear (UpscaleComfyuiLedger *ledger)
{
  g_return_if_fail (ledger != NULL);

  g_mutex_clear (&ledger->lock);
  g_clear_pointer (&ledger->run, g_free);
  g_clear_pointer (&ledger->failure, g_free);
}

/**
 * upscale_comfyui_ledger_take_slot:
 * @ledger: a ledger
 *
 * The server has no route to delete a file, so uploads take names that are free again. A
 * name is free when no prompt reads its file any more. Names take turns, since ComfyUI
 * answers an equal prompt from its cache, and a tile that is tried again must be painted.
 *
 * Returns: a free slot, or %UPSCALE_COMFYUI_LEDGER_N_SLOTS if none is free
 */
guint
upscale_comfyui_ledger_take_slot (UpscaleComfyuiLedger *ledger)
{
  guint slot = UPSCALE_COMFYUI_LEDGER_N_SLOTS;

  g_return_val_if_fail (ledger != NULL, UPSCALE_COMFYUI_LEDGER_N_SLOTS);

  g_mutex_lock (&ledger->lock);
  for (guint i = 0; i < UPSCALE_COMFYUI_LEDGER_N_SLOTS; i++)
    {
      guint candidate = (ledger->next_slot + i) % UPSCALE_COMFYUI_LEDGER_N_SLOTS;

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
 * @slot: a slot whose prompt has ended, or %UPSCALE_COMFYUI_LEDGER_N_SLOTS
 *
 * Makes the slot free again.
 */
void
upscale_comfyui_ledger_free_slot (UpscaleComfyuiLedger *ledger, guint slot)
{
  g_return_if_fail (ledger != NULL);

  g_mutex_lock (&ledger->lock);
  if (slot < UPSCALE_COMFYUI_LEDGER_N_SLOTS)
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
  g_return_if_fail (ledger != NULL);

  g_mutex_lock (&ledger->lock);
  ledger->has_painted = TRUE;
  g_mutex_unlock (&ledger->lock);
}

/**
 * upscale_comfyui_ledger_note_failure:
 * @ledger: a ledger
 * @failure: the failure of a tile, with the node's name
 *
 * Returns: %TRUE if the server has painted nothing and has failed with @failure a few
 * times in a row
 */
gboolean
upscale_comfyui_ledger_note_failure (UpscaleComfyuiLedger *ledger, const char *failure)
{
  gboolean is_general;

  g_return_val_if_fail (ledger != NULL, FALSE);

  g_mutex_lock (&ledger->lock);
  if (g_strcmp0 (ledger->failure, failure) != 0)
    ledger->n_failures = 0;
  g_set_str (&ledger->failure, failure);
  ledger->n_failures++;
  is_general = !ledger->has_painted && ledger->n_failures >= MAX_EQUAL_FAILURES;
  g_mutex_unlock (&ledger->lock);
  return is_general;
}
