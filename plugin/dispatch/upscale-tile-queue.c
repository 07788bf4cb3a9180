/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-queue.h"

#include <glib/gi18n-lib.h>

/* A tile and one copy of it, when the first is late. */
#define MAX_CARRIERS 2

typedef struct
{
  UpscaleTileState state;
  int              n_tries;
  gboolean         goes_alone;
  gboolean         is_claimed; /* a picture of it has come and is looked at */
  /* Not owned; the scheduler keeps endpoints and requests for as long. */
  UpscaleEndpoint *avoided; /* where it failed last */
  UpscaleEndpoint *endpoint;
  gpointer         carriers[MAX_CARRIERS];
  gint64           since_us;
  float            seconds;
  char            *failure;
} Tile;

/**
 * UpscaleTileQueue:
 *
 * The tiles of a job: where each is, which of them wait, and what each has been through.
 * It decides nothing. Taking and returning cost no more with many tiles than with few.
 */
struct _UpscaleTileQueue
{
  guint n_tiles;
  Tile *tiles;
  guint
      n_fresh_from; /* this tile waits, and those of the later ones whose state says so */
  GTree *returned;  /* of tiles that wait below @n_fresh_from */
  guint  n_in[UPSCALE_N_TILE_STATES];
};

static int
compare_indices (gconstpointer a, gconstpointer b, gpointer user_data)
{
  guint first = GPOINTER_TO_UINT (a);
  guint second = GPOINTER_TO_UINT (b);

  return (first > second) - (first < second);
}

/**
 * upscale_tile_queue_new:
 * @n_tiles: how many tiles there are
 *
 * Returns: (transfer full): a queue in which all of them wait
 */
UpscaleTileQueue *
upscale_tile_queue_new (guint n_tiles)
{
  UpscaleTileQueue *queue = g_new0 (UpscaleTileQueue, 1);

  queue->n_tiles = n_tiles;
  queue->tiles = g_new0 (Tile, n_tiles);
  queue->returned = g_tree_new_full (compare_indices, NULL, NULL, NULL);
  queue->n_in[UPSCALE_TILE_WAITING] = n_tiles;
  return queue;
}

/**
 * upscale_tile_queue_free:
 * @queue: (transfer full): a queue
 */
void
upscale_tile_queue_free (UpscaleTileQueue *queue)
{
  for (guint i = 0; i < queue->n_tiles; i++)
    g_free (queue->tiles[i].failure);
  g_free (queue->tiles);
  g_tree_unref (queue->returned);
  g_free (queue);
}

/**
 * upscale_tile_queue_count:
 * @queue: a queue
 * @state: a state
 *
 * Returns: how many tiles are in it
 */
guint
upscale_tile_queue_count (const UpscaleTileQueue *queue, UpscaleTileState state)
{
  g_return_val_if_fail ((guint) state < UPSCALE_N_TILE_STATES, 0);

  return queue->n_in[state];
}

/**
 * upscale_tile_queue_has:
 * @queue: a queue
 * @tile_index: what may be a tile, such as a number from an earlier run's log
 *
 * Every other function wants a tile of the queue.
 *
 * Returns: %TRUE if the queue has that tile
 */
gboolean
upscale_tile_queue_has (const UpscaleTileQueue *queue, guint tile_index)
{
  return tile_index < queue->n_tiles;
}

static void
set_state (UpscaleTileQueue *queue, guint tile_index, UpscaleTileState state)
{
  Tile *tile = &queue->tiles[tile_index];

  queue->n_in[tile->state]--;
  queue->n_in[state]++;
  tile->state = state;
}

/* A tile that failed somewhere goes elsewhere while there is an elsewhere. */
static gboolean
may_go_to (const Tile *tile, UpscaleEndpoint *endpoint, gboolean has_others)
{
  return tile->avoided != endpoint || !has_others;
}

/* What came back goes before what was never taken, so that the picture fills from the
 * top. */
static guint
find_for (const UpscaleTileQueue *queue, UpscaleEndpoint *endpoint, gboolean has_others)
{
  GTreeNode *node = g_tree_node_first (queue->returned);

  for (; node; node = g_tree_node_next (node))
    {
      guint index = GPOINTER_TO_UINT (g_tree_node_key (node));

      if (may_go_to (&queue->tiles[index], endpoint, has_others))
        return index;
    }
  return queue->n_fresh_from < queue->n_tiles ? queue->n_fresh_from : UPSCALE_NO_TILE;
}

/**
 * upscale_tile_queue_has_for:
 * @queue: a queue
 * @endpoint: an endpoint
 * @has_others: whether other endpoints are alive
 *
 * Returns: whether a tile waits that may go there
 */
gboolean
upscale_tile_queue_has_for (const UpscaleTileQueue *queue,
                            UpscaleEndpoint        *endpoint,
                            gboolean                has_others)
{
  return find_for (queue, endpoint, has_others) != UPSCALE_NO_TILE;
}

static guint
take_index (UpscaleTileQueue *queue, guint tile_index)
{
  g_tree_remove (queue->returned, GUINT_TO_POINTER (tile_index));
  set_state (queue, tile_index, UPSCALE_TILE_IN_FLIGHT);
  while (queue->n_fresh_from < queue->n_tiles &&
         queue->tiles[queue->n_fresh_from].state != UPSCALE_TILE_WAITING)
    queue->n_fresh_from++;
  return tile_index;
}

/**
 * upscale_tile_queue_take:
 * @queue: a queue
 * @endpoint: who asks
 * @has_others: whether other endpoints are alive
 * @beside: a tile that travels with it already, %UPSCALE_NO_TILE without one
 *
 * Takes the first tile that may go there, and with that one.
 *
 * Returns: the tile, %UPSCALE_NO_TILE when there is none
 */
guint
upscale_tile_queue_take (UpscaleTileQueue *queue,
                         UpscaleEndpoint  *endpoint,
                         gboolean          has_others,
                         guint             beside)
{
  guint index;

  g_return_val_if_fail (beside == UPSCALE_NO_TILE || beside < queue->n_tiles,
                        UPSCALE_NO_TILE);

  index = find_for (queue, endpoint, has_others);
  if (index == UPSCALE_NO_TILE)
    return index;
  if (beside != UPSCALE_NO_TILE &&
      (queue->tiles[index].goes_alone || queue->tiles[beside].goes_alone))
    return UPSCALE_NO_TILE;
  return take_index (queue, index);
}

/**
 * upscale_tile_queue_take_this:
 * @queue: a queue
 * @tile_index: a tile
 *
 * Returns: whether it waited, and is taken now
 */
gboolean
upscale_tile_queue_take_this (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_val_if_fail (tile_index < queue->n_tiles, FALSE);

  if (queue->tiles[tile_index].state != UPSCALE_TILE_WAITING)
    return FALSE;
  take_index (queue, tile_index);
  return TRUE;
}

/**
 * upscale_tile_queue_take_any:
 * @queue: a queue
 *
 * Returns: a tile, %UPSCALE_NO_TILE when none waits
 */
guint
upscale_tile_queue_take_any (UpscaleTileQueue *queue)
{
  guint index = find_for (queue, NULL, FALSE);

  return index == UPSCALE_NO_TILE ? index : take_index (queue, index);
}

/**
 * upscale_tile_queue_return:
 * @queue: a queue
 * @tile_index: a tile that was taken
 */
void
upscale_tile_queue_return (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].is_claimed = FALSE;
  set_state (queue, tile_index, UPSCALE_TILE_WAITING);
  if (tile_index < queue->n_fresh_from)
    g_tree_insert (queue->returned, GUINT_TO_POINTER (tile_index), NULL);
}

/**
 * upscale_tile_queue_settle:
 * @queue: a queue
 * @tile_index: a tile that was taken, and has its last word
 * @state: which
 * @now_us: the time
 */
void
upscale_tile_queue_settle (UpscaleTileQueue *queue,
                           guint             tile_index,
                           UpscaleTileState  state,
                           gint64            now_us)
{
  Tile *tile;

  g_return_if_fail (tile_index < queue->n_tiles);
  g_return_if_fail ((guint) state < UPSCALE_N_TILE_STATES);

  tile = &queue->tiles[tile_index];
  tile->seconds = (float) (now_us - tile->since_us) / G_USEC_PER_SEC;
  set_state (queue, tile_index, state);
}

/**
 * upscale_tile_queue_fail:
 * @queue: a queue
 * @tile_index: a tile that was taken, and is given up
 * @reason: why
 */
void
upscale_tile_queue_fail (UpscaleTileQueue *queue, guint tile_index, const char *reason)
{
  Tile *tile;

  g_return_if_fail (tile_index < queue->n_tiles);

  tile = &queue->tiles[tile_index];
  set_state (queue, tile_index, UPSCALE_TILE_FAILED);
  g_free (tile->failure);
  tile->failure = g_strdup_printf (_ ("tile %u: %s"), tile_index + 1, reason);
}

/**
 * upscale_tile_queue_carry:
 * @queue: a queue
 * @tile_index: a tile that was taken
 * @carrier: who has it now, beside one who may have it already
 * @endpoint: where it goes
 * @now_us: the time
 */
void
upscale_tile_queue_carry (UpscaleTileQueue *queue,
                          guint             tile_index,
                          gpointer          carrier,
                          UpscaleEndpoint  *endpoint,
                          gint64            now_us)
{
  Tile *tile;

  g_return_if_fail (tile_index < queue->n_tiles);

  tile = &queue->tiles[tile_index];
  g_return_if_fail (!tile->carriers[0] || !tile->carriers[1]);

  tile->carriers[tile->carriers[0] ? 1 : 0] = carrier;
  tile->endpoint = endpoint;
  tile->since_us = now_us;
}

/**
 * upscale_tile_queue_release:
 * @queue: a queue
 * @tile_index: a tile
 * @carrier: who has it no more
 *
 * Returns: whether nobody has it now
 */
gboolean
upscale_tile_queue_release (UpscaleTileQueue *queue, guint tile_index, gpointer carrier)
{
  Tile *tile;

  g_return_val_if_fail (tile_index < queue->n_tiles, FALSE);

  tile = &queue->tiles[tile_index];
  if (tile->carriers[0] == carrier)
    tile->carriers[0] = g_steal_pointer (&tile->carriers[1]);
  else if (tile->carriers[1] == carrier)
    tile->carriers[1] = NULL;
  return tile->carriers[0] == NULL;
}

/**
 * upscale_tile_queue_get_other_carrier:
 * @queue: a queue
 * @tile_index: a tile
 * @carrier: who has it
 *
 * Returns: (nullable): who else has it
 */
gpointer
upscale_tile_queue_get_other_carrier (const UpscaleTileQueue *queue,
                                      guint                   tile_index,
                                      gpointer                carrier)
{
  const Tile *tile;

  g_return_val_if_fail (tile_index < queue->n_tiles, NULL);

  tile = &queue->tiles[tile_index];
  return tile->carriers[tile->carriers[0] == carrier ? 1 : 0];
}

/**
 * upscale_tile_queue_claim:
 * @queue: a queue
 * @tile_index: a tile of which a picture has come
 *
 * From now on nobody else gets it, unless it is returned.
 */
void
upscale_tile_queue_claim (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].is_claimed = TRUE;
}

/**
 * upscale_tile_queue_can_be_copied:
 * @queue: a queue
 * @tile_index: a tile
 *
 * Returns: %TRUE if one has it, no picture of it has come, and one more may have it
 */
gboolean
upscale_tile_queue_can_be_copied (const UpscaleTileQueue *queue, guint tile_index)
{
  const Tile *tile;

  g_return_val_if_fail (tile_index < queue->n_tiles, FALSE);

  tile = &queue->tiles[tile_index];
  return tile->state == UPSCALE_TILE_IN_FLIGHT && !tile->is_claimed &&
         tile->carriers[0] && !tile->carriers[1];
}

/**
 * upscale_tile_queue_add_try:
 * @queue: a queue
 * @tile_index: a tile
 * @n: 1 when it is sent; -1 to take a try back that was none
 */
void
upscale_tile_queue_add_try (UpscaleTileQueue *queue, guint tile_index, int n)
{
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].n_tries += n;
}

/**
 * upscale_tile_queue_avoid:
 * @queue: a queue
 * @tile_index: a tile
 * @endpoint: where it failed
 */
void
upscale_tile_queue_avoid (UpscaleTileQueue *queue,
                          guint             tile_index,
                          UpscaleEndpoint  *endpoint)
{
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].avoided = endpoint;
}

/**
 * upscale_tile_queue_isolate:
 * @queue: a queue
 * @tile_index: a tile that is to be sent alone from now on
 */
void
upscale_tile_queue_isolate (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].goes_alone = TRUE;
}

/**
 * upscale_tile_queue_get_n_tries:
 * @queue: a queue
 * @tile_index: a tile
 *
 * Returns: how often it was sent
 */
int
upscale_tile_queue_get_n_tries (const UpscaleTileQueue *queue, guint tile_index)
{
  g_return_val_if_fail (tile_index < queue->n_tiles, 0);

  return queue->tiles[tile_index].n_tries;
}

/**
 * upscale_tile_queue_get_status:
 * @queue: a queue
 * @tile_index: a tile
 * @now_us: the time
 *
 * Returns: what can be told of it
 */
UpscaleTileStatus
upscale_tile_queue_get_status (const UpscaleTileQueue *queue,
                               guint                   tile_index,
                               gint64                  now_us)
{
  const Tile       *tile;
  UpscaleTileStatus status = { 0 };

  g_return_val_if_fail (tile_index < queue->n_tiles, status);

  tile = &queue->tiles[tile_index];
  status = (UpscaleTileStatus) {
    .state = tile->state,
    .endpoint = tile->endpoint ? upscale_endpoint_get_name (tile->endpoint) : NULL,
    .n_tries = (guint) tile->n_tries,
    .seconds = tile->seconds,
    .failure = tile->failure,
  };
  if (tile->state == UPSCALE_TILE_IN_FLIGHT)
    status.seconds = (double) (now_us - tile->since_us) / G_USEC_PER_SEC;
  return status;
}

/**
 * upscale_tile_queue_get_first_failure:
 * @queue: a queue
 *
 * Returns: (transfer none) (nullable): why the first of the tiles that were given up was
 */
const char *
upscale_tile_queue_get_first_failure (const UpscaleTileQueue *queue)
{
  for (guint i = 0; i < queue->n_tiles; i++)
    if (queue->tiles[i].failure)
      return queue->tiles[i].failure;
  return NULL;
}
