# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes pytest speak TAP, so that meson counts each test: python3 -m pytest -p tap_plugin -p no:terminal FILE."""

import io

import pytest
from _pytest._io import TerminalWriter


def print_comment(text: str) -> None:
    for line in text.splitlines():
        print(f"# {line}", flush=True)


class TapReporter:
    def __init__(self) -> None:
        self.count = 0
        # Where pytest looks for the width of the screen when it explains a failed comparison.
        self._tw = TerminalWriter(io.StringIO())

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        print(f"1..{len(session.items)}", flush=True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            print_comment(str(report.longrepr))
            print(f"Bail out! {report.nodeid} can't be read", flush=True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        if report.when == "teardown" and not report.failed:
            return
        self.count += 1
        name = report.nodeid.split("::", 1)[-1].replace("#", "")
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            print(f"ok {self.count} {name} # SKIP {reason}", flush=True)
        else:
            print(f"{'ok' if report.passed else 'not ok'} {self.count} {name}", flush=True)
        if report.failed:
            # Programs that the test starts write their reasons there.
            print_comment(f"{report.longrepr}\n{report.capstderr}")


def pytest_configure(config: pytest.Config) -> None:
    # The lines of the test come right before the error, so that the end of a log has both.
    config.option.tbstyle = "short"
    config.pluginmanager.register(TapReporter(), "terminalreporter")
