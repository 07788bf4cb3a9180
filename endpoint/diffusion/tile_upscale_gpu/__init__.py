# SPDX-License-Identifier: GPL-3.0-or-later
"""The GPU service of Tile Upscale. README.md beside this folder says which module does what."""

VERSION = "0.1.0"
