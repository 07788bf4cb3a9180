/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-composer.h"
#include "upscale-scheduler.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_JOB_LOG (upscale_job_log_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleJobLog, upscale_job_log, UPSCALE, JOB_LOG, GObject)

UpscaleJobLog *upscale_job_log_new (GFile *folder, GError **error);
const char    *upscale_job_log_get_path (UpscaleJobLog *log);
void           upscale_job_log_follow (UpscaleJobLog *log, UpscaleScheduler *scheduler);
void  upscale_job_log_note_border (UpscaleJobLog *log, const UpscaleBorder *border);
void  upscale_job_log_end (UpscaleJobLog *log, const char *summary);
char *upscale_job_log_dup_warning (UpscaleJobLog *log);

G_END_DECLS
