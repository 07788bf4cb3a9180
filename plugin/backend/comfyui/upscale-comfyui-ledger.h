/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A server may have this many uploads at hand at once, and some more, so that a name is
 * not used again at once. */
#define UPSCALE_COMFYUI_LEDGER_N_SLOTS 16

/**
 * UpscaleComfyuiLedger:
 * @lock: guards all other members
 * @run: part of the names of uploads, unlike that of any other run
 * @is_taken: slots whose file a prompt may still read
 * @next_slot: first slot to try
 * @has_painted: a tile was painted
 * @failure: (nullable): failure of the last tile that failed
 * @n_failures: number of tiles in a row that failed with @failure
 *
 * The state that all tiles at one server share. Tiles run in several threads.
 */
typedef struct
{
  GMutex   lock;
  char    *run;
  gboolean is_taken[UPSCALE_COMFYUI_LEDGER_N_SLOTS];
  guint    next_slot;
  gboolean has_painted;
  char    *failure;
  guint    n_failures;
} UpscaleComfyuiLedger;

void     upscale_comfyui_ledger_init (UpscaleComfyuiLedger *ledger);
void     upscale_comfyui_ledger_clear (UpscaleComfyuiLedger *ledger);
guint    upscale_comfyui_ledger_take_slot (UpscaleComfyuiLedger *ledger);
void     upscale_comfyui_ledger_free_slot (UpscaleComfyuiLedger *ledger, guint slot);
void     upscale_comfyui_ledger_note_painted (UpscaleComfyuiLedger *ledger);
gboolean upscale_comfyui_ledger_note_failure (UpscaleComfyuiLedger *ledger,
                                              const char           *failure);

G_END_DECLS
