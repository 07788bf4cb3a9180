/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

gboolean upscale_local_framing_is_sound (SoupMessageHeaders *headers);
void     upscale_local_framing_refuse (SoupServerMessage *message);

G_END_DECLS
