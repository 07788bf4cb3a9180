/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The sampler to ask stable-diffusion.cpp for where its owner has chosen none. It adds no
 * noise at each step, and noise would differ from tile to tile. */
#define UPSCALE_SERVER_SAMPLER_DEFAULT "euler"

gboolean upscale_server_sampler_is_chosen (JsonObject *capabilities);

G_END_DECLS
