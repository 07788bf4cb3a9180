/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How redirects are followed: with which request, when, and when no more. */
#include "upscale-http-redirect.h"

#include <libsoup/soup.h>

/* A server that holds a request this long before it redirects sets the pace itself: Modal
 * does so for 150 s. */
#define SLOW_US G_USEC_PER_SEC
#define N_AT_ONCE 3
#define FIRST_WAIT_US (G_USEC_PER_SEC / 10)
#define MOST_WAIT_US (5 * (gint64) G_USEC_PER_SEC)
#define MOST_TOLD_US (60 * (gint64) G_USEC_PER_SEC)
/* With the waits this is eight minutes in which nothing has happened. */
#define MOST_QUICK 100
/* A whole chain may take as many times the silence that one request may. */
#define MOST_SILENCES 10

/**
 * upscale_http_redirect_is_status:
 * @status: an HTTP status
 *
 * Returns: %TRUE if it sends the client to another address
 */
gboolean
upscale_http_redirect_is_status (guint status)
{
  return status == SOUP_STATUS_SEE_OTHER || status == SOUP_STATUS_FOUND ||
         status == SOUP_STATUS_MOVED_PERMANENTLY ||
         status == SOUP_STATUS_TEMPORARY_REDIRECT ||
         status == SOUP_STATUS_PERMANENT_REDIRECT;
}

/**
 * upscale_http_redirect_keeps_method:
 * @status: the status of a redirect
 *
 * RFC 9110: 307 and 308 repeat the request, 303 asks for its result. 301 and 302 would
 * turn a POST into a GET in a browser; here they come from proxies that move a whole
 * server, and only the same server is followed to, so the request is repeated.
 *
 * Returns: %TRUE if the same request is sent to the new address, %FALSE if a GET is
 */
gboolean
upscale_http_redirect_keeps_method (guint status)
{
  return status != SOUP_STATUS_SEE_OTHER;
}

/**
 * upscale_http_redirect_pace:
 * @redirects: the chain so far; changed
 * @sent_us: when the request was sent that was redirected
 * @now_us: the time
 * @told_us: what Retry-After says, 0 without it
 * @patience_us: how long one request may be silent
 *
 * Paces a chain of redirects. Its length is not limited as long as the server sets a pace
 * itself, by holding requests or by Retry-After.
 *
 * Returns: how long to wait before the next request; -1 to give up
 */
gint64
upscale_http_redirect_pace (UpscaleHttpRedirectChain *redirects,
                            gint64                    sent_us,
                            gint64                    now_us,
                            gint64                    told_us,
                            gint64                    patience_us)
{
  guint n_waits;

  if ((now_us - redirects->begun_us) / MOST_SILENCES > patience_us)
    return -1;
  if (told_us > 0 || now_us - sent_us >= SLOW_US)
    {
      redirects->n_quick = 0;
      return MIN (told_us, MOST_TOLD_US);
    }
  redirects->n_quick++;
  if (redirects->n_quick > MOST_QUICK)
    return -1;
  if (redirects->n_quick <= N_AT_ONCE)
    return 0;
  n_waits = MIN (redirects->n_quick - N_AT_ONCE - 1, 10);
  return MIN (FIRST_WAIT_US << n_waits, MOST_WAIT_US);
}
