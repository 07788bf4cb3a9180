/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-gen-params.h"

G_BEGIN_DECLS

typedef struct _UpscaleCapabilities UpscaleCapabilities;

/**
 * UpscaleCapabilities:
 * @identity: names what paints, by the endpoint's own word
 * @place: (nullable): which endpoints are believed to paint alike under the same
 * @identity; set by upscale_endpoint_set_ready(), without spaces
 * @max_tiles: tiles in one batch, at least 1
 * @max_body_bytes: largest request, 0 when unknown
 * @multiple_of: sides of the tiles sent are multiples of this, px
 * @concurrency: batches it works on at once, at least 1
 * @n_queued: batches more that it holds ready meanwhile, so that no upload is waited for
 * @resizes: it enlarges a smaller tile to the target size by itself, so a tile may be
 * sent at the source's size
 * @keeps_batches: it can be asked for a batch by its id, also by a later run
 * @autoscales: its slots start cold and cost extra
 * @price_per_hour: of one slot at work, in dollars; 0 when it does not say
 * @is_loopback: it runs on this machine, so bytes cost less than compressing them
 * @uses_prompt: what it paints depends on words
 * @takes_controlnet: it has a tile ControlNet
 * @takes_ip_adapter: it can follow a reference picture
 * @takes_loras: it can add LoRAs
 * @takes_generation_size: it can paint at another size than the tile's own
 * @stops_tiles: a tile that it already paints can be stopped there
 * @guesses_model: it has no model of its own choice, so @default_model is a guess
 * @takes_short_names: a model or LoRA may be named without folder and ending, where only
 * one fits
 * @models: (nullable): models it has, %NULL when it does not say
 * @controlnets: (nullable): ControlNets it has, likewise
 * @tile_controlnets: (nullable): those that we choose a tile ControlNet from by the name
 * of the model, best first; %NULL where the server chooses
 * @ip_adapters: (nullable): likewise for a reference picture
 * @loras: (nullable): LoRAs it has, likewise
 * @version: (nullable): of the server
 * @about: (nullable): what it says of itself, sentences
 * @default_model: (nullable): what it paints with where the gen_params names no model;
 * names its answers then, together with @identity
 * @hint: (nullable): how to get what it lacks, a sentence
 * @controlnet_hint: (nullable): how to get a tile ControlNet, likewise
 * @ip_adapter_hint: (nullable): how to get IP-Adapter, likewise
 * @caveat: (nullable): what its user should know in any case, a sentence
 *
 * What an endpoint said it can do when it was probed. Read-only once handed on.
 */
struct _UpscaleCapabilities
{
  char    *identity;
  char    *place;
  int      max_tiles;
  gint64   max_body_bytes;
  int      multiple_of;
  int      concurrency;
  int      n_queued;
  gboolean resizes;
  gboolean keeps_batches;
  gboolean autoscales;
  double   price_per_hour;
  gboolean is_loopback;
  gboolean uses_prompt;
  gboolean takes_controlnet;
  gboolean takes_ip_adapter;
  gboolean takes_loras;
  gboolean takes_generation_size;
  gboolean stops_tiles;
  gboolean guesses_model;
  gboolean takes_short_names;
  GStrv    models;
  GStrv    controlnets;
  GStrv    tile_controlnets;
  GStrv    ip_adapters;
  GStrv    loras;
  char    *version;
  char    *default_model;
  char    *hint;
  char    *controlnet_hint;
  char    *ip_adapter_hint;
  char    *caveat;
  char    *about;
};

UpscaleCapabilities *upscale_capabilities_new (const char *identity);
UpscaleCapabilities *upscale_capabilities_ref (UpscaleCapabilities *capabilities);
void                 upscale_capabilities_unref (UpscaleCapabilities *capabilities);
void                 upscale_capabilities_tidy (UpscaleCapabilities *capabilities);
char    *upscale_capabilities_dup_missing (const UpscaleCapabilities *capabilities,
                                           const UpscaleGenParams    *gen_params);
gboolean upscale_capabilities_paint_alike (const UpscaleCapabilities *capabilities,
                                           const UpscaleCapabilities *other);
char    *upscale_capabilities_dup_painter (const UpscaleCapabilities *capabilities,
                                           const UpscaleGenParams    *gen_params);
gboolean upscale_capabilities_take_raw (const UpscaleCapabilities *capabilities,
                                        gsize                      n_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleCapabilities, upscale_capabilities_unref)

G_END_DECLS
