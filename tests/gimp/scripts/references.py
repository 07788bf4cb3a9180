# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales an image with each of the `references`, paths or URIs, and tells status and message by reference."""

import os

from gi.repository import Gio
from gimp_inside import ARGUMENTS, make_image, tell, upscale

image, layer = make_image(64, 48)


def attempt(reference: str) -> list[str]:
    path = os.path.join(os.getcwd(), reference)
    file = Gio.File.new_for_uri(reference) if "://" in reference else Gio.File.new_for_path(path)
    answer = upscale(image, layer, endpoints=ARGUMENTS["endpoints"], ip_adapter_image=file)
    return [answer.status, answer.message]


tell(**{reference: attempt(reference) for reference in ARGUMENTS["references"]})
