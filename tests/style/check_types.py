# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the types of the Python code of tests and tools with mypy, by the rules of mypy.ini.

Usage: check_types.py SOURCE_ROOT CACHE_FOLDER. Tests import the modules of their own folder and of tests/support by name, and some
folders have modules of the same name, so there are two runs. The packages of tests/diffusion are not installed here.
"""

import os
import subprocess
import sys
from pathlib import Path

SUPPORT = "tests/support"
RUNS = (
    (
        SUPPORT, "tests/backend", "tests/backend/credentials", "tests/backend/tile-batch", "tests/bench", "tests/endpoint", "tests/faults",
        "tests/fuzz", "tests/machines", "tests/style", "tools",
    ),
    (SUPPORT, "tests/bench/gimp", "tests/gimp", "tests/gimp/scripts", "tests/gimp/plug-ins/caller", "tests/gimp/plug-ins/saboteur"),
)  # fmt: skip


def check(root: Path, cache: str, folders: tuple[str, ...]) -> bool:
    """Prints what mypy finds. Returns True if that is nothing."""
    files = [str(path.relative_to(root)) for folder in folders for path in sorted((root / folder).glob("*.py"))]
    environment = {**os.environ, "MYPYPATH": ":".join(folders)}
    command = ["mypy", "--no-error-summary", "--cache-dir", cache, *files]
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode == 0


def find_unchecked(root: Path) -> list[str]:
    """Folders with Python code that no run names."""
    known = {folder for run in RUNS for folder in run} | {"tests/diffusion"}
    found = {str(path.parent.relative_to(root)) for top in ("tests", "tools") for path in (root / top).rglob("*.py")}
    return sorted(found - known)


def main(root: Path, cache: str) -> int:
    unchecked = find_unchecked(root)
    for folder in unchecked:
        print(f"{folder}: name this folder in check_types.py")
    passed = [check(root, cache, folders) for folders in RUNS]
    return 0 if all(passed) and not unchecked else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2]))
