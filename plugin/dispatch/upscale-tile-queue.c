/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-queue.h"

#include <glib/gi18n-lib.h>

/* A tile and one duplicate of it. */
#define MAX_CARRIERS 2

typedef struct
{
  UpscaleTileState state;
  UpscaleTileState expected; /* the final state; waiting if that is unknown */
  guint            place;    /* in the order in which tiles are sent */
  guint            group;    /* a batch has tiles of one group */
  int              n_tries;
  gboolean         goes_alone;
  gboolean         is_claimed; /* not to be duplicated */
  /* Not owned: the pool keeps endpoints, and the request list keeps requests, for as long
   * as they are named here. */
  UpscaleEndpoint *avoided; /* where the tile failed last */
  UpscaleEndpoint *endpoint;
  gpointer         carriers[MAX_CARRIERS];
  gint64           since_us;
  float            seconds;
  char            *failure;
} Tile;

/**
 * UpscaleTileQueue:
 *
 * The tiles of a job: the state of each, which of them wait, which batch requests carry
 * them, and their tries and failures. It decides nothing. Taking and returning a tile
 * costs the same with many tiles as with few, unless tiles of several groups lie mixed.
 */
struct _UpscaleTileQueue
{
  const UpscaleEndpointPool *pool; /* not owned */
  guint                      n_tiles;
  Tile                      *tiles;
  GArray                    *order; /* of guint: tile indices, the first to send first */
  guint                      n_fresh_from; /* the tile at this place of @order waits, as
                                            * do tiles at later ones by state */
  GTree      *returned;      /* places below @n_fresh_from whose tiles wait */
  GHashTable *last_failures; /* tile index -> message, of failures that blame the tile */
  guint       n_in[UPSCALE_N_TILE_STATES];
  guint       n_expected[UPSCALE_N_TILE_STATES];
};

static int
compare_places (gconstpointer a, gconstpointer b, gpointer user_data)
{
  guint first = GPOINTER_TO_UINT (a);
  guint second = GPOINTER_TO_UINT (b);

  return (first > second) - (first < second);
}

static guint
get_tile_at (const UpscaleTileQueue *queue, guint place)
{
  return g_array_index (queue->order, guint, place);
}

/**
 * upscale_tile_queue_new:
 * @n_tiles: tiles of the grid
 * @order: (transfer none) (element-type guint): the indices of the job's tiles, in the
 * order in which they are sent; tiles without a place in @order are left out
 * @groups: (nullable) (element-type guint): the group of each tile of the grid; a batch
 * has tiles of one group. %NULL if all tiles are of one group
 * @pool: (nullable): the endpoints of the job, which must outlive the queue
 *
 * Returns: (transfer full): a queue in which all tiles of @order wait
 */
UpscaleTileQueue *
upscale_tile_queue_new (guint                      n_tiles,
                        GArray                    *order,
                        GArray                    *groups,
                        const UpscaleEndpointPool *pool)
{
  UpscaleTileQueue *queue;

  g_return_val_if_fail (order != NULL, NULL);
  g_return_val_if_fail (!groups || groups->len == n_tiles, NULL);

  queue = g_new0 (UpscaleTileQueue, 1);
  queue->pool = pool;
  queue->n_tiles = n_tiles;
  queue->tiles = g_new0 (Tile, n_tiles);
  queue->order = g_array_ref (order);
  for (guint i = 0; i < n_tiles; i++)
    {
      queue->tiles[i].state = UPSCALE_TILE_LEFT_OUT;
      queue->tiles[i].group = groups ? g_array_index (groups, guint, i) : 0;
    }
  for (guint place = 0; place < order->len; place++)
    {
      queue->tiles[get_tile_at (queue, place)].place = place;
      queue->tiles[get_tile_at (queue, place)].state = UPSCALE_TILE_WAITING;
    }
  queue->returned = g_tree_new_full (compare_places, NULL, NULL, NULL);
  queue->last_failures = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  queue->n_in[UPSCALE_TILE_WAITING] = order->len;
  queue->n_in[UPSCALE_TILE_LEFT_OUT] = n_tiles - order->len;
  return queue;
}

/**
 * upscale_tile_queue_free:
 * @queue: (transfer full): a queue
 *
 * Frees the queue.
 */
void
upscale_tile_queue_free (UpscaleTileQueue *queue)
{
  g_return_if_fail (queue != NULL);

  for (guint i = 0; i < queue->n_tiles; i++)
    g_free (queue->tiles[i].failure);
  g_free (queue->tiles);
  g_array_unref (queue->order);
  g_tree_unref (queue->returned);
  g_hash_table_unref (queue->last_failures);
  g_free (queue);
}

/**
 * upscale_tile_queue_count:
 * @queue: a queue
 * @state: a state
 *
 * Returns: the number of tiles in that state
 */
guint
upscale_tile_queue_count (const UpscaleTileQueue *queue, UpscaleTileState state)
{
  g_return_val_if_fail (queue != NULL, 0);
  g_return_val_if_fail ((guint) state < UPSCALE_N_TILE_STATES, 0);

  return queue->n_in[state];
}

/**
 * upscale_tile_queue_count_expected:
 * @queue: a queue
 * @state: a final state
 *
 * Returns: the number of open tiles that upscale_tile_queue_expect() names that state for
 */
guint
upscale_tile_queue_count_expected (const UpscaleTileQueue *queue, UpscaleTileState state)
{
  g_return_val_if_fail (queue != NULL, 0);
  g_return_val_if_fail ((guint) state < UPSCALE_N_TILE_STATES, 0);

  return queue->n_expected[state];
}

/**
 * upscale_tile_queue_count_open:
 * @queue: a queue
 *
 * Returns: the number of tiles that are not in a final state
 */
guint
upscale_tile_queue_count_open (const UpscaleTileQueue *queue)
{
  g_return_val_if_fail (queue != NULL, 0);

  return queue->n_in[UPSCALE_TILE_WAITING] + queue->n_in[UPSCALE_TILE_PREPARING] +
         queue->n_in[UPSCALE_TILE_IN_FLIGHT];
}

/**
 * upscale_tile_queue_has:
 * @queue: a queue
 * @tile_index: a number, which may come from an earlier run's log
 *
 * Every other function takes only tiles that the queue has.
 *
 * Returns: %TRUE if the number is that of a tile
 */
gboolean
upscale_tile_queue_has (const UpscaleTileQueue *queue, guint tile_index)
{
  g_return_val_if_fail (queue != NULL, FALSE);

  return tile_index < queue->n_tiles;
}

static gboolean
is_expected (const Tile *tile)
{
  return tile->expected != UPSCALE_TILE_WAITING;
}

static void
set_expected (UpscaleTileQueue *queue, Tile *tile, UpscaleTileState expected)
{
  if (is_expected (tile))
    queue->n_expected[tile->expected]--;
  tile->expected = expected;
  if (is_expected (tile))
    queue->n_expected[expected]++;
}

/* An expectation ends when the tile is sent or settled. */
static void
set_state (UpscaleTileQueue *queue, guint tile_index, UpscaleTileState state)
{
  Tile *tile = &queue->tiles[tile_index];

  if (state != UPSCALE_TILE_WAITING && state != UPSCALE_TILE_PREPARING)
    set_expected (queue, tile, UPSCALE_TILE_WAITING);
  g_assert (queue->n_in[tile->state] > 0);
  queue->n_in[tile->state]--;
  queue->n_in[state]++;
  tile->state = state;
}

static gboolean
fits_beside (const UpscaleTileQueue *queue, guint tile_index, guint beside)
{
  return beside == UPSCALE_NO_TILE ||
         queue->tiles[tile_index].group == queue->tiles[beside].group;
}

/* The first tile that may go to the endpoint, of the group of @beside. A tile that failed
 * at an endpoint goes to another one while there is another. Returned tiles go first,
 * since they come before all fresh ones in the order. */
static guint
find_for (const UpscaleTileQueue *queue, UpscaleEndpoint *endpoint, guint beside)
{
  GTreeNode *node = g_tree_node_first (queue->returned);
  gboolean   has_others = node && endpoint && queue->pool &&
                        upscale_endpoint_pool_has_others (queue->pool, endpoint);

  for (; node; node = g_tree_node_next (node))
    {
      guint index = get_tile_at (queue, GPOINTER_TO_UINT (g_tree_node_key (node)));

      if ((queue->tiles[index].avoided != endpoint || !has_others) &&
          fits_beside (queue, index, beside))
        return index;
    }
  for (guint place = queue->n_fresh_from; place < queue->order->len; place++)
    {
      guint index = get_tile_at (queue, place);

      if (queue->tiles[index].state == UPSCALE_TILE_WAITING &&
          fits_beside (queue, index, beside))
        return index;
    }
  return UPSCALE_NO_TILE;
}

/**
 * upscale_tile_queue_has_for:
 * @queue: a queue
 * @endpoint: an endpoint
 *
 * Returns: %TRUE if a tile waits that may go to the endpoint
 */
gboolean
upscale_tile_queue_has_for (const UpscaleTileQueue *queue, UpscaleEndpoint *endpoint)
{
  g_return_val_if_fail (queue != NULL, FALSE);

  return find_for (queue, endpoint, UPSCALE_NO_TILE) != UPSCALE_NO_TILE;
}

static guint
take_index (UpscaleTileQueue *queue, guint tile_index)
{
  g_assert (queue->tiles[tile_index].state == UPSCALE_TILE_WAITING);
  g_tree_remove (queue->returned, GUINT_TO_POINTER (queue->tiles[tile_index].place));
  set_state (queue, tile_index, UPSCALE_TILE_PREPARING);
  while (queue->n_fresh_from < queue->order->len &&
         queue->tiles[get_tile_at (queue, queue->n_fresh_from)].state !=
             UPSCALE_TILE_WAITING)
    queue->n_fresh_from++;
  return tile_index;
}

/**
 * upscale_tile_queue_take:
 * @queue: a queue
 * @endpoint: the endpoint that the tile is for
 * @beside: a tile in the same batch, %UPSCALE_NO_TILE without one
 *
 * Takes the first tile that may go to the endpoint, and in the same batch as @beside.
 *
 * Returns: the tile, %UPSCALE_NO_TILE if there is none
 */
guint
upscale_tile_queue_take (UpscaleTileQueue *queue, UpscaleEndpoint *endpoint, guint beside)
{
  guint index;

  g_return_val_if_fail (queue != NULL, UPSCALE_NO_TILE);
  g_return_val_if_fail (beside == UPSCALE_NO_TILE || beside < queue->n_tiles,
                        UPSCALE_NO_TILE);

  index = find_for (queue, endpoint, beside);
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
 * Takes a certain tile.
 *
 * Returns: %TRUE if the tile waited
 */
gboolean
upscale_tile_queue_take_this (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_val_if_fail (queue != NULL, FALSE);
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
 * Takes the first tile that waits.
 *
 * Returns: the tile, %UPSCALE_NO_TILE if none waits
 */
guint
upscale_tile_queue_take_any (UpscaleTileQueue *queue)
{
  guint index;

  g_return_val_if_fail (queue != NULL, UPSCALE_NO_TILE);

  index = find_for (queue, NULL, UPSCALE_NO_TILE);
  return index == UPSCALE_NO_TILE ? index : take_index (queue, index);
}

/**
 * upscale_tile_queue_take_orphaned:
 * @queue: a queue
 * @sent: (element-type guint): tiles that an earlier run has sent; numbers beyond this
 * job's tiles are passed over
 *
 * Takes those that wait. A tile that another request carries already is asked for as
 * well, as the first answer counts.
 *
 * Returns: (transfer full) (element-type guint): the tiles to ask for
 */
GArray *
upscale_tile_queue_take_orphaned (UpscaleTileQueue *queue, GArray *sent)
{
  g_autoptr (GArray) tiles = g_array_new (FALSE, FALSE, sizeof (guint));

  g_return_val_if_fail (queue != NULL, NULL);
  g_return_val_if_fail (sent != NULL, NULL);

  for (guint i = 0; i < sent->len; i++)
    {
      guint tile_index = g_array_index (sent, guint, i);

      if (upscale_tile_queue_has (queue, tile_index) &&
          (upscale_tile_queue_take_this (queue, tile_index) ||
           upscale_tile_queue_can_be_duplicated (queue, tile_index)))
        g_array_append_val (tiles, tile_index);
    }
  return g_steal_pointer (&tiles);
}

/**
 * upscale_tile_queue_expect:
 * @queue: a queue
 * @tile_index: a tile that waits
 * @state: the final state that the tile will have without being sent
 *
 * Counts a tile that an earlier run has settled as done, although this run has not looked
 * at it yet.
 */
void
upscale_tile_queue_expect (UpscaleTileQueue *queue,
                           guint             tile_index,
                           UpscaleTileState  state)
{
  g_return_if_fail (queue != NULL);
  g_return_if_fail (tile_index < queue->n_tiles);
  g_return_if_fail (queue->tiles[tile_index].state == UPSCALE_TILE_WAITING);

  set_expected (queue, &queue->tiles[tile_index], state);
}

/**
 * upscale_tile_queue_send:
 * @queue: a queue
 * @tile_index: a tile that was taken, and is sent to an endpoint now
 */
void
upscale_tile_queue_send (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_if_fail (queue != NULL);
  g_return_if_fail (tile_index < queue->n_tiles);

  set_state (queue, tile_index, UPSCALE_TILE_IN_FLIGHT);
}

/**
 * upscale_tile_queue_return:
 * @queue: a queue
 * @tile_index: a tile that was taken
 *
 * Lets the tile wait again.
 */
void
upscale_tile_queue_return (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_if_fail (queue != NULL);
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].is_claimed = FALSE;
  set_state (queue, tile_index, UPSCALE_TILE_WAITING);
  if (queue->tiles[tile_index].place < queue->n_fresh_from)
    g_tree_insert (queue->returned, GUINT_TO_POINTER (queue->tiles[tile_index].place),
                   NULL);
}

/**
 * upscale_tile_queue_settle:
 * @queue: a queue
 * @tile_index: a tile that was taken, and is done
 * @state: the tile's final state
 * @now_us: the time
 */
void
upscale_tile_queue_settle (UpscaleTileQueue *queue,
                           guint             tile_index,
                           UpscaleTileState  state,
                           gint64            now_us)
{
  Tile *tile;

  g_return_if_fail (queue != NULL);
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
 * @reason: the reason, a sentence
 */
void
upscale_tile_queue_fail (UpscaleTileQueue *queue, guint tile_index, const char *reason)
{
  Tile *tile;

  g_return_if_fail (queue != NULL);
  g_return_if_fail (tile_index < queue->n_tiles);
  g_return_if_fail (reason != NULL);

  tile = &queue->tiles[tile_index];
  set_state (queue, tile_index, UPSCALE_TILE_FAILED);
  g_free (tile->failure);
  tile->failure = g_strdup_printf (_ ("tile %u: %s"), tile_index + 1, reason);
}

/**
 * upscale_tile_queue_carry:
 * @queue: a queue
 * @tile_index: a tile that was taken
 * @carrier: the batch request that carries the tile from now on, beside at most one other
 * @endpoint: the endpoint that the request is for
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

  g_return_if_fail (queue != NULL);
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
 * @carrier: the batch request that does not carry the tile any more
 *
 * Returns: %TRUE if no other request carries the tile
 */
gboolean
upscale_tile_queue_release (UpscaleTileQueue *queue, guint tile_index, gpointer carrier)
{
  Tile *tile;

  g_return_val_if_fail (queue != NULL, FALSE);
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
 * @carrier: a batch request that carries the tile
 *
 * Returns: (nullable): the other request that carries the tile
 */
gpointer
upscale_tile_queue_get_other_carrier (const UpscaleTileQueue *queue,
                                      guint                   tile_index,
                                      gpointer                carrier)
{
  const Tile *tile;

  g_return_val_if_fail (queue != NULL, NULL);
  g_return_val_if_fail (tile_index < queue->n_tiles, NULL);

  tile = &queue->tiles[tile_index];
  return tile->carriers[tile->carriers[0] == carrier ? 1 : 0];
}

/**
 * upscale_tile_queue_claim:
 * @queue: a queue
 * @tile_index: a tile of which a picture has come, or that can't be sent again
 *
 * Keeps the tile from being duplicated until it is returned.
 */
void
upscale_tile_queue_claim (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_if_fail (queue != NULL);
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].is_claimed = TRUE;
}

/**
 * upscale_tile_queue_can_be_duplicated:
 * @queue: a queue
 * @tile_index: a tile
 *
 * Returns: %TRUE if exactly one request carries the tile, and the tile is not claimed
 */
gboolean
upscale_tile_queue_can_be_duplicated (const UpscaleTileQueue *queue, guint tile_index)
{
  const Tile *tile;

  g_return_val_if_fail (queue != NULL, FALSE);
  g_return_val_if_fail (tile_index < queue->n_tiles, FALSE);

  tile = &queue->tiles[tile_index];
  return (tile->state == UPSCALE_TILE_PREPARING ||
          tile->state == UPSCALE_TILE_IN_FLIGHT) &&
         !tile->is_claimed && tile->carriers[0] && !tile->carriers[1];
}

/**
 * upscale_tile_queue_add_try:
 * @queue: a queue
 * @tile_index: a tile
 * @n: 1 when the tile is sent; -1 to take back a try that does not count
 */
void
upscale_tile_queue_add_try (UpscaleTileQueue *queue, guint tile_index, int n)
{
  g_return_if_fail (queue != NULL);
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].n_tries += n;
}

/**
 * upscale_tile_queue_avoid:
 * @queue: a queue
 * @tile_index: a tile
 * @endpoint: the endpoint where the tile failed
 *
 * Sends the tile to another endpoint next time, if there is one.
 */
void
upscale_tile_queue_avoid (UpscaleTileQueue *queue,
                          guint             tile_index,
                          UpscaleEndpoint  *endpoint)
{
  g_return_if_fail (queue != NULL);
  g_return_if_fail (tile_index < queue->n_tiles);

  queue->tiles[tile_index].avoided = endpoint;
}

/**
 * upscale_tile_queue_isolate:
 * @queue: a queue
 * @tile_index: a tile that goes in a batch of its own from now on
 */
void
upscale_tile_queue_isolate (UpscaleTileQueue *queue, guint tile_index)
{
  g_return_if_fail (queue != NULL);
  g_return_if_fail (tile_index < queue->n_tiles);

  g_debug ("tile %u: goes alone", tile_index + 1);
  queue->tiles[tile_index].goes_alone = TRUE;
}

/**
 * upscale_tile_queue_note_failure:
 * @queue: a queue
 * @tile_index: a tile that is itself the cause of a failure
 * @message: the failure
 *
 * Keeps the message for the next failure.
 *
 * Returns: %TRUE if the tile has failed with the same message before
 */
gboolean
upscale_tile_queue_note_failure (UpscaleTileQueue *queue,
                                 guint             tile_index,
                                 const char       *message)
{
  gpointer key = GUINT_TO_POINTER (tile_index);
  gboolean is_repeated;

  g_return_val_if_fail (queue != NULL, FALSE);
  g_return_val_if_fail (tile_index < queue->n_tiles, FALSE);

  is_repeated = g_strcmp0 (g_hash_table_lookup (queue->last_failures, key), message) == 0;
  g_hash_table_insert (queue->last_failures, key, g_strdup (message));
  return is_repeated;
}

/**
 * upscale_tile_queue_get_n_tries:
 * @queue: a queue
 * @tile_index: a tile
 *
 * Returns: the tries that the tile has had
 */
int
upscale_tile_queue_get_n_tries (const UpscaleTileQueue *queue, guint tile_index)
{
  g_return_val_if_fail (queue != NULL, 0);
  g_return_val_if_fail (tile_index < queue->n_tiles, 0);

  return queue->tiles[tile_index].n_tries;
}

/**
 * upscale_tile_queue_get_most_tries:
 * @queue: a queue
 * @tiles: (element-type guint): tiles
 *
 * Returns: the tries of the tile among them that has had most
 */
int
upscale_tile_queue_get_most_tries (const UpscaleTileQueue *queue, GArray *tiles)
{
  int most = 0;

  g_return_val_if_fail (queue != NULL, 0);
  g_return_val_if_fail (tiles != NULL, 0);

  for (guint i = 0; i < tiles->len; i++)
    most = MAX (most,
                upscale_tile_queue_get_n_tries (queue, g_array_index (tiles, guint, i)));
  return most;
}

/**
 * upscale_tile_queue_get_status:
 * @queue: a queue
 * @tile_index: a tile
 * @now_us: the time
 *
 * Returns: the tile's status
 */
UpscaleTileStatus
upscale_tile_queue_get_status (const UpscaleTileQueue *queue,
                               guint                   tile_index,
                               gint64                  now_us)
{
  const Tile       *tile;
  UpscaleTileStatus status = { 0 };

  g_return_val_if_fail (queue != NULL, status);
  g_return_val_if_fail (tile_index < queue->n_tiles, status);

  tile = &queue->tiles[tile_index];
  status = (UpscaleTileStatus) {
    .state = is_expected (tile) ? tile->expected : tile->state,
    .is_expected = is_expected (tile),
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
 * Returns: (transfer none) (nullable): the reason for the first of the tiles that were
 * given up
 */
const char *
upscale_tile_queue_get_first_failure (const UpscaleTileQueue *queue)
{
  g_return_val_if_fail (queue != NULL, NULL);

  for (guint i = 0; i < queue->n_tiles; i++)
    if (queue->tiles[i].failure)
      return queue->tiles[i].failure;
  return NULL;
}
