/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-event-text.h"

#include <glib/gi18n.h>

static char *
describe_batch (const UpscaleEvent *event, const char *name)
{
  guint n = event->batch ? event->batch->tiles->len : 0;

  if (event->kind == UPSCALE_EVENT_SENT)
    return g_strdup_printf (ngettext ("%s got %u tile", "%s got %u tiles", n), name, n);
  return g_strdup_printf (_ ("%s: a batch failed, its tiles are sent again: %s"), name,
                          event->text ? event->text : "");
}

/**
 * upscale_event_text_describe:
 * @event: an event of the scheduler
 *
 * Returns: (transfer full) (nullable): the event as a sentence for the user; %NULL for
 * events that only the log shows
 */
char *
upscale_event_text_describe (const UpscaleEvent *event)
{
  const char *name;
  const char *text;

  g_return_val_if_fail (event != NULL, NULL);

  name = event->endpoint ? upscale_endpoint_get_name (event->endpoint) : "";
  text = event->text ? event->text : "";
  switch (event->kind)
    {
    case UPSCALE_EVENT_PROBED:
      return g_strdup_printf (_ ("%s is ready"), name);
    case UPSCALE_EVENT_PROBE_FAILED:
      return g_strdup_printf (_ ("%s does not answer: %s"), name, text);
    case UPSCALE_EVENT_SENT:
    case UPSCALE_EVENT_SENT_AGAIN:
    case UPSCALE_EVENT_BATCH_FAILED:
      return describe_batch (event, name);
    case UPSCALE_EVENT_TILE_FAILED:
      return g_strdup_printf (_ ("Tile %u failed and is sent again: %s"),
                              event->tile_index + 1, text);
    case UPSCALE_EVENT_TILE_GIVEN_UP:
      return g_strdup_printf (_ ("Tile %u failed for good: %s"), event->tile_index + 1,
                              text);
    case UPSCALE_EVENT_ENDPOINT_STOPPED:
      return g_strdup_printf (_ ("%s is no longer used: %s"), name, text);
    case UPSCALE_EVENT_ENDPOINT_BUSY: /* its row counts the wait down */
    case UPSCALE_EVENT_TILE_SETTLED:
    case UPSCALE_EVENT_BATCH_ENDED:
    default:
      return NULL;
    }
}
