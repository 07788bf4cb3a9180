/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-exchange.h"

#include "upscale-error.h"

static void fake_exchange_iface_init (UpscaleTileExchangeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeExchange,
                               fake_exchange,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_TILE_EXCHANGE,
                                                      fake_exchange_iface_init))

static void
fake_exchange_add_painter (UpscaleTileExchange *exchange,
                           UpscaleCapabilities *capabilities)
{
  FAKE_EXCHANGE (exchange)->n_painters++;
}

static void
fake_exchange_prepare_async (UpscaleTileExchange *exchange,
                             guint                tile_index,
                             UpscaleCapabilities *capabilities,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (exchange, cancellable, callback, user_data);

  g_task_set_task_data (task, GUINT_TO_POINTER (tile_index), NULL);
  g_task_return_boolean (task, TRUE);
}

static gboolean
fake_exchange_prepare_finish (UpscaleTileExchange *exchange,
                              GAsyncResult        *result,
                              UpscalePrepared     *prepared,
                              UpscaleTileMessage **message,
                              GError             **error)
{
  UpscaleTile tile = { .index =
                           GPOINTER_TO_UINT (g_task_get_task_data (G_TASK (result))) };

  *prepared = UPSCALE_PREPARED_STORED;
  if (tile.index < FAKE_EXCHANGE (exchange)->n_stored)
    return TRUE;
  *prepared = UPSCALE_PREPARED_SEND;
  *message = upscale_tile_message_new (&tile);
  (*message)->key = g_strdup_printf ("key-%u", tile.index);
  return TRUE;
}

static void
fake_exchange_accept_async (UpscaleTileExchange *exchange,
                            UpscaleTileMessage  *message,
                            GBytes              *image,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  FakeExchange *self = FAKE_EXCHANGE (exchange);
  g_autoptr (GTask) task = g_task_new (exchange, cancellable, callback, user_data);

  if (message->tile.index == self->bad_picture)
    {
      self->bad_picture = G_MAXUINT;
      g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_BAD_PICTURE, "black");
      return;
    }
  self->n_accepted++;
  g_task_return_boolean (task, TRUE);
}

static void
fake_exchange_give_up_async (UpscaleTileExchange *exchange,
                             guint                tile_index,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (exchange, NULL, callback, user_data);

  FAKE_EXCHANGE (exchange)->n_given_up++;
  g_task_return_boolean (task, TRUE);
}

static gboolean
fake_exchange_propagate (UpscaleTileExchange *exchange,
                         GAsyncResult        *result,
                         GError             **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_exchange_iface_init (UpscaleTileExchangeInterface *iface)
{
  iface->add_painter = fake_exchange_add_painter;
  iface->prepare_async = fake_exchange_prepare_async;
  iface->prepare_finish = fake_exchange_prepare_finish;
  iface->accept_async = fake_exchange_accept_async;
  iface->accept_finish = fake_exchange_propagate;
  iface->give_up_async = fake_exchange_give_up_async;
  iface->give_up_finish = fake_exchange_propagate;
}

static void
fake_exchange_class_init (FakeExchangeClass *klass)
{
}

static void
fake_exchange_init (FakeExchange *self)
{
  self->bad_picture = G_MAXUINT;
}

FakeExchange *
fake_exchange_new (void)
{
  return g_object_new (FAKE_TYPE_EXCHANGE, NULL);
}
