/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chooses the node whose picture is the painted tile. The server lists the pictures of
 * all preview and save nodes in the order in which they ran, so a preview of the source
 * comes first: only the graph tells which of them was painted. */
#include <string.h>

#include <glib/gi18n-lib.h>

#include "upscale-comfyui-private.h"
#include "upscale-error.h"
#include "upscale-json.h"

#define BUILT_IN_OUTPUT "12"
#define MOST_CANDIDATES 64
#define MOST_NAMED 4

/* The better the later. */
enum
{
  RANK_ELSEWHERE, /* depends on neither the tile nor a sampler */
  RANK_CHANGED,   /* the tile after something that is no sampler */
  RANK_SAMPLED,   /* from a sampler that the tile does not visibly lead to */
  RANK_PAINTED,   /* the tile after a sampler */
  RANK_MARKED,    /* the user has said so */
};

/* A node that shows a picture. Texts belong to the graph. */
typedef struct
{
  const char *id;
  const char *source;
  gint64      slot;
  GHashTable *upstream;
  int         rank;
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

      if (value && strstr (value, COMFYUI_MARK_TILE))
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
 * upscale_comfyui_sees_tile:
 * @nodes: a graph with `%image%` where the tile goes
 * @id: a node
 *
 * Returns: %TRUE if the node depends on the tile; what another node does is the same for
 * every tile
 */
gboolean
upscale_comfyui_sees_tile (JsonObject *nodes, const char *id)
{
  g_autoptr (GHashTable) upstream = collect_upstream (nodes, id);

  return any_holds_tile (nodes, upstream);
}

static JsonObject *
get_info (const UpscaleComfyuiFacts *facts, JsonObject *nodes, const char *id)
{
  const char *class_type =
      upscale_json_get_string (upscale_json_get_object (nodes, id), "class_type");

  return class_type ? g_hash_table_lookup (facts->infos, class_type) : NULL;
}

/* A node may give any type ("*"), and a server may not say. */
static gboolean
gives (const UpscaleComfyuiFacts *facts,
       JsonObject                *nodes,
       const char                *id,
       gint64                     slot,
       const char                *type)
{
  JsonArray  *types = upscale_json_get_array (get_info (facts, nodes, id), "output");
  const char *given =
      slot >= 0 && slot < G_MAXUINT
          ? upscale_json_read_string (upscale_json_get_element (types, (guint) slot))
          : NULL;

  return g_strcmp0 (given, type) == 0;
}

/* Samplers of all packs take a model, or have the word in their names. */
static gboolean
is_sampler (const UpscaleComfyuiFacts *facts, JsonObject *nodes, const char *id)
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

      if (source && (gives (facts, nodes, source, slot, "MODEL") ||
                     gives (facts, nodes, source, slot, "GUIDER")))
        return TRUE;
    }
  return FALSE;
}

static gboolean
any_is_sampler (const UpscaleComfyuiFacts *facts, JsonObject *nodes, GHashTable *ids)
{
  GHashTableIter iter;
  const char    *id;

  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    if (is_sampler (facts, nodes, id))
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
find_picture (const UpscaleComfyuiFacts *facts, JsonObject *nodes, Candidate *candidate)
{
  JsonObject *inputs = get_inputs (nodes, candidate->id);
  g_autoptr (GList) names = json_object_get_members (inputs);

  for (GList *name = names; name; name = name->next)
    {
      candidate->source =
          read_link (upscale_json_get_member (inputs, name->data), &candidate->slot);
      if (candidate->source &&
          (gives (facts, nodes, candidate->source, candidate->slot, "IMAGE") ||
           gives (facts, nodes, candidate->source, candidate->slot, "*")))
        return TRUE;
    }
  return FALSE;
}

static int
rate (const UpscaleComfyuiFacts *facts, JsonObject *nodes, Candidate *candidate)
{
  gboolean sees_tile = any_holds_tile (nodes, candidate->upstream);

  if (is_marked (upscale_json_get_object (nodes, candidate->id)))
    return RANK_MARKED;
  if (holds_tile (nodes, candidate->source))
    return RANK_ELSEWHERE;
  if (any_is_sampler (facts, nodes, candidate->upstream))
    return sees_tile ? RANK_PAINTED : RANK_SAMPLED;
  return sees_tile ? RANK_CHANGED : RANK_ELSEWHERE;
}

static GPtrArray *
find_candidates (const UpscaleComfyuiFacts *facts, JsonObject *nodes)
{
  g_autoptr (GList) ids = json_object_get_members (nodes);
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) candidate_free);

  for (GList *id = ids; id && found->len < MOST_CANDIDATES; id = id->next)
    {
      JsonObject *info = get_info (facts, nodes, id->data);
      Candidate   candidate = { .id = id->data };
      const char *class_type =
          upscale_json_get_string (upscale_json_get_object (nodes, id->data),
                                   "class_type");

      if (!upscale_json_get_boolean (info, "output_node", FALSE) ||
          !find_picture (facts, nodes, &candidate))
        continue;
      candidate.upstream = collect_upstream (nodes, id->data);
      candidate.rank = rate (facts, nodes, &candidate);
      candidate.is_saving = strstr (class_type, "Save") != NULL;
      g_ptr_array_add (found, g_memdup2 (&candidate, sizeof candidate));
    }
  return found;
}

typedef gboolean (*Test) (const Candidate *candidate, GPtrArray *all);

/* Keeps what passes, or all where none does. */
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
  int best = RANK_ELSEWHERE;

  for (guint i = 0; i < all->len; i++)
    best = MAX (best, ((const Candidate *) all->pdata[i])->rank);
  return candidate->rank == best;
}

static gboolean
is_saving (const Candidate *candidate, GPtrArray *all)
{
  return candidate->is_saving;
}

/* A picture that another one is made from is a step on the way. */
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

  for (guint i = 0; i < MIN (candidates->len, MOST_NAMED); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "",
                            ((const Candidate *) candidates->pdata[i])->id);
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_REJECTED,
               _ ("the workflow shows several pictures, in nodes %s: write "
                  "'tile-upscale' in the title of the one that shows the painted tile, "
                  "and export it again"),
               list->str);
}

/**
 * upscale_comfyui_choose_output:
 * @facts: what the server says of the workflow's nodes
 * @error: return location for an error
 *
 * A node with `tile-upscale` in its title is taken. Else it is the node that shows the
 * tile after a sampler; a saving node is preferred to a preview, and the last picture to
 * those that it is made from.
 *
 * Returns: (transfer full): the node's id, or %NULL with %UPSCALE_ERROR_REJECTED when
 * there is none or more than one
 */
char *
upscale_comfyui_choose_output (const UpscaleComfyuiFacts *facts, GError **error)
{
  JsonObject *nodes = upscale_comfyui_workflow_get_nodes (facts->workflow);
  g_autoptr (GPtrArray) candidates = NULL;

  if (upscale_comfyui_workflow_is_built_in (facts->workflow))
    return g_strdup (BUILT_IN_OUTPUT);
  candidates = find_candidates (facts, nodes);
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
