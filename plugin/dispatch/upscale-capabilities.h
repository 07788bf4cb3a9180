/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-gen-params.h"
#include "upscale-model-defaults.h"

G_BEGIN_DECLS

typedef struct _UpscaleCapabilities UpscaleCapabilities;

/**
 * UpscaleCapabilities:
 * @identity: a name for the endpoint's models and version, as the endpoint
 * reports
 * @sharing_scope: (nullable): a name shared by the endpoints that paint alike under the
 * same @identity; set by upscale_endpoint_set_ready(), without spaces
 * @max_tiles: tiles in one batch, at least 1
 * @max_body_bytes: largest request, bytes; 0 if unknown
 * @multiple_of: the sides of sent tiles are multiples of this, px
 * @concurrency: batches that the endpoint works on at once, at least 1
 * @n_queued: further batches that it takes meanwhile, so that no slot waits for an upload
 * @resizes: it enlarges a smaller tile to the target size, so that tiles may be sent in
 * the source's size
 * @keeps_batches: a batch can be asked for by its id, also by a later run
 * @autoscales: its slots start cold and cost extra
 * @price_per_hour: price of one slot at work, in dollars; 0 if not stated
 * @is_loopback: it runs on this machine, so that transfer costs less than compression
 * @uses_prompt: the prompt has an effect
 * @takes_controlnet: it has a tile ControlNet
 * @takes_ip_adapter: it can follow a reference picture
 * @takes_loras: it can add LoRAs
 * @takes_generation_size: it can paint in another size than the tile's own
 * @stops_tiles: a tile that is being painted can be stopped
 * @gives_captions: it can describe tiles in words
 * @guesses_model: the server has no default model, so @default_model is a guess
 * @takes_short_names: a model or LoRA may be named without folder and file ending, if
 * only one fits
 * @models: (nullable): its models, %NULL if not stated
 * @controlnets: (nullable): its ControlNets, likewise
 * @tile_controlnets: (nullable): the ControlNets from which the client chooses one by the
 * name of the model, best first; %NULL if the server chooses
 * @ip_adapters: (nullable): likewise for a reference picture
 * @loras: (nullable): its LoRAs, %NULL if not stated
 * @samplers: (nullable): its samplers, %NULL if not stated
 * @schedulers: (nullable): its noise schedules, %NULL if it has no choice of them
 * @model_defaults: (nullable) (element-type UpscaleModelDefaults): what it recommends for
 * its models, %NULL if not stated
 * @version: (nullable): version of the server
 * @about: (nullable): the server's description of itself, sentences
 * @default_model: (nullable): the model that paints if the parameters name none; part of
 * the painter's name then
 * @hint: (nullable): advice on how to get missing models, a sentence
 * @controlnet_hint: (nullable): likewise for a tile ControlNet
 * @ip_adapter_hint: (nullable): likewise for IP-Adapter
 * @caveat: (nullable): a warning for the user in any case, a sentence
 *
 * The capabilities that an endpoint has stated when it was probed. Read-only once handed
 * on.
 */
struct _UpscaleCapabilities
{
  char      *identity;
  char      *sharing_scope;
  int        max_tiles;
  gint64     max_body_bytes;
  int        multiple_of;
  int        concurrency;
  int        n_queued;
  gboolean   resizes;
  gboolean   keeps_batches;
  gboolean   autoscales;
  double     price_per_hour;
  gboolean   is_loopback;
  gboolean   uses_prompt;
  gboolean   takes_controlnet;
  gboolean   takes_ip_adapter;
  gboolean   takes_loras;
  gboolean   takes_generation_size;
  gboolean   stops_tiles;
  gboolean   gives_captions;
  gboolean   guesses_model;
  gboolean   takes_short_names;
  GStrv      models;
  GStrv      controlnets;
  GStrv      tile_controlnets;
  GStrv      ip_adapters;
  GStrv      loras;
  GStrv      samplers;
  GStrv      schedulers;
  GPtrArray *model_defaults;
  char      *version;
  char      *default_model;
  char      *hint;
  char      *controlnet_hint;
  char      *ip_adapter_hint;
  char      *caveat;
  char      *about;
};

UpscaleCapabilities *upscale_capabilities_new (const char *identity);
UpscaleCapabilities *upscale_capabilities_ref (UpscaleCapabilities *capabilities);
void                 upscale_capabilities_unref (UpscaleCapabilities *capabilities);
void                 upscale_capabilities_tidy (UpscaleCapabilities *capabilities);
const char *upscale_capabilities_get_model (const UpscaleCapabilities *capabilities,
                                            const UpscaleGenParams    *gen_params);
char       *upscale_capabilities_dup_missing (const UpscaleCapabilities *capabilities,
                                              const UpscaleGenParams    *gen_params);
gboolean    upscale_capabilities_check_captions (const UpscaleCapabilities *capabilities,
                                                 GError                   **error);
gboolean    upscale_capabilities_paint_alike (const UpscaleCapabilities *capabilities,
                                              const UpscaleCapabilities *other);
char       *upscale_capabilities_dup_painter (const UpscaleCapabilities *capabilities,
                                              const UpscaleGenParams    *gen_params);
gboolean    upscale_capabilities_take_raw (const UpscaleCapabilities *capabilities,
                                           gsize                      n_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleCapabilities, upscale_capabilities_unref)

G_END_DECLS
