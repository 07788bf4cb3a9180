/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"
#include "fuzz-talk.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  fuzz_talk ("sdcpp", data, size);
  return 0;
}
