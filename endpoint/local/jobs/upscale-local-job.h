/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-local-memory.h"
#include "upscale-local-request.h"

G_BEGIN_DECLS

#define UPSCALE_LOCAL_TYPE_JOB (upscale_local_job_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleLocalJob, upscale_local_job, UPSCALE_LOCAL, JOB, GObject)

UpscaleLocalJob *upscale_local_job_new (const UpscaleLocalRequest *request,
                                        UpscaleLocalMemory        *memory,
                                        gint64                     now_us);
const char      *upscale_local_job_get_batch_id (UpscaleLocalJob *job);
const char      *upscale_local_job_get_checksum (UpscaleLocalJob *job);

void upscale_local_job_add_result (UpscaleLocalJob *job, GBytes *result, gint64 now_us);
void upscale_local_job_cancel (UpscaleLocalJob *job, const char *reason, gint64 now_us);
void upscale_local_job_touch (UpscaleLocalJob *job, gint64 now_us);
void upscale_local_job_hold (UpscaleLocalJob *job);
void upscale_local_job_release (UpscaleLocalJob *job, gint64 now_us);

gboolean upscale_local_job_has_ended (UpscaleLocalJob *job);
gboolean upscale_local_job_is_cancelled (UpscaleLocalJob *job);
gboolean upscale_local_job_is_abandoned (UpscaleLocalJob *job, gint64 now_us);
gint64   upscale_local_job_get_ended (UpscaleLocalJob *job);
gsize    upscale_local_job_get_bytes (UpscaleLocalJob *job);
guint    upscale_local_job_get_n_results (UpscaleLocalJob *job);
gboolean upscale_local_job_is_spare (UpscaleLocalJob *job, gint64 now_us);
GPtrArray *
upscale_local_job_to_json (UpscaleLocalJob *job, guint results_from, guint max_results);

G_END_DECLS
