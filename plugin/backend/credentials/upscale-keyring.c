/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All functions block until the keyring service has answered; the service may ask the
 * user to open the keyring. */
#include "upscale-keyring.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include "upscale-error.h"

#define MAX_PARTS 2

/* A key belongs to an origin, not to an endpoint's name. An address that is changed in
 * the file of endpoints therefore does not get the key of the old address. */
static const SecretSchema schema = {
  .name = "org.gimp.tile-upscale.endpoint",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = {
      { "origin", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "scheme", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "part", SECRET_SCHEMA_ATTRIBUTE_INTEGER },
  },
};

static GHashTable *
make_attributes (const UpscaleKeySpec *spec, int part)
{
  return secret_attributes_build (&schema, "origin", spec->origin, "scheme",
                                  upscale_key_scheme_get_name (spec->scheme), "part",
                                  part, NULL);
}

static void
explain (GError **error, const GError *cause)
{
  g_set_error (
      error, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE,
      _ ("The keyring can't be used: %s. Set an environment variable and name it "
         "instead."),
      cause->message);
}

/**
 * upscale_keyring_store:
 * @spec: a description of the key
 * @parts: (array zero-terminated=1): the secrets, as many as
 * upscale_key_scheme_count_parts() returns
 * @error: return location for an error
 *
 * Stores a key in the user's keyring.
 *
 * Returns: %TRUE if the key is stored, or %FALSE with %UPSCALE_ERROR_STORAGE
 */
gboolean
upscale_keyring_store (const UpscaleKeySpec *spec, GStrv parts, GError **error)
{
  g_return_val_if_fail (spec && parts, FALSE);

  for (int i = 0; parts[i]; i++)
    {
      g_autoptr (GHashTable) attributes = make_attributes (spec, i);
      g_autofree char *label =
          g_strdup_printf (_ ("Tile Upscale: key of the endpoint %s"),
                           spec->endpoint_name);
      g_autoptr (GError) cause = NULL;

      if (!secret_password_storev_sync (&schema, attributes, SECRET_COLLECTION_DEFAULT,
                                        label, parts[i], NULL, &cause))
        {
          explain (error, cause);
          return FALSE;
        }
    }
  g_debug ("stored the key for %s in the keyring", spec->origin);
  return TRUE;
}

/**
 * upscale_keyring_lookup:
 * @spec: a description of the key
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the secrets; %NULL without @error if the keyring
 * has none, %NULL with %UPSCALE_ERROR_STORAGE if there is no keyring
 */
GStrv
upscale_keyring_lookup (const UpscaleKeySpec *spec, GError **error)
{
  g_autoptr (GStrvBuilder) parts = NULL;

  g_return_val_if_fail (spec, NULL);

  parts = g_strv_builder_new ();
  for (guint i = 0; i < upscale_key_scheme_count_parts (spec->scheme); i++)
    {
      g_autoptr (GHashTable) attributes = make_attributes (spec, (int) i);
      g_autoptr (GError) cause = NULL;
      char *part = secret_password_lookupv_sync (&schema, attributes, NULL, &cause);

      if (cause)
        explain (error, cause);
      if (!part)
        return NULL;
      g_strv_builder_add (parts, part);
      secret_password_free (part);
    }
  return g_strv_builder_end (parts);
}

/**
 * upscale_keyring_clear:
 * @spec: a description of the key
 * @error: return location for an error
 *
 * Removes a key from the keyring, if the keyring has it.
 *
 * Returns: %TRUE if no part of the key is left, or %FALSE with %UPSCALE_ERROR_STORAGE
 */
gboolean
upscale_keyring_clear (const UpscaleKeySpec *spec, GError **error)
{
  g_return_val_if_fail (spec, FALSE);

  for (int i = 0; i < MAX_PARTS; i++)
    {
      g_autoptr (GHashTable) attributes = make_attributes (spec, i);
      g_autoptr (GError) cause = NULL;

      secret_password_clearv_sync (&schema, attributes, NULL, &cause);
      if (cause)
        {
          explain (error, cause);
          return FALSE;
        }
    }
  g_debug ("removed the key for %s from the keyring", spec->origin);
  return TRUE;
}
