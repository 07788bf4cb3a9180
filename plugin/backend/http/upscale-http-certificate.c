/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks a server's certificate against the fingerprints that the user trusts, and
 * explains to the user why another certificate is refused. */
#include "upscale-http-certificate.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-http-origin.h"
#include "upscale-text.h"

#define SEPARATORS " ,;\t\r\n"
#define N_DIGITS 64 /* of SHA-256, without colons */
#define MOST_NAMES_CHARS 200

static char *
dup_digits (const char *text)
{
  GString *digits = g_string_new (NULL);

  for (; *text; text++)
    if (*text != ':')
      g_string_append_c (digits, g_ascii_toupper (*text));
  return g_string_free_and_steal (digits);
}

static char *
dup_digest (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *digits = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  bytes =
      der ? g_byte_array_free_to_bytes (g_steal_pointer (&der)) : g_bytes_new (NULL, 0);
  digits = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  return g_ascii_strup (digits, -1);
}

/* The notation of browsers and openssl: pairs of digits with colons between. */
static char *
dup_fingerprint (GTlsCertificate *certificate)
{
  g_autofree char *digits = dup_digest (certificate);
  GString         *shown = g_string_new (NULL);

  for (guint i = 0; digits[i]; i++)
    {
      if (i > 0 && i % 2 == 0)
        g_string_append_c (shown, ':');
      g_string_append_c (shown, digits[i]);
    }
  return g_string_free_and_steal (shown);
}

/**
 * upscale_http_certificate_is_fingerprint:
 * @text: a text that the user has typed
 *
 * Returns: %TRUE if @text is a SHA-256 fingerprint, with or without colons
 */
gboolean
upscale_http_certificate_is_fingerprint (const char *text)
{
  g_autofree char *digits = NULL;

  g_return_val_if_fail (text, FALSE);

  digits = dup_digits (text);
  for (const char *digit = digits; *digit; digit++)
    if (!g_ascii_isxdigit (*digit))
      return FALSE;
  return strlen (digits) == N_DIGITS;
}

static gboolean
on_accept_certificate (SoupMessage         *message,
                       GTlsCertificate     *certificate,
                       GTlsCertificateFlags errors,
                       gpointer             user_data)
{
  g_auto (GStrv) trusted = g_strsplit_set (user_data, SEPARATORS, -1);
  g_autofree char *actual = dup_digest (certificate);

  for (char **one = trusted; *one; one++)
    {
      g_autofree char *digits = dup_digits (*one);

      if (g_str_equal (digits, actual))
        return TRUE;
    }
  return FALSE;
}

static void
release_text (gpointer data, GClosure *closure)
{
  g_free (data);
}

/**
 * upscale_http_certificate_trust:
 * @message: a message that is not sent yet
 * @fingerprints: SHA-256 fingerprints with spaces between; may be empty
 *
 * Accepts the certificates with these fingerprints, although the system does not trust
 * them.
 */
void
upscale_http_certificate_trust (SoupMessage *message, const char *fingerprints)
{
  g_return_if_fail (SOUP_IS_MESSAGE (message));
  g_return_if_fail (fingerprints);

  if (*fingerprints == '\0')
    return;
  g_signal_connect_data (message, "accept-certificate",
                         G_CALLBACK (on_accept_certificate), g_strdup (fingerprints),
                         release_text, G_CONNECT_DEFAULT);
}

static char *
dup_names (GTlsCertificate *certificate)
{
  g_autoptr (GPtrArray) names = g_tls_certificate_get_dns_names (certificate);
  g_autofree char *subject = g_tls_certificate_get_subject_name (certificate);
  GString         *list = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; names && i < names->len; i++)
    {
      gsize       size = 0;
      const char *name = g_bytes_get_data (names->pdata[i], &size);

      g_string_append_printf (list, "%s%.*s", i > 0 ? ", " : "", (int) size, name);
    }
  if (list->len == 0)
    g_string_append (list, subject ? subject : "");
  text = g_string_free_and_steal (list);
  return upscale_text_tidy (text, MOST_NAMES_CHARS);
}

static char *
dup_day (GDateTime *moment)
{
  return moment ? g_date_time_format (moment, "%Y-%m-%d") : g_strdup ("?");
}

/* Lists all problems: the certificate of a server at home often has two. */
static char *
describe_errors (GTlsCertificate *certificate, GTlsCertificateFlags errors)
{
  g_autoptr (GDateTime) begin = g_tls_certificate_get_not_valid_before (certificate);
  g_autoptr (GDateTime) end = g_tls_certificate_get_not_valid_after (certificate);
  g_autofree char *first_day = dup_day (begin);
  g_autofree char *last_day = dup_day (end);
  g_autofree char *names = dup_names (certificate);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  if (errors & G_TLS_CERTIFICATE_EXPIRED)
    g_strv_builder_take (parts, g_strdup_printf (_ ("it expired on %s"), last_day));
  if (errors & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    g_strv_builder_take (
        parts, g_strdup_printf (_ ("it is not valid before %s; is the clock right?"),
                                first_day));
  if (errors & G_TLS_CERTIFICATE_BAD_IDENTITY)
    g_strv_builder_take (parts,
                         g_strdup_printf (_ ("it is for '%s', another host"), names));
  if (errors & G_TLS_CERTIFICATE_UNKNOWN_CA)
    g_strv_builder_add (parts, _ ("nobody whom this computer trusts has signed it"));
  if (errors & G_TLS_CERTIFICATE_REVOKED)
    g_strv_builder_add (parts, _ ("it was revoked"));
  list = g_strv_builder_end (parts);
  return *list ? g_strjoinv (", ", list) : g_strdup (_ ("it is not secure"));
}

static GError *
explain_certificate (const char          *host,
                     GTlsCertificate     *certificate,
                     GTlsCertificateFlags errors)
{
  g_autofree char *problem = describe_errors (certificate, errors);
  g_autofree char *fingerprint = dup_fingerprint (certificate);

  return g_error_new (
      UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
      _ ("%s: its certificate can't be trusted: %s. Correct it, or use the server's real "
         "name. If you know that the server's certificate has the SHA-256 fingerprint "
         "%s, trust it: set it in your list of endpoints, or as UPSCALE_CERTIFICATE in "
         "the environment for an address that you type."),
      host, problem, fingerprint);
}

/**
 * upscale_http_certificate_explain:
 * @message: a message whose connection could not be made
 * @failure: a #GTlsError
 *
 * Returns: (transfer full): %UPSCALE_ERROR_REJECTED with an explanation for the user
 */
GError *
upscale_http_certificate_explain (SoupMessage *message, const GError *failure)
{
  GUri            *uri;
  GTlsCertificate *certificate;
  g_autoptr (GUri) plain = NULL;
  g_autofree char *shown = NULL;

  g_return_val_if_fail (SOUP_IS_MESSAGE (message), NULL);
  g_return_val_if_fail (failure, NULL);

  uri = soup_message_get_uri (message);
  certificate = soup_message_get_tls_peer_certificate (message);
  if (certificate && soup_message_get_tls_peer_certificate_errors (message) != 0)
    return explain_certificate (g_uri_get_host (uri), certificate,
                                soup_message_get_tls_peer_certificate_errors (message));
  plain = g_uri_build (SOUP_HTTP_URI_FLAGS, "http", NULL, g_uri_get_host (uri),
                       g_uri_get_port (uri), "", NULL, NULL);
  shown = upscale_http_origin_to_display (plain);
  return g_error_new (
      UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
      _ ("%s: no secure connection can be made (%s). If the server speaks "
         "http without TLS, give its address as %s."),
      g_uri_get_host (uri), failure->message, shown);
}
