#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plug-in for tests: somebody else's, which calls ours through the PDB."""

import sys

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp  # noqa: E402


class Caller(Gimp.PlugIn):
    def do_query_procedures(self) -> list[str]:
        return ["plug-in-test-caller"]

    def do_set_i18n(self, name: str) -> bool:
        return False

    def do_create_procedure(self, name: str) -> Gimp.Procedure:
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, self.run, None)
        procedure.set_image_types("*")
        procedure.set_documentation("For tests", "For tests", name)
        return procedure

    def run(
        self, procedure: Gimp.Procedure, run_mode: Gimp.RunMode, image: Gimp.Image, drawables: list[Gimp.Drawable],
        config: Gimp.ProcedureConfig, data: object,
    ) -> Gimp.ValueArray:  # fmt: skip
        ours = Gimp.get_pdb().lookup_procedure("plug-in-tile-upscale")
        arguments = ours.create_config()
        arguments.set_property("image", image)
        arguments.set_core_object_array("drawables", drawables)
        result = ours.run(arguments)
        return procedure.new_return_values(result.index(0), None)


Gimp.main(Caller.__gtype__, sys.argv)
