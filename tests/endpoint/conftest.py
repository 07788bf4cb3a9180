# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the tests be started by pytest alone, from anywhere."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
