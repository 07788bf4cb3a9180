/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repairs the checksums after three of four changes: libpng drops a chunk with a wrong
 * checksum, so most changes would never be parsed. */
#include "fuzz-png-mutator.h"

#include <string.h>
#include <zlib.h>

#include "fuzz.h"

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define SIGNATURE_BYTES 8
#define NAME_BYTES 4
/* A chunk without data: length, name, checksum. */
#define CHUNK_BYTES 12

static void
mend_checksums (guint8 *data, gsize size)
{
  gsize at = SIGNATURE_BYTES;

  if (size < SIGNATURE_BYTES || memcmp (data, SIGNATURE, SIGNATURE_BYTES) != 0)
    return;
  while (size - at >= CHUNK_BYTES)
    {
      guint32 length;
      guint32 check;

      memcpy (&length, data + at, sizeof length);
      length = GUINT32_FROM_BE (length);
      if (length > size - at - CHUNK_BYTES)
        return;
      check = (guint32) crc32_z (0, data + at + sizeof length, NAME_BYTES + length);
      check = GUINT32_TO_BE (check);
      memcpy (data + at + CHUNK_BYTES - sizeof check + length, &check, sizeof check);
      at += CHUNK_BYTES + length;
    }
}

gsize
LLVMFuzzerCustomMutator (guint8 *data, gsize size, gsize max_size, unsigned int seed)
{
  gsize changed = LLVMFuzzerMutate (data, size, max_size);

  if (seed % 4 != 0)
    mend_checksums (data, changed);
  return changed;
}
