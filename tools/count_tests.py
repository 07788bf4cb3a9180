# SPDX-License-Identifier: GPL-3.0-or-later
"""Names each failed test, then prints `N passed, N failed, N skipped`, all from meson's own logs.

The names come last because the end of a long log is what a reader sees first.
"""

import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path


def outcome(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def last_line(case: ElementTree.Element) -> str:
    for fault in (case.find("failure"), case.find("error")):
        if fault is not None:
            said = (fault.text or fault.get("message") or "").strip().splitlines()
            return said[-1][:200] if said else "no message"
    return "no message"


def failures(suite: ElementTree.Element) -> list[str]:
    failed = [case for case in suite.iter("testcase") if outcome(case) == "failed"]
    # A program that died before its plan ran out fails as a whole, outside of any test of its own.
    if not failed and int(suite.get("failures", 0)) + int(suite.get("errors", 0)) > 0:
        return [f"{suite.get('name')}: the program ended before its tests did"]
    return [f"{suite.get('name')}: {case.get('name')}: {last_line(case)}" for case in failed]


def main() -> int:
    meson_failed = sys.argv[1] != "0"
    logs = [Path(folder) / "meson-logs" / "testlog.junit.xml" for folder in sys.argv[2:]]
    logs = [log for log in logs if log.exists()]
    counts: Counter[str] = Counter()
    failed = []
    for log in logs:
        tests = ElementTree.parse(log).getroot()
        counts.update(outcome(case) for case in tests.iter("testcase"))
        failed += [f"{log.parents[1].name}: {line}" for suite in tests.iter("testsuite") for line in failures(suite)]
    if meson_failed and not failed:
        failed = ["meson failed without naming a test; its output above says why"]
    for line in failed:
        print(f"failed: {line}")
    print(f"{counts['passed']} passed, {len(failed)} failed, {counts['skipped']} skipped")
    return 1 if failed or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
