/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint.h"

G_BEGIN_DECLS

/** The kind of the endpoint that comes with the plug-in and has no address. */
#define UPSCALE_LOCAL_KIND "local"

/**
 * UpscaleKeyScheme:
 * @UPSCALE_KEY_NONE: the server asks for no key
 * @UPSCALE_KEY_BEARER: `Authorization: Bearer KEY`
 * @UPSCALE_KEY_BASIC: `Authorization: Basic`, from a user name and a password
 * @UPSCALE_KEY_MODAL: `Modal-Key` and `Modal-Secret`
 * @UPSCALE_KEY_HEADER: a header that the user names
 *
 * How a server wants to be shown a key.
 */
typedef enum
{
  UPSCALE_KEY_NONE,
  UPSCALE_KEY_BEARER,
  UPSCALE_KEY_BASIC,
  UPSCALE_KEY_MODAL,
  UPSCALE_KEY_HEADER,
} UpscaleKeyScheme;

#define UPSCALE_N_KEY_SCHEMES 5

/**
 * UpscaleEndpointEntry:
 * @name: what the user calls it, without spaces
 * @kind: name of an #UpscaleEndpointKind, or %UPSCALE_LOCAL_KIND
 * @address: where it is, "" for the local one
 * @is_on: whether it serves where no endpoint is named
 * @shares_tiles: the user vouches for it: its tiles stand for those of others that share
 * and say that they paint alike
 * @terms: what the user has settled for it
 * @key_scheme: how it wants to be shown a key; the key itself is never here
 * @key_header: name of the header, for %UPSCALE_KEY_HEADER
 * @key_variable: environment variable that holds the key, "" for the keyring
 * @certificate: SHA-256 fingerprint of the certificate that is trusted there, "" for
 * those that the system trusts
 *
 * One endpoint as the user has described it.
 */
typedef struct
{
  char                *name;
  char                *kind;
  char                *address;
  gboolean             is_on;
  gboolean             shares_tiles;
  UpscaleEndpointTerms terms;
  UpscaleKeyScheme     key_scheme;
  char                *key_header;
  char                *key_variable;
  char                *certificate;
} UpscaleEndpointEntry;

const char *upscale_key_scheme_get_name (UpscaleKeyScheme scheme);

UpscaleEndpointEntry *
upscale_endpoint_entry_new (const char *name, const char *kind, const char *address);
UpscaleEndpointEntry *upscale_endpoint_entry_copy (const UpscaleEndpointEntry *entry);
void                  upscale_endpoint_entry_free (UpscaleEndpointEntry *entry);
gboolean upscale_endpoint_entry_check (const UpscaleEndpointEntry *entry, GError **error);
char    *upscale_endpoint_entry_dup_place (const UpscaleEndpointEntry *entry);
gboolean upscale_endpoint_entry_is_local (const UpscaleEndpointEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleEndpointEntry, upscale_endpoint_entry_free)

G_END_DECLS
