/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

char    *upscale_local_access_make_token (GError **error);
gboolean upscale_local_access_check (SoupServerMessage *message,
                                     const char        *token,
                                     GError           **error);

G_END_DECLS
