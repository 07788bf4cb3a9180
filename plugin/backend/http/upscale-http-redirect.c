/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decides the method and the pace of requests that follow redirects. */
#include "upscale-http-redirect.h"

#include <libsoup/soup.h>

/* A server that holds a request this long before it redirects sets the pace itself, as
 * Modal does after 150 s. */
#define SLOW_US G_USEC_PER_SEC
#define N_AT_ONCE 3
#define FIRST_WAIT_US (G_USEC_PER_SEC / 10)
#define MOST_WAIT_US (5 * (gint64) G_USEC_PER_SEC)
#define MOST_TOLD_US (60 * (gint64) G_USEC_PER_SEC)
/* With the waits in between this takes eight minutes. */
#define MOST_QUICK 100
/* Longest duration of a chain, in multiples of the silence that one request may have. */
#define MOST_SILENCES 10

/**
 * upscale_http_redirect_is_status:
 * @status: an HTTP status
 *
 * Returns: %TRUE if @status is a redirect to another address
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
 * RFC 9110: 307 and 308 repeat the request, 303 asks for its result. Browsers turn a POST
 * into a GET after 301 and 302. Here these come from proxies that move a whole server,
 * and redirects to other servers are not followed, so the request is repeated.
 *
 * Returns: %TRUE to send the same request to the new address, %FALSE to send a GET
 */
gboolean
upscale_http_redirect_keeps_method (guint status)
{
  return status != SOUP_STATUS_SEE_OTHER;
}

/**
 * upscale_http_redirect_pace:
 * @chain: the chain so far; updated
 * @sent_us: time when the redirected request was sent
 * @now_us: current time
 * @told_us: value of Retry-After, 0 without it
 * @patience_us: longest silence of one request
 *
 * Paces a chain of redirects. A chain has no fixed limit while the server sets the pace,
 * by holding requests or by Retry-After.
 *
 * Returns: the time to wait before the next request, -1 to give up
 */
gint64
upscale_http_redirect_pace (UpscaleHttpRedirectChain *chain,
                            gint64                    sent_us,
                            gint64                    now_us,
                            gint64                    told_us,
                            gint64                    patience_us)
{
  guint n_waits;

  g_return_val_if_fail (chain, -1);

  if ((now_us - chain->begun_us) / MOST_SILENCES > patience_us)
    return -1;
  if (told_us > 0 || now_us - sent_us >= SLOW_US)
    {
      chain->n_quick = 0;
      return MIN (told_us, MOST_TOLD_US);
    }
  chain->n_quick++;
  if (chain->n_quick > MOST_QUICK)
    return -1;
  if (chain->n_quick <= N_AT_ONCE)
    return 0;
  n_waits = MIN (chain->n_quick - N_AT_ONCE - 1, 10);
  return MIN (FIRST_WAIT_US << n_waits, MOST_WAIT_US);
}
