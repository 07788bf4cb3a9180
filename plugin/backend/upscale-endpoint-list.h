/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-clock.h"
#include "upscale-endpoint.h"

G_BEGIN_DECLS

GPtrArray *upscale_endpoint_list_new (const char   *text,
                                      const char   *local_program,
                                      UpscaleClock *clock,
                                      GError      **error);

G_END_DECLS
