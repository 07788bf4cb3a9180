/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

GimpImage *upscale_image_question_ask (GimpImageConstraintFunc is_offered,
                                       GError                **error);

G_END_DECLS
