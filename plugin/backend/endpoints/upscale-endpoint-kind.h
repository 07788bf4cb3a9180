/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-backend.h"
#include "upscale-http.h"

G_BEGIN_DECLS

/**
 * UpscaleEndpointKind:
 * @name: name in files and scripts; an address may begin with it, as in
 * `tile-batch+https://gpu.example.net`
 * @label: text for a list of kinds, for gettext
 * @sentence: the description of the kind for people who choose one, for gettext
 * @usual_port: the port at which a server on this computer listens unless told otherwise
 * @product: (nullable): name of the server's software; %NULL if it is not detected
 * @detection_path: (nullable): a route that only servers of this kind have
 * @detection_member: (nullable): a member of the JSON object that the route answers
 * @may_give_captions: some servers of this kind describe tiles
 * @takes_workflows: the fragment of an address names workflows of the user's
 * @make: makes the backend for a server of this kind
 *
 * A kind of server.
 */
typedef struct
{
  const char *name;
  const char *label;
  const char *sentence;
  int         usual_port;
  const char *product;
  const char *detection_path;
  const char *detection_member;
  gboolean    may_give_captions;
  gboolean    takes_workflows;
  UpscaleBackend *(*make) (GUri *base, UpscaleHttp *http, UpscaleClock *clock);
} UpscaleEndpointKind;

const UpscaleEndpointKind *upscale_endpoint_kind_get_all (guint *n_kinds);
const UpscaleEndpointKind *upscale_endpoint_kind_find (const char *name);
const UpscaleEndpointKind *upscale_endpoint_kind_split (const char **address);

G_END_DECLS
