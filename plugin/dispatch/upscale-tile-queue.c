/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-tile-queue.h"

typedef struct
{
  int              n_tries;
  gboolean         goes_alone;
  UpscaleEndpoint *avoided; /* not owned: where it failed last; the scheduler keeps
                               endpoints for as long */
  char *failure;
} Tile;

/**
 * UpscaleTileQueue:
 *
 * The tiles of a job: which of them wait, and what each has been through. It decides
 * nothing.
 */
struct _UpscaleTileQueue
{
  guint  n_tiles;
  Tile  *tiles;
  GQueue pending; /* of tile indices, ascending */
  guint  n_in_flight;
};

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
  for (guint i = 0; i < n_tiles; i++)
    g_queue_push_tail (&queue->pending, GUINT_TO_POINTER (i));
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
  g_queue_clear (&queue->pending);
  g_free (queue);
}

/**
 * upscale_tile_queue_get_n_pending:
 * @queue: a queue
 *
 * Returns: how many tiles wait
 */
guint
upscale_tile_queue_get_n_pending (const UpscaleTileQueue *queue)
{
  return queue->pending.length;
}

/**
 * upscale_tile_queue_get_n_in_flight:
 * @queue: a queue
 *
 * Returns: how many tiles were taken and not heard of since
 */
guint
upscale_tile_queue_get_n_in_flight (const UpscaleTileQueue *queue)
{
  return queue->n_in_flight;
}

/* A tile that failed somewhere goes elsewhere while there is an elsewhere. */
static gboolean
may_go_to (const Tile *tile, UpscaleEndpoint *endpoint, gboolean has_others)
{
  return tile->avoided != endpoint || !has_others;
}

static GList *
find_for (const UpscaleTileQueue *queue, UpscaleEndpoint *endpoint, gboolean has_others)
{
  GList *link = queue->pending.head;

  while (link &&
         !may_go_to (&queue->tiles[GPOINTER_TO_UINT (link->data)], endpoint, has_others))
    link = link->next;
  return link;
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
  return find_for (queue, endpoint, has_others) != NULL;
}

static gboolean
may_join (const UpscaleTileQueue *queue, const Tile *tile, GArray *beside)
{
  if (beside->len == 0)
    return TRUE;
  return !tile->goes_alone && !queue->tiles[g_array_index (beside, guint, 0)].goes_alone;
}

static guint
take_link (UpscaleTileQueue *queue, GList *link)
{
  guint index = GPOINTER_TO_UINT (link->data);

  g_queue_delete_link (&queue->pending, link);
  queue->n_in_flight++;
  return index;
}

/**
 * upscale_tile_queue_take:
 * @queue: a queue
 * @endpoint: who asks
 * @has_others: whether other endpoints are alive
 * @beside: (element-type guint): tiles that travel with it already
 * @tile_index: (out): the tile
 *
 * Takes the first tile that may go there, and with those.
 *
 * Returns: %FALSE when there is none
 */
gboolean
upscale_tile_queue_take (UpscaleTileQueue *queue,
                         UpscaleEndpoint  *endpoint,
                         gboolean          has_others,
                         GArray           *beside,
                         guint            *tile_index)
{
  GList *link = find_for (queue, endpoint, has_others);

  if (!link || !may_join (queue, &queue->tiles[GPOINTER_TO_UINT (link->data)], beside))
    return FALSE;
  *tile_index = take_link (queue, link);
  return TRUE;
}

/**
 * upscale_tile_queue_take_any:
 * @queue: a queue
 * @tile_index: (out): the tile
 *
 * Returns: %FALSE when none waits
 */
gboolean
upscale_tile_queue_take_any (UpscaleTileQueue *queue, guint *tile_index)
{
  if (g_queue_is_empty (&queue->pending))
    return FALSE;
  *tile_index = take_link (queue, queue->pending.head);
  return TRUE;
}

/**
 * upscale_tile_queue_return:
 * @queue: a queue
 * @tile_index: a tile that was taken
 *
 * Puts a tile back in its place, so that the picture fills from the top.
 */
void
upscale_tile_queue_return (UpscaleTileQueue *queue, guint tile_index)
{
  GList *next = queue->pending.head;

  while (next && GPOINTER_TO_UINT (next->data) < tile_index)
    next = next->next;
  g_queue_insert_before (&queue->pending, next, GUINT_TO_POINTER (tile_index));
  queue->n_in_flight--;
}

/**
 * upscale_tile_queue_settle:
 * @queue: a queue
 * @tile_index: a tile that was taken, and has its last word
 */
void
upscale_tile_queue_settle (UpscaleTileQueue *queue, guint tile_index)
{
  queue->n_in_flight--;
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
  Tile *tile = &queue->tiles[tile_index];

  queue->n_in_flight--;
  g_free (tile->failure);
  tile->failure = g_strdup_printf ("tile %u: %s", tile_index + 1, reason);
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
  return queue->tiles[tile_index].n_tries;
}

/**
 * upscale_tile_queue_get_failure:
 * @queue: a queue
 * @tile_index: a tile
 *
 * Returns: (transfer none) (nullable): why it was given up
 */
const char *
upscale_tile_queue_get_failure (const UpscaleTileQueue *queue, guint tile_index)
{
  return queue->tiles[tile_index].failure;
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
