/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-provider.h"

#include "upscale-error.h"

static void fake_provider_iface_init (UpscaleTileProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeProvider,
                               fake_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UPSCALE_TYPE_TILE_PROVIDER,
                                                      fake_provider_iface_init))

static void
fake_provider_add_painter (UpscaleTileProvider *provider,
                           UpscaleCapabilities *capabilities)
{
  FAKE_PROVIDER (provider)->n_painters++;
}

static gboolean
can_prepare (FakeProvider *self, guint tile_index)
{
  if (tile_index != self->unpreparable)
    return TRUE;
  if (self->n_prepared_before == 0)
    return FALSE;
  self->n_prepared_before--;
  return TRUE;
}

static void
fake_provider_prepare_async (UpscaleTileProvider *provider,
                             guint                tile_index,
                             UpscaleCapabilities *capabilities,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);

  g_task_set_task_data (task, GUINT_TO_POINTER (tile_index), NULL);
  if (can_prepare (FAKE_PROVIDER (provider), tile_index))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, UPSCALE_ERROR, UPSCALE_ERROR_STORAGE, "unreadable");
}

static gboolean
fake_provider_prepare_finish (UpscaleTileProvider *provider,
                              GAsyncResult        *result,
                              UpscalePrepared     *prepared,
                              UpscaleTileMessage **message,
                              GError             **error)
{
  UpscaleTile tile = { .index =
                           GPOINTER_TO_UINT (g_task_get_task_data (G_TASK (result))) };

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *prepared = UPSCALE_PREPARED_STORED;
  if (tile.index < FAKE_PROVIDER (provider)->n_stored)
    return TRUE;
  *prepared = UPSCALE_PREPARED_SEND;
  *message = upscale_tile_message_new (&tile);
  (*message)->key = g_strdup_printf ("key-%u", tile.index);
  return TRUE;
}

static void
fake_provider_accept_async (UpscaleTileProvider *provider,
                            UpscaleTileMessage  *message,
                            GBytes              *image,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  FakeProvider *self = FAKE_PROVIDER (provider);
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);

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
fake_provider_give_up_async (UpscaleTileProvider *provider,
                             guint                tile_index,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, NULL, callback, user_data);

  FAKE_PROVIDER (provider)->n_given_up++;
  g_task_return_boolean (task, TRUE);
}

static gboolean
fake_provider_propagate (UpscaleTileProvider *provider,
                         GAsyncResult        *result,
                         GError             **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_provider_iface_init (UpscaleTileProviderInterface *iface)
{
  iface->add_painter = fake_provider_add_painter;
  iface->prepare_async = fake_provider_prepare_async;
  iface->prepare_finish = fake_provider_prepare_finish;
  iface->accept_async = fake_provider_accept_async;
  iface->accept_finish = fake_provider_propagate;
  iface->give_up_async = fake_provider_give_up_async;
  iface->give_up_finish = fake_provider_propagate;
}

static void
fake_provider_class_init (FakeProviderClass *klass)
{
}

static void
fake_provider_init (FakeProvider *self)
{
  self->bad_picture = G_MAXUINT;
  self->unpreparable = G_MAXUINT;
}

FakeProvider *
fake_provider_new (void)
{
  return g_object_new (FAKE_TYPE_PROVIDER, NULL);
}

/* Returns the indices of all tiles, ascending. */
GArray *
fake_provider_make_order (guint n_tiles)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < n_tiles; i++)
    g_array_append_val (order, i);
  return order;
}
