/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscalePolicy:
 * @batch_size: tiles in a batch, 0 for automatic
 * @sequential_below: with fewer tiles an autoscaling endpoint gets one slot only
 * @batch_timeout_us: deadline of one batch
 * @max_tries: how often one tile is tried, at least 1
 *
 * What the user wants of the dispatch; none of it changes the picture. A value.
 */
typedef struct
{
  int    batch_size;
  int    sequential_below;
  gint64 batch_timeout_us;
  int    max_tries;
} UpscalePolicy;

G_END_DECLS
