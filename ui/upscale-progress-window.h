/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-job.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_PROGRESS_WINDOW (upscale_progress_window_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleProgressWindow,
                      upscale_progress_window,
                      UPSCALE,
                      PROGRESS_WINDOW,
                      GtkDialog)

/**
 * UpscaleChoice:
 * @UPSCALE_CHOICE_DISCARD: make no layer; painted tiles stay in the tile cache
 * @UPSCALE_CHOICE_KEEP: make a layer with the base in place of the failed tiles
 * @UPSCALE_CHOICE_RETRY: send the failed tiles once more
 * @UPSCALE_CHOICE_REPAINT: paint tiles on the borders that show
 *
 * The user's answer after a job with failed tiles, or with borders that show.
 */
typedef enum
{
  UPSCALE_CHOICE_DISCARD,
  UPSCALE_CHOICE_KEEP,
  UPSCALE_CHOICE_RETRY,
  UPSCALE_CHOICE_REPAINT,
} UpscaleChoice;

/**
 * UpscaleProgressWindowEnd:
 * @sentence: the outcome
 * @before: the target before the job
 * @after: the result
 *
 * The end of a job. Borrows its memory.
 */
typedef struct
{
  const char  *sentence;
  UpscaleView *before;
  UpscaleView *after;
} UpscaleProgressWindowEnd;

GtkWidget *
upscale_progress_window_new (GdkPixbuf *picture, const char *image_name, GFile *choices);
void     upscale_progress_window_watch (UpscaleProgressWindow *window,
                                        UpscaleJob            *job,
                                        GCancellable          *cancellable);
void     upscale_progress_window_ask (UpscaleProgressWindow *window,
                                      const char            *sentence,
                                      gboolean               can_keep);
void     upscale_progress_window_offer_repaint (UpscaleProgressWindow *window,
                                                const char            *sentence);
void     upscale_progress_window_show_written (UpscaleProgressWindow *window,
                                               double                 fraction);
gboolean upscale_progress_window_show_end (UpscaleProgressWindow          *window,
                                           const UpscaleProgressWindowEnd *end);
void upscale_progress_window_say (UpscaleProgressWindow *window, const char *sentence);

G_END_DECLS
