/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** Most characters of a sentence that quotes a server. */
#define UPSCALE_TEXT_SENTENCE_CHARS 1000

char    *upscale_text_tidy (const char *text, guint most_chars);
gboolean upscale_text_is_plain (const char *text, guint most_chars);

G_END_DECLS
