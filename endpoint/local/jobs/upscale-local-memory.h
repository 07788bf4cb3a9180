/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UpscaleLocalMemoryVerdict:
 * @UPSCALE_LOCAL_MEMORY_TAKE: the bytes fit now
 * @UPSCALE_LOCAL_MEMORY_LATER: the bytes fit once other work has ended
 * @UPSCALE_LOCAL_MEMORY_NEVER: the bytes exceed the whole limit
 */
typedef enum
{
  UPSCALE_LOCAL_MEMORY_TAKE,
  UPSCALE_LOCAL_MEMORY_LATER,
  UPSCALE_LOCAL_MEMORY_NEVER,
} UpscaleLocalMemoryVerdict;

typedef struct _UpscaleLocalMemory UpscaleLocalMemory;

UpscaleLocalMemoryVerdict
upscale_local_memory_judge (gsize limit, gsize held, gsize wanted);

UpscaleLocalMemory *upscale_local_memory_new (gsize max_bytes);
UpscaleLocalMemory *upscale_local_memory_ref (UpscaleLocalMemory *memory);
void                upscale_local_memory_unref (UpscaleLocalMemory *memory);
gboolean
upscale_local_memory_reserve (UpscaleLocalMemory *memory, gsize bytes, GError **error);
void  upscale_local_memory_hold (UpscaleLocalMemory *memory, gsize bytes);
void  upscale_local_memory_release (UpscaleLocalMemory *memory, gsize bytes);
gsize upscale_local_memory_get_held (UpscaleLocalMemory *memory);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UpscaleLocalMemory, upscale_local_memory_unref)

G_END_DECLS
