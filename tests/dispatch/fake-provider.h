/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "upscale-tile-provider.h"

G_BEGIN_DECLS

#define FAKE_TYPE_PROVIDER (fake_provider_get_type ())
G_DECLARE_FINAL_TYPE (FakeProvider, fake_provider, FAKE, PROVIDER, GObject)

/** A provider of tiles without pixels. Its fields say which of them go wrong. */
struct _FakeProvider
{
  GObject parent_instance;

  guint n_stored;          /* tiles below this are found in the tile cache */
  guint bad_picture;       /* the first picture of this tile is refused */
  guint unpreparable;      /* the preparation of this tile fails... */
  guint n_prepared_before; /* ...after as many preparations that succeed */
  guint n_accepted;
  guint n_given_up;
  guint n_painters;
};

FakeProvider *fake_provider_new (void);
GArray       *fake_provider_make_order (guint n_tiles);

G_END_DECLS
