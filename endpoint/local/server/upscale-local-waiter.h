/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "upscale-local-job.h"

G_BEGIN_DECLS

/**
 * UpscaleLocalWaiterQuestion:
 * @job: the job in question
 * @results_from: index of the first wanted result
 * @max_results: the number of wanted results
 * @wait_s: longest delay of the answer until there is news, 0 for none. Negative: delay
 * until the job has ended, and cancel the job if the client disconnects
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
