/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chooses the node whose picture is the painted tile. The server lists the pictures of
 * all preview and save nodes in the order in which they ran, so a preview of the source
 * comes first. Only the graph tells which of them was painted. */
#include "upscale-comfyui-output.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "upscale-error.h"
#include "upscale-json.h"

#define BUILT_IN_OUTPUT "12"
#define MAX_CANDIDATES 64
#define MAX_NAMED 4

/* A higher rank is a better choice. */
typedef enum
{
  RANK_ELSEWHERE, /* depends on neither the tile nor a sampler */
  RANK_CHANGED,   /* the tile after a node that is no sampler */
  RANK_SAMPLED,   /* from a sampler that no link from the tile leads to */
  RANK_PAINTED,   /* the tile after a sampler */
  RANK_MARKED,    /* chosen by the user */
} Rank;

/* A node that shows a picture. Strings belong to the graph. */
typedef struct
{
  const char *id;
  const char *source;
  gint64      slot;
  GHashTable *upstream;
  Rank        rank;
  gboolean    is_saving;
} Candidate;

static void
candidate_free (Candidate *candidate)
{
  g_clear_pointer (&candidate->upstream, g_hash_table_unref);
  g_free (candidate);
}

/* Returns the node that a link comes from, or %NULL when @value is no link. */
static const char *
read_link (JsonNode *value, gint64 *slot)
{
  JsonArray *link = upscale_json_read_array (value);

  *slot = upscale_json_read_int (upscale_json_get_element (link, 1), -1);
  if (*slot < 0)
    return NULL;
  return upscale_json_read_string (upscale_json_get_element (link, 0));
}

static JsonObject *
get_inputs (JsonObject *nodes, const char *id)
{
  return upscale_json_get_object (upscale_json_get_object (nodes, id), "inputs");
}

static void
push_sources (JsonObject *nodes, const char *id, GHashTable *seen, GPtrArray *open)
{
  JsonObject *inputs = get_inputs (nodes, id);
  g_autoptr (GList) names = inputs ? json_object_get_members (inputs) : NULL;

  for (GList *name = names; name; name = name->next)
    {
      gint64      slot;
      const char *source =
          read_link (upscale_json_get_member (inputs, name->data), &slot);

      if (source && json_object_has_member (nodes, source) &&
          g_hash_table_add (seen, (char *) source))
        g_ptr_array_add (open, (char *) source);
    }
}

/* Returns the ids of a node and of all that leads to it. */
static GHashTable *
collect_upstream (JsonObject *nodes, const char *id)
{
  GHashTable *seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) open = g_ptr_array_new ();

  g_hash_table_add (seen, (char *) id);
  g_ptr_array_add (open, (char *) id);
  while (open->len > 0)
    push_sources (nodes, g_ptr_array_steal_index_fast (open, open->len - 1), seen, open);
  return seen;
}

static gboolean
holds_tile (JsonObject *nodes, const char *id)
{
  JsonObject *inputs = get_inputs (nodes, id);
  g_autoptr (GList) names = inputs ? json_object_get_members (inputs) : NULL;

  for (GList *name = names; name; name = name->next)
    {
      const char *value = upscale_json_get_string (inputs, name->data);

      if (value && strstr (value, UPSCALE_COMFYUI_WORKFLOW_TILE))
        return TRUE;
    }
  return FALSE;
}

static gboolean
any_holds_tile (JsonObject *nodes, GHashTable *ids)
{
  GHashTableIter iter;
  const char    *id;

  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    if (holds_tile (nodes, id))
      return TRUE;
  return FALSE;
}

/**
 * upscale_comfyui_output_depends_on_tile:
 * @nodes: a graph with `%image%` where the tile goes
 * @id: a node
 *
 * A node that does not depend on the tile does the same for every tile.
 *
 * Returns: %TRUE if the node depends on the tile
 */
gboolean
upscale_comfyui_output_depends_on_tile (JsonObject *nodes, const char *id)
{
  g_autoptr (GHashTable) upstream = NULL;

  g_return_val_if_fail (nodes != NULL, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  upstream = collect_upstream (nodes, id);
  return any_holds_tile (nodes, upstream);
}

static JsonObject *
get_node_info (const UpscaleComfyuiServerInfo *info, JsonObject *nodes, const char *id)
{
  const char *class_type =
      upscale_json_get_string (upscale_json_get_object (nodes, id), "class_type");

  return class_type ? g_hash_table_lookup (info->node_infos, class_type) : NULL;
}

/* The output of a node may have any type ("*"), or none that the server names. */
static gboolean
gives_type (const UpscaleComfyuiServerInfo *info,
            JsonObject                     *nodes,
            const char                     *id,
            gint64                          slot,
            const char                     *type)
{
  JsonArray  *types = upscale_json_get_array (get_node_info (info, nodes, id), "output");
  const char *given =
      slot >= 0 && slot < G_MAXUINT
          ? upscale_json_read_string (upscale_json_get_element (types, (guint) slot))
          : NULL;

  return g_strcmp0 (given, type) == 0;
}

/* Samplers of all packs take a model, or have the word in their names. */
static gboolean
is_sampler (const UpscaleComfyuiServerInfo *info, JsonObject *nodes, const char *id)
{
  const char *class_type =
      upscale_json_get_string (upscale_json_get_object (nodes, id), "class_type");
  JsonObject *inputs = get_inputs (nodes, id);
  g_autoptr (GList) names = inputs ? json_object_get_members (inputs) : NULL;

  if (class_type && strstr (class_type, "Sampler"))
    return TRUE;
  for (GList *name = names; name; name = name->next)
    {
      gint64      slot;
      const char *source =
          read_link (upscale_json_get_member (inputs, name->data), &slot);

      if (source && (gives_type (info, nodes, source, slot, "MODEL") ||
                     gives_type (info, nodes, source, slot, "GUIDER")))
        return TRUE;
    }
  return FALSE;
}

static gboolean
any_is_sampler (const UpscaleComfyuiServerInfo *info, JsonObject *nodes, GHashTable *ids)
{
  GHashTableIter iter;
  const char    *id;

  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    if (is_sampler (info, nodes, id))
      return TRUE;
  return FALSE;
}

static gboolean
is_marked (JsonObject *node)
{
  const char *title =
      upscale_json_get_string (upscale_json_get_object (node, "_meta"), "title");
  g_autofree char *folded = g_ascii_strdown (title ? title : "", -1);

  return strstr (folded, "tile-upscale") || strstr (folded, "tile upscale");
}

static gboolean
find_picture (const UpscaleComfyuiServerInfo *info,
              JsonObject                     *nodes,
              Candidate                      *candidate)
{
  JsonObject *inputs = get_inputs (nodes, candidate->id);
  g_autoptr (GList) names = json_object_get_members (inputs);

  for (GList *name = names; name; name = name->next)
    {
      candidate->source =
          read_link (upscale_json_get_member (inputs, name->data), &candidate->slot);
      if (candidate->source &&
          (gives_type (info, nodes, candidate->source, candidate->slot, "IMAGE") ||
           gives_type (info, nodes, candidate->source, candidate->slot, "*")))
        return TRUE;
    }
  return FALSE;
}

static Rank
rate (const UpscaleComfyuiServerInfo *info, JsonObject *nodes, Candidate *candidate)
{
  gboolean depends_on_tile = any_holds_tile (nodes, candidate->upstream);

  if (is_marked (upscale_json_get_object (nodes, candidate->id)))
    return RANK_MARKED;
  if (holds_tile (nodes, candidate->source))
    return RANK_ELSEWHERE;
  if (any_is_sampler (info, nodes, candidate->upstream))
    return depends_on_tile ? RANK_PAINTED : RANK_SAMPLED;
  return depends_on_tile ? RANK_CHANGED : RANK_ELSEWHERE;
}

static GPtrArray *
find_candidates (const UpscaleComfyuiServerInfo *info, JsonObject *nodes)
{
  g_autoptr (GList) ids = json_object_get_members (nodes);
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);

  for (GList *id = ids; id && found->len < MAX_CANDIDATES; id = id->next)
    {
      JsonObject *node_info = get_node_info (info, nodes, id->data);
      Candidate   candidate = { .id = id->data };
      const char *class_type =
          upscale_json_get_string (upscale_json_get_object (nodes, id->data),
                                   "class_type");

      if (!upscale_json_get_boolean (node_info, "output_node", FALSE) ||
          !find_picture (info, nodes, &candidate))
        continue;
      candidate.upstream = collect_upstream (nodes, id->data);
      candidate.rank = rate (info, nodes, &candidate);
      candidate.is_saving = strstr (class_type, "Save") != NULL;
      g_ptr_array_add (found, g_memdup2 (&candidate, sizeof candidate));
    }
  return found;
}

typedef gboolean (*Test) (const Candidate *candidate, GPtrArray *all);

/* Keeps the candidates that pass, or all if none does. */
static void
keep (GPtrArray *candidates, Test passes)
{
  g_autoptr (GPtrArray) failed = g_ptr_array_new ();

  for (guint i = 0; i < candidates->len; i++)
    if (!passes (candidates->pdata[i], candidates))
      g_ptr_array_add (failed, candidates->pdata[i]);
  for (guint i = 0; failed->len < candidates->len && i < failed->len; i++)
    g_ptr_array_remove (candidates, failed->pdata[i]);
}

static gboolean
has_best_rank (const Candidate *candidate, GPtrArray *all)
{
  Rank best = RANK_ELSEWHERE;

  for (guint i = 0; i < all->len; i++)
    best = MAX (best, ((const Candidate *) all->pdata[i])->rank);
  return candidate->rank == best;
}

static gboolean
is_saving (const Candidate *candidate, GPtrArray *all)
{
  return candidate->is_saving;
}

/* A picture that another picture is made from is not the result. */
static gboolean
is_last (const Candidate *candidate, GPtrArray *all)
{
  for (guint i = 0; i < all->len; i++)
    {
      const Candidate *other = all->pdata[i];

      if (!g_str_equal (other->source, candidate->source) &&
          g_hash_table_contains (other->upstream, candidate->source))
        return FALSE;
    }
  return TRUE;
}

static gboolean
shows_first_picture (const Candidate *candidate, GPtrArray *all)
{
  const Candidate *first = all->pdata[0];

  return g_str_equal (candidate->source, first->source) && candidate->slot == first->slot;
}

static gboolean
show_one_picture (GPtrArray *candidates)
{
  for (guint i = 0; i < candidates->len; i++)
    if (!shows_first_picture (candidates->pdata[i], candidates))
      return FALSE;
  return TRUE;
}

static void
refuse_several (GPtrArray *candidates, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < MIN (candidates->len, MAX_NAMED); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "",
                            ((const Candidate *) candidates->pdata[i])->id);
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
               _ ("the workflow shows several pictures, in nodes %s: write "
                  "'tile-upscale' in the title of the one that shows the painted tile, "
                  "and export it again"),
               list->str);
}

/**
 * upscale_comfyui_output_choose:
 * @info: the server
 * @workflow: the workflow
 * @error: return location for an error
 *
 * Chooses a node with `tile-upscale` in its title, or else the node that shows the tile
 * after a sampler. A saving node is preferred to a preview, and the last picture to those
 * that it is made from.
 *
 * Returns: (transfer full): the node's id, or %NULL with %UPSCALE_ERROR_REJECTED if no
 * node or more than one is left
 */
char *
upscale_comfyui_output_choose (const UpscaleComfyuiServerInfo *info,
                               const UpscaleComfyuiWorkflow   *workflow,
                               GError                        **error)
{
  JsonObject *nodes;
  g_autoptr (GPtrArray) candidates = NULL;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (workflow != NULL, NULL);

  nodes = upscale_comfyui_workflow_get_nodes (workflow);
  if (upscale_comfyui_workflow_is_built_in (workflow))
    return g_strdup (BUILT_IN_OUTPUT);
  candidates = find_candidates (info, nodes);
  keep (candidates, has_best_rank);
  if (candidates->len == 0 ||
      ((const Candidate *) candidates->pdata[0])->rank == RANK_ELSEWHERE)
    {
      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
                   _ ("the workflow neither saves nor previews a picture that it has "
                      "painted: add a Save Image or Preview Image node behind its "
                      "sampler, and export it again"));
      return NULL;
    }
  if (!show_one_picture (candidates))
    keep (candidates, is_saving);
  if (!show_one_picture (candidates))
    keep (candidates, is_last);
  if (show_one_picture (candidates))
    return g_strdup (((const Candidate *) candidates->pdata[0])->id);
  refuse_several (candidates, error);
  return NULL;
}
