/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "upscale-completions.h"
#include "upscale-endpoint-list.h"

G_BEGIN_DECLS

#define UPSCALE_TYPE_ENDPOINT_TESTER (upscale_endpoint_tester_get_type ())
G_DECLARE_FINAL_TYPE (UpscaleEndpointTester,
                      upscale_endpoint_tester,
                      UPSCALE,
                      ENDPOINT_TESTER,
                      GtkBox)

/**
 * UpscaleEndpointTestFunc:
 * @endpoint: name of an endpoint
 * @seconds: duration of its test tile
 * @user_data: the function's own data
 *
 * Keeps the duration of a test tile.
 */
typedef void (*UpscaleEndpointTestFunc) (const char *endpoint,
                                         double      seconds,
                                         gpointer    user_data);

/**
 * UpscaleEndpointTesterParts:
 * @tools: the tools that make endpoints
 * @gen_params: the parameters that the user is about to paint with; a test tells which of
 * them the server lacks
 * @completions: gets the names that tested servers have
 * @note_test: called after a test of an endpoint that works
 * @note_data: data for @note_test
 *
 * The parts that tests are made with. Borrows its memory, which must outlive the tester.
 */
typedef struct
{
  const UpscaleEndpointTools *tools;
  UpscaleGenParams           *gen_params;
  UpscaleCompletions         *completions;
  UpscaleEndpointTestFunc     note_test;
  gpointer                    note_data;
} UpscaleEndpointTesterParts;

/**
 * UpscaleEndpointTesterState:
 * @UPSCALE_ENDPOINT_TESTER_RUNNING: a tile was sent
 * @UPSCALE_ENDPOINT_TESTER_WORKS: the endpoint painted the tile
 * @UPSCALE_ENDPOINT_TESTER_FAILED: the endpoint did not
 *
 * State of a test.
 */
typedef enum
{
  UPSCALE_ENDPOINT_TESTER_RUNNING,
  UPSCALE_ENDPOINT_TESTER_WORKS,
  UPSCALE_ENDPOINT_TESTER_FAILED,
} UpscaleEndpointTesterState;

GtkWidget *upscale_endpoint_tester_new (UpscaleEndpointTesterParts parts);
void       upscale_endpoint_tester_set_entry (UpscaleEndpointTester      *tester,
                                              const UpscaleEndpointEntry *entry,
                                              GStrv                       key_parts);

G_END_DECLS
