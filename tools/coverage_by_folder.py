# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads gcovr's JSON summary from stdin and prints a line per folder: covered lines, all lines, percent."""

import json
import sys
from collections import defaultdict
from pathlib import PurePath
from typing import TextIO


def sum_folders(summary: TextIO) -> dict[str, tuple[int, int]]:
    """Covered and all lines of each folder."""
    folders: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for file in json.load(summary)["files"]:
        for folder in (str(PurePath(file["filename"]).parent), "total"):
            covered, lines = folders[folder]
            folders[folder] = covered + file["line_covered"], lines + file["line_total"]
    return folders


def main() -> int:
    folders = sum_folders(sys.stdin)
    total = folders.pop("total", (0, 0))
    for folder, (covered, lines) in [*sorted(folders.items()), ("total", total)]:
        print(f"{folder:32} {covered:6} of {lines:6} lines {100 * covered / max(lines, 1):5.1f} %")
    return 0 if total[1] else 1


if __name__ == "__main__":
    sys.exit(main())
