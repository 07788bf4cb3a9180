/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

void upscale_local_answer_json (SoupServerMessage *message,
                                guint              status,
                                const char        *type,
                                const char        *json);
void upscale_local_answer_problem (SoupServerMessage *message, const GError *problem);
void upscale_local_answer_status (SoupServerMessage *message,
                                  guint              status,
                                  const char        *sentence);

G_END_DECLS
