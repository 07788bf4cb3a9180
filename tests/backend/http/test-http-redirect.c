/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libsoup/soup.h>

#include "upscale-http-origin.h"
#include "upscale-http-redirect.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define PATIENCE_US (60 * SECOND)

static void
test_methods (void)
{
  static const guint kept[] = { 301, 302, 307, 308 };

  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    g_assert_true (upscale_http_redirect_keeps_method (kept[i]));
  g_assert_false (upscale_http_redirect_keeps_method (303));
}

typedef struct
{
  const char *target;
  gboolean    stays;
} OriginRow;

static const OriginRow origin_rows[] = {
  { "http://a.example/other", TRUE },       { "http://A.EXAMPLE:80/", TRUE },
  { "https://a.example/", FALSE },          { "http://a.example:8080/", FALSE },
  { "http://b.example/", FALSE },           { "http://a.example.evil/", FALSE },
  { "http://a.example@b.example/", FALSE }, { "javascript:alert(1)", FALSE },
  { "file:///etc/passwd", FALSE },
};

static void
test_origins (void)
{
  g_autoptr (GUri) origin =
      g_uri_parse ("http://a.example/base", SOUP_HTTP_URI_FLAGS, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (origin_rows); i++)
    {
      g_autoptr (GUri) target =
          g_uri_parse (origin_rows[i].target, SOUP_HTTP_URI_FLAGS, NULL);

      g_test_message ("%s", origin_rows[i].target);
      g_assert_cmpint (target && upscale_http_origin_is_same (origin, target), ==,
                       origin_rows[i].stays);
    }
}

/* Counts redirects that take @hop_us each, until the pace gives up or @most is reached.
 */
static guint
follow (gint64 hop_us, gint64 told_us, gint64 patience_us, guint most, gint64 *now_us)
{
  UpscaleHttpRedirectChain redirects = { 0, *now_us };
  guint                    n = 0;

  for (; n < most; n++)
    {
      gint64 sent_us = *now_us;
      gint64 wait_us;

      *now_us += hop_us;
      wait_us =
          upscale_http_redirect_pace (&redirects, sent_us, *now_us, told_us, patience_us);
      if (wait_us < 0)
        break;
      *now_us += wait_us;
    }
  return n;
}

static void
test_servers_that_set_a_pace_are_followed_as_long_as_time_allows (void)
{
  gint64 now_us = 7;

  /* A batch of 40 minutes on Modal, which redirects after 150 s each. */
  g_assert_cmpuint (follow (150 * SECOND, 0, 200 * SECOND, 13, &now_us), ==, 13);
  now_us = 7;
  g_assert_cmpuint (follow (0, 2 * SECOND, G_MAXINT64 / 4, 10000, &now_us), ==, 10000);
  g_assert_cmpint (now_us - 7, ==, 20000 * SECOND);
}

static void
test_chain_at_once_is_paced_and_ends (void)
{
  gint64 now_us = 7;
  guint  n = follow (0, 0, G_MAXINT64 / 4, 10000, &now_us);

  g_assert_cmpuint (n, ==, 100);
  g_assert_cmpint (now_us, >, 300 * SECOND);
  now_us = 7;
  g_assert_cmpuint (follow (0, 0, G_MAXINT64 / 4, 3, &now_us), ==, 3);
  g_assert_cmpint (now_us, ==, 7);
}

static void
test_chain_without_news_ends (void)
{
  gint64 now_us = 7;

  g_assert_cmpuint (follow (2 * SECOND, 0, PATIENCE_US, 10000, &now_us), <, 400);
  now_us = 7;
  g_assert_cmpuint (follow (0, SECOND / 1000, PATIENCE_US, 10000000, &now_us), <, 700000);
}

static void
test_server_can_not_ask_for_more_than_a_minute (void)
{
  UpscaleHttpRedirectChain redirects = { 0, 0 };

  g_assert_cmpint (upscale_http_redirect_pace (&redirects, 0, 0, 3600 * SECOND,
                                               PATIENCE_US),
                   ==, 60 * SECOND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-redirect/methods", test_methods);
  g_test_add_func ("/http-redirect/origins", test_origins);
  g_test_add_func ("/http-redirect/servers-that-set-a-pace-are-followed",
                   test_servers_that_set_a_pace_are_followed_as_long_as_time_allows);
  g_test_add_func ("/http-redirect/chain-at-once-is-paced-and-ends",
                   test_chain_at_once_is_paced_and_ends);
  g_test_add_func ("/http-redirect/chain-without-news-ends",
                   test_chain_without_news_ends);
  g_test_add_func ("/http-redirect/server-can-not-ask-for-more-than-a-minute",
                   test_server_can_not_ask_for_more_than_a_minute);
  return g_test_run ();
}
