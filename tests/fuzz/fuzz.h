/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* libFuzzer calls these three functions. Each target defines the first. */
int   LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
int   LLVMFuzzerInitialize (int *argc, char ***argv);
gsize LLVMFuzzerMutate (guint8 *data, gsize size, gsize max_size);

GBytes     *fuzz_copy (const guint8 *data, gsize size);
char       *fuzz_copy_text (const guint8 *data, gsize size);
const char *fuzz_get_folder (void);
char       *fuzz_write (const char *name, const guint8 *data, gsize size);

G_END_DECLS
