# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds the support modules to the path, so that pytest alone can run the tests from any folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
