# SPDX-License-Identifier: GPL-3.0-or-later
"""Names each failed test with the lines that say why, then prints `N passed, N failed, N skipped`, all from meson's own logs.

The failures come last because the end of a long log is what a reader sees first.
"""

import json
import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# The results that meson gives a test without a failure.
GOOD_RESULTS = {"OK": "passed", "SKIP": "skipped", "EXPECTEDFAIL": "passed"}
MAX_LINES = 15
MAX_COLUMNS = 200
PLAN = re.compile(r"^1\.\.\d+", re.MULTILINE)
CASE = re.compile(r"(ok|not ok)\b *\d* *(.*)")
# The lines of pytest, GLib, Python and the sanitizers that name the cause, and the number of lines before them to show.
CAUSE = re.compile(r"E  |.*\b(ERROR|Fatal Python error|runtime error|CRITICAL \*\*)\b")
N_BEFORE_CAUSE = 6


@dataclass
class Case:
    """A line of TAP with the lines of comments around it."""

    outcome: str
    name: str
    before: list[str]
    after: list[str] = field(default_factory=list)


def read_cases(output: str) -> list[Case]:
    """Returns the cases of a program that speaks TAP, and none of another program."""
    cases: list[Case] = []
    comments: list[str] = []
    if not PLAN.search(output):
        return cases
    for line in output.splitlines():
        if line.startswith("#"):
            comments.append(line[1:].removeprefix(" "))
        elif match := CASE.fullmatch(line):
            name, _, directive = match[2].partition(" # ")
            outcome = "failed" if match[1] == "not ok" else "skipped" if directive.startswith("SKIP") else "passed"
            case = Case(outcome, name, before=comments)
            comments = case.after
            cases.append(case)
    return cases


def excerpt(lines: list[str]) -> list[str]:
    """Returns the lines around the cause, or the last lines where no line looks like the cause."""
    lines = [line[:MAX_COLUMNS] for line in lines if line.strip()]
    last = max(len(lines) - MAX_LINES, 0)
    cause = next((number for number, line in enumerate(lines) if CAUSE.match(line)), len(lines))
    start = min(max(cause - N_BEFORE_CAUSE, 0), last)
    return lines[start : start + MAX_LINES]


def name_end(record: dict[str, Any]) -> str:
    status = record["returncode"]
    if record["result"] == "TIMEOUT":
        return f"did not end within its time of {record['duration']:.0f} s"
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def list_failures(record: dict[str, Any], cases: list[Case]) -> Iterator[list[str]]:
    """Yields a headline with the lines that say why, for each failure of a meson test."""
    errors = record.get("stderr", "").splitlines()
    failed = [case for case in cases if case.outcome == "failed"]
    for case in failed:
        # pytest explains a failure after its line, GLib before it and as an error.
        yield [f"{record['name']}: {case.name}", *excerpt(case.after or case.before + errors)]
    has_said_why = failed and record["result"] != "TIMEOUT" and (record["returncode"] == 1 or "\nBail out!" in record["stdout"])
    if record["result"] not in GOOD_RESULTS and not has_said_why:
        yield [f"{record['name']}: {name_end(record)}", *excerpt(record["stdout"].splitlines() + errors)]


def read_records(log: Path) -> list[dict[str, Any]]:
    """Reads a line for each test, without a last one that an interrupted meson has not written to its end."""
    return [json.loads(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]


def main() -> int:
    meson_failed = sys.argv[1] != "0"
    logs = [Path(folder) / "meson-logs" / "testlog.json" for folder in sys.argv[2:]]
    counts: Counter[str] = Counter()
    failures = []
    for log in logs:
        for record in read_records(log) if log.exists() else ():
            cases = read_cases(record["stdout"])
            counts.update([case.outcome for case in cases] or [GOOD_RESULTS.get(record["result"], "failed")])
            failures += [[f"{log.parents[1].name}: {headline}", *why] for headline, *why in list_failures(record, cases)]
    if meson_failed and not failures:
        failures = [["meson failed without naming a test; its output above says why"]]
    for headline, *why in failures:
        print(f"failed: {headline}", *why, sep="\n    ")
    print(f"{counts['passed']} passed, {len(failures)} failed, {counts['skipped']} skipped")
    return 1 if failures or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
