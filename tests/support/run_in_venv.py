# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a test file with pytest where endpoint/diffusion's packages are, or says in TAP that it is skipped: run_in_venv.py FILE"""

import os
import sys
from pathlib import Path

VENV = Path(__file__).resolve().parents[2] / "build" / "venv"
PYTEST = ["-m", "pytest", "-p", "tap_plugin", "-p", "no:terminal", "-p", "no:cacheprovider"]


def main() -> None:
    if (VENV / "ready").exists():
        python = str(VENV / "bin" / "python")
        os.execv(python, [python, *PYTEST, *sys.argv[1:]])
    print("1..1")
    print(f"ok 1 {Path(sys.argv[1]).stem} # SKIP needs packages from the Python registry, which './run test' could not install")


main()
