/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users decide by this sentence whether a picture may leave the computer, so the sentence
 * holds only facts that the plug-in knows. The way behind a server is not one of them. */
#include "upscale-endpoint-disclosure.h"

#include <glib/gi18n-lib.h>

#include "upscale-endpoint-address.h"
#include "upscale-http-origin.h"

/**
 * upscale_endpoint_disclosure_dup_host:
 * @entry: an endpoint with an address
 *
 * Returns: (transfer full) (nullable): host and port, the port only where it is not that
 * of the scheme; %NULL if the address can't be read
 */
char *
upscale_endpoint_disclosure_dup_host (const UpscaleEndpointEntry *entry)
{
  g_autoptr (GUri) address = NULL;
  g_autofree char *origin = NULL;

  g_return_val_if_fail (entry != NULL, NULL);

  address = upscale_endpoint_address_parse (entry->address, NULL);
  if (!address)
    return NULL;
  origin = upscale_http_origin_to_display (address);
  return g_strdup (strstr (origin, "://") + strlen ("://"));
}

static char *
describe_target (const UpscaleEndpointEntry *entry)
{
  g_autoptr (GUri) address = NULL;
  g_autofree char *host = NULL;

  if (upscale_endpoint_entry_is_local (entry))
    return g_strdup (_ ("this computer"));
  address = upscale_endpoint_address_parse (entry->address, NULL);
  host = upscale_endpoint_disclosure_dup_host (entry);
  if (!address || !host)
    return g_strdup (entry->name);
  if (upscale_http_origin_is_loopback (address))
    return g_strdup_printf (_ ("%s on this computer"), host);
  return g_strdup_printf (upscale_http_origin_is_private (address)
                              ? _ ("%s over https")
                              : _ ("%s over http, which others can read"),
                          host);
}

/* Several endpoints may be on one host. */
static char *
describe_targets (GPtrArray *entries)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_null_terminated (0, g_free, TRUE);

  for (guint i = 0; i < entries->len; i++)
    {
      g_autofree char *target = describe_target (entries->pdata[i]);

      if (!g_ptr_array_find_with_equal_func (targets, target, g_str_equal, NULL))
        g_ptr_array_add (targets, g_steal_pointer (&target));
    }
  /* TRANSLATORS: between the places that a picture is sent to. */
  return g_strjoinv (_ (" and to "), (GStrv) targets->pdata);
}

/**
 * upscale_endpoint_disclosure_describe:
 * @what: the pictures that a job sends
 * @entries: (element-type UpscaleEndpointEntry): the endpoints that may get them
 *
 * Returns: (transfer full): a sentence that tells what leaves the computer, to whom and
 * how
 */
char *
upscale_endpoint_disclosure_describe (UpscaleEndpointDisclosure what, GPtrArray *entries)
{
  g_autofree char *targets = NULL;
  g_autofree char *tiles = NULL;

  g_return_val_if_fail (entries != NULL, NULL);

  if (upscale_endpoint_entry_are_local (entries))
    return g_strdup (_ ("The picture stays on this computer."));
  targets = describe_targets (entries);
  if (what.is_whole)
    tiles =
        g_strdup_printf (ngettext ("%u tile (all of the layer) goes to %s",
                                   "%u tiles (all of the layer) go to %s", what.n_tiles),
                         what.n_tiles, targets);
  else
    tiles = g_strdup_printf (ngettext ("%u tile (a part of the layer) goes to %s",
                                       "%u tiles (a part of the layer) go to %s",
                                       what.n_tiles),
                             what.n_tiles, targets);
  return g_strconcat (tiles, what.has_reference ? _ ("; a reference picture too") : "",
                      ".", NULL);
}

/**
 * upscale_endpoint_disclosure_describe_captions:
 * @n_tiles: the tiles that would be described
 * @entries: (element-type UpscaleEndpointEntry): the endpoints that may get them
 *
 * Returns: (transfer full): a sentence that tells what leaves the computer to be
 * described, to whom and how
 */
char *
upscale_endpoint_disclosure_describe_captions (guint n_tiles, GPtrArray *entries)
{
  g_autofree char *targets = NULL;

  g_return_val_if_fail (entries != NULL, NULL);

  targets = describe_targets (entries);
  return g_strdup_printf (
      ngettext ("A small picture of %u tile without a text goes to %s.",
                "Small pictures of %u tiles without a text go to %s.", n_tiles),
      n_tiles, targets);
}
