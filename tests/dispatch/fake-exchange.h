/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-exchange.h"

G_BEGIN_DECLS

#define FAKE_TYPE_EXCHANGE (fake_exchange_get_type ())
G_DECLARE_FINAL_TYPE (FakeExchange, fake_exchange, FAKE, EXCHANGE, GObject)

/** Tiles without pixels. */
struct _FakeExchange
{
  GObject parent_instance;

  guint n_stored;    /* tiles below this are found in the store */
  guint bad_picture; /* the first answer for this tile is refused */
  guint n_accepted;
  guint n_given_up;
  guint n_painters;
};

FakeExchange *fake_exchange_new (void);

G_END_DECLS
