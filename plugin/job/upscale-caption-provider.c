/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-caption-provider.h"

#include <glib/gi18n-lib.h>

#include "upscale-error.h"
#include "upscale-limits.h"
#include "upscale-png.h"
#include "upscale-similarity.h"
#include "upscale-text.h"
#include "upscale-view.h"

/* Models of captions reduce a picture to 224 to 448 px a side. */
#define MAX_SENT_PX 512
#define COMPRESSION 1

/**
 * UpscaleCaptionProvider:
 *
 * The tile provider of a scheduler that has tiles described: sends a small picture of
 * each tile, and takes a text for an answer. The source and the plan may be read from any
 * thread.
 */
struct _UpscaleCaptionProvider
{
  GObject parent_instance;

  UpscaleSource   *source;
  UpscaleTilePlan *plan;
};

/* A tile that is prepared in a worker thread. */
typedef struct
{
  guint               tile_index;
  UpscaleTileMessage *message; /* NULL if the tile has nothing to describe */
} Preparation;

static void upscale_caption_provider_iface_init (UpscaleTileProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (
    UpscaleCaptionProvider,
    upscale_caption_provider,
    G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_TILE_PROVIDER,
                           upscale_caption_provider_iface_init))

enum
{
  SIGNAL_DESCRIBED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
preparation_free (Preparation *preparation)
{
  g_clear_pointer (&preparation->message, upscale_tile_message_unref);
  g_free (preparation);
}

static void
upscale_caption_provider_add_painter (UpscaleTileProvider *provider,
                                      UpscaleCapabilities *capabilities)
{
}

/* The part of a tile beyond the edge of the picture is a mirror image. */
static UpscalePixels *
read_small (UpscaleCaptionProvider *self, UpscaleRect tile)
{
  UpscaleRect target = { 0, 0, upscale_tile_plan_get_width (self->plan),
                         upscale_tile_plan_get_height (self->plan) };
  UpscaleRect rect = upscale_rect_intersect (tile, target);
  g_autoptr (UpscaleView) view = upscale_view_new_of_base (self->source, rect);
  double factor = MIN (1.0, (double) MAX_SENT_PX / MAX (rect.width, rect.height));

  return upscale_view_read (view, (UpscaleRect) { 0, 0, rect.width, rect.height },
                            MAX (1, (int) (rect.width * factor)),
                            MAX (1, (int) (rect.height * factor)));
}

static UpscaleTileMessage *
make_message (const UpscaleTile *tile, const UpscalePixels *sent, GError **error)
{
  g_autoptr (UpscaleTileMessage) message = upscale_tile_message_new (tile);

  message->image = upscale_png_encode (sent, COMPRESSION, error);
  if (!message->image)
    return NULL;
  message->width_px = message->target_width_px = sent->width_px;
  message->height_px = message->target_height_px = sent->height_px;
  message->target_x_px = tile->rect.x;
  message->target_y_px = tile->rect.y;
  message->key = g_strdup_printf ("caption %u", tile->index);
  return g_steal_pointer (&message);
}

static void
prepare_in_thread (GTask        *task,
                   gpointer      source_object,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  UpscaleCaptionProvider *self = source_object;
  Preparation            *preparation = task_data;
  const UpscaleTile      *tile =
      upscale_tile_plan_get_tile (self->plan, preparation->tile_index);
  GError *error = NULL;
  g_autoptr (UpscalePixels) sent = NULL;

  if (!upscale_source_is_transparent (self->source, tile->rect))
    sent = read_small (self, tile->rect);
  if (sent && !upscale_similarity_is_single_colored (sent))
    preparation->message = make_message (tile, sent, &error);
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
upscale_caption_provider_prepare_async (UpscaleTileProvider *provider,
                                        guint                tile_index,
                                        UpscaleCapabilities *capabilities,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  Preparation *preparation = g_new0 (Preparation, 1);

  preparation->tile_index = tile_index;
  g_task_set_task_data (task, preparation, (GDestroyNotify) preparation_free);
  g_task_run_in_thread (task, prepare_in_thread);
}

static gboolean
upscale_caption_provider_prepare_finish (UpscaleTileProvider *provider,
                                         GAsyncResult        *result,
                                         UpscalePrepared     *prepared,
                                         UpscaleTileMessage **message,
                                         GError             **error)
{
  Preparation *preparation = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *prepared = preparation->message ? UPSCALE_PREPARED_SEND : UPSCALE_PREPARED_SKIPPED;
  *message = g_steal_pointer (&preparation->message);
  return TRUE;
}

/* The text comes from a server, so it may have any length and any characters. Tidying
 * adds an ellipsis to a text that it cuts. */
static void
upscale_caption_provider_accept_async (UpscaleTileProvider *provider,
                                       UpscaleTileMessage  *message,
                                       GBytes              *image,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  g_autofree char *text =
      g_strndup (g_bytes_get_data (image, NULL), g_bytes_get_size (image));
  g_autofree char *caption = upscale_text_tidy (text, UPSCALE_MAX_TILE_TEXT_CHARS - 1);

  if (*caption == '\0')
    {
      g_task_return_new_error_literal (task, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE,
                                       _ ("it answered with an empty text"));
      return;
    }
  g_debug ("tile %u: described", message->tile.index + 1);
  g_signal_emit (provider, signals[SIGNAL_DESCRIBED], 0, message->tile.index, caption);
  g_task_return_boolean (task, TRUE);
}

static void
upscale_caption_provider_give_up_async (UpscaleTileProvider *provider,
                                        guint                tile_index,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, NULL, callback, user_data);

  g_task_return_boolean (task, TRUE);
}

static gboolean
upscale_caption_provider_propagate (UpscaleTileProvider *provider,
                                    GAsyncResult        *result,
                                    GError             **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
upscale_caption_provider_finalize (GObject *object)
{
  UpscaleCaptionProvider *self = UPSCALE_CAPTION_PROVIDER (object);

  upscale_source_unref (self->source);
  upscale_tile_plan_unref (self->plan);
  G_OBJECT_CLASS (upscale_caption_provider_parent_class)->finalize (object);
}

static void
upscale_caption_provider_iface_init (UpscaleTileProviderInterface *iface)
{
  iface->add_painter = upscale_caption_provider_add_painter;
  iface->prepare_async = upscale_caption_provider_prepare_async;
  iface->prepare_finish = upscale_caption_provider_prepare_finish;
  iface->accept_async = upscale_caption_provider_accept_async;
  iface->accept_finish = upscale_caption_provider_propagate;
  iface->give_up_async = upscale_caption_provider_give_up_async;
  iface->give_up_finish = upscale_caption_provider_propagate;
}

static void
upscale_caption_provider_class_init (UpscaleCaptionProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = upscale_caption_provider_finalize;

  /**
   * UpscaleCaptionProvider::described:
   * @tile_index: a tile
   * @caption: its text, one line of at most %UPSCALE_MAX_TILE_TEXT_CHARS characters
   *
   * Emitted on the main thread, once for each tile that was described.
   */
  signals[SIGNAL_DESCRIBED] =
      g_signal_new ("described", UPSCALE_TYPE_CAPTION_PROVIDER, G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_STRING);
}

static void
upscale_caption_provider_init (UpscaleCaptionProvider *self)
{
}

/**
 * upscale_caption_provider_new:
 * @source: the layer's pixels
 * @plan: the tiles over the target of @source
 *
 * Returns: (transfer full): the provider
 */
UpscaleCaptionProvider *
upscale_caption_provider_new (UpscaleSource *source, UpscaleTilePlan *plan)
{
  UpscaleCaptionProvider *self;

  g_return_val_if_fail (source != NULL, NULL);
  g_return_val_if_fail (plan != NULL, NULL);

  self = g_object_new (UPSCALE_TYPE_CAPTION_PROVIDER, NULL);
  self->source = upscale_source_ref (source);
  self->plan = upscale_tile_plan_ref (plan);
  return self;
}
