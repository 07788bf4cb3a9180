/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-keyring.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include "upscale-endpoint-address.h"
#include "upscale-error.h"

#define MAX_PARTS 2

/* A key belongs to an origin, not to a name: whoever changes the address in the file does
 * not get the key sent elsewhere. */
static const SecretSchema schema = {
  .name = "org.gimp.tile-upscale.endpoint",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = {
      { "origin", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "scheme", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "part", SECRET_SCHEMA_ATTRIBUTE_INTEGER },
  },
};

/**
 * upscale_key_scheme_count_parts:
 * @scheme: a scheme
 *
 * Returns: of how many secrets its key is made: user name and password are two
 */
guint
upscale_key_scheme_count_parts (UpscaleKeyScheme scheme)
{
  static const guint n_parts[UPSCALE_N_KEY_SCHEMES] = { 0, 1, 2, 2, 1 };

  return n_parts[scheme];
}

static GHashTable *
make_attributes (const UpscaleEndpointEntry *entry, int part)
{
  g_autoptr (GUri) address = upscale_endpoint_address_parse (entry->address, NULL);
  g_autofree char *origin =
      address ? upscale_endpoint_address_dup_origin (address) : g_strdup ("");

  return secret_attributes_build (&schema, "origin", origin, "scheme",
                                  upscale_key_scheme_get_name (entry->key_scheme), "part",
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
 * @entry: an endpoint that wants a key
 * @parts: its secrets, as many as upscale_key_scheme_count_parts() says
 * @error: return location for an error
 *
 * Keeps a key in the user's keyring. Blocks until the keyring has answered; it may ask
 * the user to open it.
 *
 * Returns: whether it is kept; else %UPSCALE_ERROR_STORAGE
 */
gboolean
upscale_keyring_store (const UpscaleEndpointEntry *entry, GStrv parts, GError **error)
{
  for (int i = 0; parts[i]; i++)
    {
      g_autoptr (GHashTable) attributes = make_attributes (entry, i);
      g_autofree char *label =
          g_strdup_printf (_ ("Tile Upscale: key of the endpoint %s"), entry->name);
      g_autoptr (GError) cause = NULL;

      if (!secret_password_storev_sync (&schema, attributes, SECRET_COLLECTION_DEFAULT,
                                        label, parts[i], NULL, &cause))
        {
          explain (error, cause);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * upscale_keyring_lookup:
 * @entry: an endpoint that wants a key
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): its secrets; %NULL without @error when the keyring
 * has none, with it when there is no keyring
 */
GStrv
upscale_keyring_lookup (const UpscaleEndpointEntry *entry, GError **error)
{
  guint n_parts = upscale_key_scheme_count_parts (entry->key_scheme);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  for (guint i = 0; i < n_parts; i++)
    {
      g_autoptr (GHashTable) attributes = make_attributes (entry, (int) i);
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
 * @entry: an endpoint
 * @error: return location for an error
 *
 * Takes its key out of the keyring, if there is one.
 *
 * Returns: whether nothing of it is left; else %UPSCALE_ERROR_STORAGE
 */
gboolean
upscale_keyring_clear (const UpscaleEndpointEntry *entry, GError **error)
{
  for (int i = 0; i < MAX_PARTS; i++)
    {
      g_autoptr (GHashTable) attributes = make_attributes (entry, i);
      g_autoptr (GError) cause = NULL;

      secret_password_clearv_sync (&schema, attributes, NULL, &cause);
      if (cause)
        {
          explain (error, cause);
          return FALSE;
        }
    }
  return TRUE;
}
