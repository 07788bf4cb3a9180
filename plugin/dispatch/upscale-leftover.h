/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UpscaleLeftover UpscaleLeftover;

/**
 * UpscaleLeftover:
 * @endpoint: name of the endpoint that it was sent to
 * @batch_id: what it is called there
 * @remote_id: (nullable): the endpoint's own name for it, where that is not @batch_id
 * @keys: (element-type guint utf8): its tiles, and how each was called in the store
 *
 * A batch that an earlier run has sent and did not see the end of, as it was killed. The
 * endpoint may have finished it since, which is paid for. Filled by its maker, read-only
 * once handed on.
 */
struct _UpscaleLeftover
{
  char       *endpoint;
  char       *batch_id;
  char       *remote_id;
  GHashTable *keys;
};

UpscaleLeftover *upscale_leftover_new (const char *endpoint, const char *batch_id);
UpscaleLeftover *upscale_leftover_ref (UpscaleLeftover *leftover);
void             upscale_leftover_unref (UpscaleLeftover *leftover);
void
upscale_leftover_add_tile (UpscaleLeftover *leftover, guint tile_index, const char *key);
gboolean
upscale_leftover_has (const UpscaleLeftover *leftover, guint tile_index, const char *key);
GArray *upscale_leftover_get_tiles (const UpscaleLeftover *leftover);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLeftover, upscale_leftover_unref)

G_END_DECLS
