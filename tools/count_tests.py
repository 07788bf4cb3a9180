# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints `N passed, N failed, N skipped` from meson's own logs, and fails when a test did."""

import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path


def outcome(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def count(log: Path) -> Counter[str]:
    tests = ElementTree.parse(log).getroot()
    counts = Counter(outcome(case) for case in tests.iter("testcase"))
    # A program that died before its plan ran out fails as a whole, outside of any test of its own.
    counts["failed"] += sum(
        1
        for suite in tests.iter("testsuite")
        if int(suite.get("failures", 0)) + int(suite.get("errors", 0)) > 0
        and not any(outcome(case) == "failed" for case in suite.iter("testcase"))
    )
    return counts


def main() -> int:
    meson_failed = sys.argv[1] != "0"
    logs = [Path(folder) / "meson-logs" / "testlog.junit.xml" for folder in sys.argv[2:]]
    counts = sum((count(log) for log in logs if log.exists()), Counter())
    if meson_failed and counts["failed"] == 0:
        counts["failed"] = 1
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
