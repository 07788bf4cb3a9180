# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls the test's plug-in `caller`, which calls ours through the PDB."""

from gimp_inside import NONINTERACTIVE, call, make_image, tell

image, layer = make_image(64, 48)
result = call("plug-in-test-caller", run_mode=NONINTERACTIVE, image=image, drawables=[layer])
tell(status=result.index(0).value_nick, layers=[one.get_name() for one in image.get_layers()])
