/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-job.h"

G_BEGIN_DECLS

typedef struct _UpscaleLocalJobTable UpscaleLocalJobTable;

UpscaleLocalJobTable *upscale_local_job_table_new (guint               max_running,
                                                   gsize               max_kept_bytes,
                                                   UpscaleLocalMemory *memory);
void                  upscale_local_job_table_free (UpscaleLocalJobTable *table);
UpscaleLocalJob      *upscale_local_job_table_lookup (UpscaleLocalJobTable *table,
                                                      const char           *batch_id);
UpscaleLocalJob      *upscale_local_job_table_submit (UpscaleLocalJobTable *table,
                                                      UpscaleLocalRequest  *request,
                                                      gint64                now_us,
                                                      gboolean             *is_new,
                                                      GError              **error);
void upscale_local_job_table_cancel_all (UpscaleLocalJobTable *table, gint64 now_us);
void upscale_local_job_table_sweep (UpscaleLocalJobTable *table, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalJobTable, upscale_local_job_table_free)

G_END_DECLS
