/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-endpoint.h"
#include "upscale-key-spec.h"

G_BEGIN_DECLS

/** Kind of the endpoint that is installed with the plug-in. It has no address. */
#define UPSCALE_LOCAL_KIND "local"

/**
 * UpscaleEndpointEntry:
 * @name: name that the user has given, without spaces
 * @kind: name of an #UpscaleEndpointKind, or %UPSCALE_LOCAL_KIND
 * @address: address, "" for %UPSCALE_LOCAL_KIND
 * @is_on: used when a job names no endpoints
 * @shares_tiles: the user trusts the endpoint: its tiles may replace those of other
 * endpoints that share and have the same identity
 * @terms: slots, price and duplicates as the user has set them
 * @key_scheme: the way in which requests carry a key; the key itself is never here
 * @key_header: name of the header, for %UPSCALE_KEY_HEADER
 * @key_variable: environment variable that holds the key, "" for the keyring
 * @certificate: SHA-256 fingerprint of the only certificate that is trusted, "" for
 * those that the system trusts
 *
 * An endpoint as the user has described it.
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

UpscaleEndpointEntry *
upscale_endpoint_entry_new (const char *name, const char *kind, const char *address);
UpscaleEndpointEntry *upscale_endpoint_entry_copy (const UpscaleEndpointEntry *entry);
void                  upscale_endpoint_entry_free (UpscaleEndpointEntry *entry);
gboolean upscale_endpoint_entry_check (const UpscaleEndpointEntry *entry, GError **error);
char    *upscale_endpoint_entry_dup_sharing_scope (const UpscaleEndpointEntry *entry);
gboolean upscale_endpoint_entry_is_local (const UpscaleEndpointEntry *entry);
gboolean upscale_endpoint_entry_are_local (GPtrArray *entries);
UpscaleKeySpec *upscale_endpoint_entry_dup_key_spec (const UpscaleEndpointEntry *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleEndpointEntry, upscale_endpoint_entry_free)

G_END_DECLS
