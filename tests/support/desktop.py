# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop that takes notifications: writes the text of each as a line to the file that is named on the command line."""

import sys
from pathlib import Path

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.freedesktop.Notifications"
INTERFACE = f"""
<node><interface name="{NAME}"><method name="Notify">
  <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
  <arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/>
  <arg type="u" direction="out"/>
</method></interface></node>
"""


def main() -> None:
    path = Path(sys.argv[1])

    def on_call(
        _connection: Gio.DBusConnection, _sender: str, _path: str, _interface: str, _method: str, arguments: GLib.Variant,
        invocation: Gio.DBusMethodInvocation,
    ) -> None:  # fmt: skip
        with path.open("a") as file:
            file.write(arguments.unpack()[4] + "\n")
        invocation.return_value(GLib.Variant("(u)", (1,)))

    def on_bus(connection: Gio.DBusConnection, _name: str) -> None:
        node = Gio.DBusNodeInfo.new_for_xml(INTERFACE)
        connection.register_object("/org/freedesktop/Notifications", node.interfaces[0], on_call, None, None)

    Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, on_bus, lambda *_: path.touch(), None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
