# SPDX-License-Identifier: GPL-3.0-or-later
"""`./run test` repeats exactly those suites with sanitizers that tests/meson.build keeps in a build with sanitizers."""

import re
import sys
from pathlib import Path

# tests/meson.build leaves out the folders below this line when b_sanitize is set, and the fuzz targets have a build of their own.
WITHOUT_SANITIZERS = "if get_option('b_sanitize') == 'none'"
FUZZ = re.compile(r"if get_option\('fuzz'\).*?endif", re.DOTALL)


def read_meson_suites(tests: Path) -> set[str]:
    """The suites of all folders that a build with sanitizers enters."""
    kept, found, _ = FUZZ.sub("", (tests / "meson.build").read_text()).partition(WITHOUT_SANITIZERS)
    if not found:
        sys.exit(f"tests/meson.build lacks '{WITHOUT_SANITIZERS}', which this check reads.")
    files = [file for folder in re.findall(r"subdir\('([^']+)'\)", kept) for file in (tests / folder).rglob("meson.build")]
    return {suite for file in files for suite in re.findall(r"suite: '([^']+)'", file.read_text())}


def read_task_suites(tasks: Path) -> set[str]:
    listed = re.search(r"^TASK_SANITIZED_SUITES=\(([^)]*)\)", tasks.read_text(), re.MULTILINE)
    if not listed:
        sys.exit("tools/tasks.sh lacks TASK_SANITIZED_SUITES, which this check reads.")
    return set(listed[1].split())


def main() -> int:
    root = Path(sys.argv[1])
    in_meson = read_meson_suites(root / "tests")
    in_tasks = read_task_suites(root / "tools" / "tasks.sh")
    for suite in sorted(in_meson ^ in_tasks):
        place = "tools/tasks.sh" if suite in in_meson else "tests/*/meson.build"
        print(f"TASK_SANITIZED_SUITES: the suite '{suite}' is missing in {place}")
    return 0 if in_meson == in_tasks else 1


if __name__ == "__main__":
    sys.exit(main())
