/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscalePhase:
 * @UPSCALE_PHASE_AT_WORK: the endpoint paints the batch, or does not tell
 * @UPSCALE_PHASE_QUEUED: the batch waits in the endpoint's own queue
 * @UPSCALE_PHASE_STARTING: a machine is being started for the batch
 *
 * The progress of a batch that an endpoint has, as the endpoint reports.
 */
typedef enum
{
  UPSCALE_PHASE_AT_WORK,
  UPSCALE_PHASE_QUEUED,
  UPSCALE_PHASE_STARTING,
} UpscalePhase;

G_END_DECLS
