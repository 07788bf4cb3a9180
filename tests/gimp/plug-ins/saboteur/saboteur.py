#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plug-in for tests: runs beside all others, listens on a socket, and does to the image what a user might do.

Commands are lines such as `delete-layer ID`, `scale-image ID` and `describe 0`; the answer is `done`, what was asked, or an error.
"""

import json
import os
import socket
import sys

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio, GLib  # noqa: E402


def delete_layer(layer_id: int) -> str:
    layer = Gimp.Layer.get_by_id(layer_id)
    layer.get_image().remove_layer(layer)
    return "done"


def scale_image(image_id: int) -> str:
    Gimp.Image.get_by_id(image_id).scale(31, 17)
    return "done"


def open_again(_: int) -> str:
    """The first picture in a further image, which is the active one then."""
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(os.path.join(os.getcwd(), "photo.png")))
    Gimp.Display.new(image)
    return "done"


def describe(_: int) -> str:
    images = Gimp.get_images()
    return json.dumps([[image.get_width(), image.get_height(), [layer.get_name() for layer in image.get_layers()]] for image in images])


def select(side: int) -> str:
    """A square at the first image's corner; 0 for nothing."""
    image = Gimp.get_images()[0]
    if side:
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, side, side)
    else:
        Gimp.Selection.none(image)
    Gimp.displays_flush()
    return "done"


def move(distance: int) -> str:
    """Moves the first image's active layer down and to the right."""
    Gimp.get_images()[0].get_selected_layers()[0].set_offsets(distance, distance)
    return "done"


def add_channel(side: int) -> str:
    """A channel "Corner" that is white in a square at the first image's corner. GIMP makes it active, so the layer is so again."""
    select(side)
    channel = Gimp.Selection.save(Gimp.get_images()[0])
    channel.set_name("Corner")
    select(0)
    return activate(0)


def activate(position: int) -> str:
    image = Gimp.get_images()[0]
    image.set_selected_layers([image.get_layers()[position]])
    Gimp.displays_flush()
    return "done"


def run_last(position: int) -> str:
    """Repeats the last filter, as a user may."""
    image = Gimp.get_images()[0]
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-tile-upscale")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.WITH_LAST_VALS)
    config.set_property("image", image)
    config.set_core_object_array("drawables", [image.get_layers()[position]])
    done = procedure.run(config).index(0) == Gimp.PDBStatusType.SUCCESS
    return "done" if done else Gimp.get_pdb().get_last_error()


def save(_: int) -> str:
    file = Gio.File.new_for_path(os.path.join(os.getcwd(), "saved.xcf"))
    return "done" if Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, Gimp.get_images()[0], file, None) else "failed"


COMMANDS = {
    "delete-layer": delete_layer, "scale-image": scale_image, "describe": describe, "select": select, "activate": activate,
    "add-channel": add_channel, "run-last": run_last, "save": save, "open-again": open_again, "move": move,
}  # fmt: skip


class Saboteur(Gimp.PlugIn):
    def do_query_procedures(self) -> list[str]:
        return ["extension-saboteur"]

    def do_set_i18n(self, name: str) -> bool:
        return False

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        procedure = Gimp.Procedure.new(self, name, Gimp.PDBProcType.PERSISTENT, self.run, None)
        procedure.set_documentation("For tests", "For tests", name)
        return procedure

    def run(self, procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, data: object) -> Gimp.ValueArray:
        listener = socket.socket(socket.AF_UNIX)
        path = os.environ["SABOTEUR_SOCKET"]
        # The test connects as soon as the path exists, so the socket listens before it gets that name.
        listener.bind(path + ".new")
        listener.listen()
        os.rename(path + ".new", path)
        GLib.io_add_watch(listener.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN, self.serve, listener)
        procedure.persistent_ready()
        self.persistent_enable()
        GLib.MainLoop().run()
        return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)

    def serve(self, fd: int, condition: GLib.IOCondition, listener: socket.socket) -> bool:
        connection, _ = listener.accept()
        with connection:
            name, _, number = connection.recv(200).decode().strip().partition(" ")
            try:
                connection.sendall(COMMANDS[name](int(number)).encode())
            except Exception as error:
                connection.sendall(str(error).encode())
        return True


Gimp.main(Saboteur.__gtype__, sys.argv)
