/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GStrv upscale_fields_split (const char *line, guint n_least);
char *upscale_fields_join (const char *const *fields);

/**
 * UpscaleFieldsReader:
 * @list: gets what the line says
 * @line: a line that is not empty
 * @error: return location for an error
 *
 * Returns: %TRUE if the line was read
 */
typedef gboolean (*UpscaleFieldsReader) (GPtrArray  *list,
                                         const char *line,
                                         GError    **error);

gboolean upscale_fields_read_lines (const char         *text,
                                    UpscaleFieldsReader read,
                                    GPtrArray          *list,
                                    GError            **error);
gboolean upscale_fields_refuse (const char *line, const char *sentence, GError **error);
gboolean upscale_fields_is_short (const char *text);

G_END_DECLS
