/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscalePolicy:
 * @batch_size: tiles in a batch, 0 for automatic
 * @sequential_below: with fewer tiles an autoscaling endpoint gets one slot only
 * @batch_timeout_us: deadline of one batch, us
 * @max_tries: tries that a tile gets, at least 1
 *
 * The user's settings for the dispatch. None of them changes the picture. A value.
 */
typedef struct
{
  int    batch_size;
  int    sequential_below;
  gint64 batch_timeout_us;
  int    max_tries;
} UpscalePolicy;

G_END_DECLS
