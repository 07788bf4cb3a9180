/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

extern const char *const UPSCALE_WORDS_TILE[];
extern const char *const UPSCALE_WORDS_IP_ADAPTER[];

GStrv upscale_model_names_filter (const char *const *names, const char *const *words);
const char *upscale_model_names_fit (const char *const *names, const char *model);
const char *upscale_model_names_find (const char *const *names, const char *wanted);
char       *upscale_model_names_dup_without_hash (const char *name);
char       *upscale_model_names_dup_stem (const char *name);
gboolean    upscale_model_names_are_same (const char *name, const char *other);

G_END_DECLS
