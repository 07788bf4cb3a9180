/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A module that GTK loads into the plug-in when GTK_MODULES names it. The module tells
 * on the session bus what a user could not read in the windows on the screen: what no
 * accessibility tree tells. */
#include <gtk/gtk.h>

#define BUS_NAME "org.example.WindowFaults.p%d"
#define PATH "/faults"
#define MAX_NAME_CHARS 60

void gtk_module_init (int *argc, char ***argv);

static const char interface_xml[] =
    "<node><interface name='org.example.WindowFaults'><method name='List'>"
    "<arg type='as' direction='out'/></method></interface></node>";

static void G_GNUC_PRINTF (3, 4)
    add (GPtrArray *faults, GtkWidget *widget, const char *format, ...)
{
  AtkObject       *accessible = gtk_widget_get_accessible (widget);
  const char      *name = atk_object_get_name (accessible);
  g_autofree char *fault = NULL;
  g_autofree char *head =
      g_utf8_substring (name ? name : "", 0,
                        MIN (g_utf8_strlen (name ? name : "", -1), MAX_NAME_CHARS));
  va_list arguments;

  va_start (arguments, format);
  fault = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (faults, g_strdup_printf ("%s '%s' %s", G_OBJECT_TYPE_NAME (widget),
                                            head, fault));
}

/* A text may be cut on purpose if the pointer shows all of it. */
static gboolean
is_in_tooltip (GtkWidget *widget, const char *text)
{
  for (; widget; widget = gtk_widget_get_parent (widget))
    {
      g_autofree char *tooltip = gtk_widget_get_tooltip_text (widget);

      if (tooltip && strstr (tooltip, text))
        return TRUE;
    }
  return FALSE;
}

static void
inspect_label (GtkLabel *label, GPtrArray *faults)
{
  const char *text = gtk_label_get_text (label);

  if (pango_layout_is_ellipsized (gtk_label_get_layout (label)) &&
      !is_in_tooltip (GTK_WIDGET (label), text))
    add (faults, GTK_WIDGET (label), "is ellipsized: %s", text);
}

static void
inspect_text (GtkEntry *entry, const char *text, GPtrArray *faults)
{
  g_autoptr (PangoLayout) layout =
      gtk_widget_create_pango_layout (GTK_WIDGET (entry), text);
  GdkRectangle area;
  int          width_px;

  gtk_entry_get_text_area (entry, &area);
  pango_layout_get_pixel_size (layout, &width_px, NULL);
  if (width_px > area.width)
    add (faults, GTK_WIDGET (entry), "has %d px for the %d px of '%s'", area.width,
         width_px, text);
}

/* A typed text may be longer than its entry, but a number and a placeholder may not. */
static void
inspect_entry (GtkEntry *entry, GPtrArray *faults)
{
  const char *placeholder = gtk_entry_get_placeholder_text (entry);
  const char *text = gtk_entry_get_text (entry);

  if (GTK_IS_SPIN_BUTTON (entry))
    inspect_text (entry, text, faults);
  else if (*text == '\0' && placeholder)
    inspect_text (entry, placeholder, faults);
}

static void
inspect_size (GtkWidget *widget, GPtrArray *faults)
{
  int width_px = gtk_widget_get_allocated_width (widget);
  int height_px = gtk_widget_get_allocated_height (widget);
  int rim_px = GTK_IS_CONTAINER (widget)
                   ? 2 * (int) gtk_container_get_border_width (GTK_CONTAINER (widget))
                   : 0;
  int x_margins_px =
      rim_px + gtk_widget_get_margin_start (widget) + gtk_widget_get_margin_end (widget);
  int y_margins_px =
      rim_px + gtk_widget_get_margin_top (widget) + gtk_widget_get_margin_bottom (widget);
  int least_width_px;
  int least_height_px;

  gtk_widget_get_preferred_width (widget, &least_width_px, NULL);
  gtk_widget_get_preferred_height_for_width (widget, width_px + x_margins_px,
                                             &least_height_px, NULL);
  if (width_px < least_width_px - x_margins_px ||
      height_px < least_height_px - y_margins_px)
    add (faults, widget, "has %dx%d px and needs %dx%d", width_px, height_px,
         least_width_px - x_margins_px, least_height_px - y_margins_px);
}

static void
inspect (GtkWidget *widget, gpointer user_data)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  /* A page or a text that scrolls is larger on purpose. */
  if (!GTK_IS_SCROLLABLE (widget))
    inspect_size (widget, user_data);
  if (GTK_IS_LABEL (widget))
    inspect_label (GTK_LABEL (widget), user_data);
  if (GTK_IS_ENTRY (widget))
    inspect_entry (GTK_ENTRY (widget), user_data);
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), inspect, user_data);
}

static void
inspect_window (GtkWidget *window, GPtrArray *faults)
{
  GdkWindow   *shown = gtk_widget_get_window (window);
  GdkMonitor  *monitor = gdk_display_get_monitor (gdk_display_get_default (), 0);
  GdkRectangle frame;
  GdkRectangle screen;
  GdkRectangle part;

  gdk_window_get_frame_extents (shown, &frame);
  gdk_monitor_get_geometry (monitor, &screen);
  if (!gdk_rectangle_intersect (&frame, &screen, &part) ||
      !gdk_rectangle_equal (&frame, &part))
    add (faults, window, "of %dx%d px at %d, %d leaves the screen", frame.width,
         frame.height, frame.x, frame.y);
  inspect (window, faults);
}

static void
on_call (GDBusConnection       *connection,
         const char            *sender,
         const char            *path,
         const char            *interface,
         const char            *method,
         GVariant              *arguments,
         GDBusMethodInvocation *invocation,
         gpointer               user_data)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();
  g_autoptr (GPtrArray) faults = g_ptr_array_new_null_terminated (1, g_free, TRUE);

  for (GList *window = windows; window; window = window->next)
    if (gtk_widget_get_mapped (window->data) &&
        gtk_window_get_window_type (window->data) == GTK_WINDOW_TOPLEVEL)
      inspect_window (window->data, faults);
  g_dbus_method_invocation_return_value (invocation,
                                         g_variant_new ("(^as)",
                                                        (char **) faults->pdata));
}

/* GTK calls this function in each process of GIMP. */
G_MODULE_EXPORT void
gtk_module_init (int *argc, char ***argv)
{
  static const GDBusInterfaceVTable calls = { .method_call = on_call };
  g_autofree char                  *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char                  *name = g_strdup_printf (BUS_NAME, (int) getpid ());
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, NULL);
  GDBusConnection *bus = NULL;

  if (program && g_str_has_suffix (program, "/tile-upscale"))
    bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  if (!bus)
    return;
  g_dbus_connection_register_object (bus, PATH, node->interfaces[0], &calls, NULL, NULL,
                                     NULL);
  g_bus_own_name_on_connection (bus, name, G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
                                NULL);
}
