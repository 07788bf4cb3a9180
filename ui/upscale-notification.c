/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-notification.h"

#include <glib/gi18n.h>

#define SERVICE "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define ICON "gimp"
#define REPLACES_NOTHING 0
#define SERVER_CHOOSES_DURATION (-1)

/**
 * upscale_notification_send:
 * @window: the window that shows @sentence
 * @sentence: the news
 *
 * Tells the user through the desktop if the user looks at another window. A desktop
 * without notifications is no error. Does not wait for the desktop: libnotify would, and
 * GNotification needs the application identifier of an installed desktop file, which a
 * plug-in does not have.
 */
void
upscale_notification_send (GtkWindow *window, const char *sentence)
{
  g_autofree char *markup = NULL;
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GError) error = NULL;
  GVariantBuilder actions = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));
  GVariantBuilder hints = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sv}"));

  g_return_if_fail (GTK_IS_WINDOW (window));
  g_return_if_fail (sentence != NULL);

  if (gtk_window_is_active (window))
    return;
  bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  if (!bus)
    {
      g_debug ("notification: %s", error->message);
      return;
    }
  /* The desktop reads the text as markup. */
  markup = g_markup_escape_text (sentence, -1);
  g_dbus_connection_call (bus, SERVICE, PATH, SERVICE, "Notify",
                          g_variant_new ("(susssasa{sv}i)", _ ("Tile Upscale"),
                                         REPLACES_NOTHING, ICON, _ ("Tile Upscale"),
                                         markup, &actions, &hints,
                                         SERVER_CHOOSES_DURATION),
                          NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  /* The process may end before its main loop runs again. */
  g_dbus_connection_flush_sync (bus, NULL, NULL);
}
