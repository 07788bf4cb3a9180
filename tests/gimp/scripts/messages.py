# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells a message and the menu label of the procedure in the language of the session."""

from gi.repository import Gimp
from gimp_inside import make_image, tell, upscale

image, layer = make_image(64, 48)
label = Gimp.get_pdb().lookup_procedure("plug-in-tile-upscale").get_menu_label()
tell(message=upscale(image, layer, tile_size=100).message, label=label)
