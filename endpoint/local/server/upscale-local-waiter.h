/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "upscale-local-job.h"

G_BEGIN_DECLS

/**
 * UpscaleLocalWaiterQuestion:
 * @job: which job is asked about
 * @results_from: the first result that is wanted
 * @max_results: how many are wanted
 * @wait_s: how long the answer may be held back for news, 0 for not at all; negative for
 * until the job has ended, and a client that goes away cancels it
 */
typedef struct
{
  UpscaleLocalJob *job;
  guint            results_from;
  guint            max_results;
  int              wait_s;
} UpscaleLocalWaiterQuestion;

void upscale_local_waiter_answer (SoupServerMessage         *message,
                                  UpscaleLocalWaiterQuestion question);

G_END_DECLS
