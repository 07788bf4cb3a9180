/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ComfyUI workflow of a stranger, with values for its placeholders. */
#include "fuzz.h"
#include "upscale-comfyui-workflow.h"

static GHashTable *
make_values (void)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                              (GDestroyNotify) json_node_unref);

  g_hash_table_insert (values, "image",
                       json_node_init_string (json_node_alloc (), "tile.png"));
  g_hash_table_insert (values, "prompt",
                       json_node_init_string (json_node_alloc (), "a %seed% b"));
  g_hash_table_insert (values, "seed", json_node_init_int (json_node_alloc (), 7));
  g_hash_table_insert (values, "strength",
                       json_node_init_double (json_node_alloc (), 0.3));
  return values;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *path = fuzz_write ("workflow.json", data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleComfyuiWorkflow) workflow =
      upscale_comfyui_workflow_new_from_file (path, &error);
  g_autoptr (GHashTable) values = make_values ();
  g_autoptr (JsonNode) graph = NULL;
  g_autofree char *text = NULL;

  g_assert_true ((workflow == NULL) == (error != NULL));
  if (!workflow)
    return 0;
  graph = upscale_comfyui_workflow_fill (workflow, values);
  text = json_to_string (graph, FALSE);
  return 0;
}
