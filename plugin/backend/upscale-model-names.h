/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

extern const char *const UPSCALE_WORDS_TILE[];
extern const char *const UPSCALE_WORDS_IP_ADAPTER[];

const char *upscale_model_names_choose (const char *const *names,
                                        const char *const *words,
                                        const char        *model);
char       *upscale_model_names_join_matching (const char *const *names,
                                               const char *const *words);

G_END_DECLS
