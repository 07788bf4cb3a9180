/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UPSCALE_TYPE_CLOCK (upscale_clock_get_type ())
G_DECLARE_DERIVABLE_TYPE (UpscaleClock, upscale_clock, UPSCALE, CLOCK, GObject)

/**
 * UpscaleClockClass:
 * @get_now: see upscale_clock_get_now()
 * @add_timer: see upscale_clock_add_timer()
 * @remove_timer: see upscale_clock_remove_timer()
 *
 * The only source of time in a job, so that tests can replace it.
 */
struct _UpscaleClockClass
{
  GObjectClass parent_class;

  gint64 (*get_now) (UpscaleClock *clock);
  guint (*add_timer) (UpscaleClock   *clock,
                      gint64          wait_us,
                      GSourceOnceFunc on_due,
                      gpointer        user_data);
  void (*remove_timer) (UpscaleClock *clock, guint timer);
};

UpscaleClock *upscale_clock_new (void);
gint64        upscale_clock_get_now (UpscaleClock *clock);
guint         upscale_clock_add_timer (UpscaleClock   *clock,
                                       gint64          wait_us,
                                       GSourceOnceFunc on_due,
                                       gpointer        user_data);
void          upscale_clock_remove_timer (UpscaleClock *clock, guint timer);

G_END_DECLS
