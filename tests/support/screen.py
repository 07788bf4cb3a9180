# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual screen with its own session bus, and what a user does there, through the accessibility bus.

Run as a program inside that session it does one thing at a time: `python3 screen.py COMMAND ...` lines on standard input.
"""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from polling import wait_until

TIMEOUT_S = 30


def nodes(root: Any, depth: int = 0) -> Iterator[Any]:
    from gi.repository import GLib

    yield root
    try:
        count = root.get_child_count() if depth < 30 else 0
    except GLib.Error:
        return
    for index in range(count):
        try:
            child = root.get_child_at_index(index)
        except GLib.Error:
            return
        if child:
            yield from nodes(child, depth + 1)


def matches(node: Any, role: str, name: str) -> bool:
    from gi.repository import Atspi, GLib

    try:
        # Menu items can be reached while their menu is closed; everything else must be there to be seen.
        if role != "menu item" and not node.get_state_set().contains(Atspi.StateType.SHOWING):
            return False
        # What was a push button is called a button in newer releases.
        return node.get_role_name().removeprefix("push ") == role and (node.get_name() or "").startswith(name)
    except GLib.Error:
        return False


def find(role: str, name: str) -> Any:
    from gi.repository import Atspi

    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        for node in nodes(application) if application else ():
            if matches(node, role, name):
                return node
    return None


def is_gone(role: str, name: str) -> bool:
    return find(role, name) is None


def click(role: str, name: str) -> None:
    node = wait_until(lambda: find(role, name), f"there is a {role} '{name}'", TIMEOUT_S)
    for index in range(node.get_n_actions()):
        if node.get_action_name(index) == "click":
            node.do_action(index)
            return
    raise RuntimeError(f"{role} '{name}' can't be clicked")


def serve() -> None:
    """Runs inside the session: one JSON command a line, one JSON answer a line."""
    import gi

    gi.require_version("Atspi", "2.0")
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            if command == "click":
                click(*arguments)
            elif command == "wait":
                wait_until(functools.partial(find, *arguments), f"there is {arguments}", TIMEOUT_S)
            elif command == "wait-gone":
                wait_until(functools.partial(is_gone, *arguments), f"{arguments} is gone", TIMEOUT_S)
            elif command == "shot":
                subprocess.run(["import", "-window", "root", arguments[0]], check=True)
            answer = "done"
        except Exception as error:  # the test shows it
            answer = f"{type(error).__name__}: {error}"
        print(json.dumps(answer), flush=True)


class Screen:
    """A context manager: starts Xvfb, a session bus and the program that drives it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "Screen":
        reader, writer = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
            pass_fds=[writer], stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        os.close(writer)
        self.processes.append(server)
        with os.fdopen(reader) as display:
            self.environment["DISPLAY"] = ":" + display.readline().strip()
        bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True, env=self.environment
        )
        self.processes.append(bus)
        assert bus.stdout
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        self.driver = self.start([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()

    def start(self, command: list[str], **options: Any) -> "subprocess.Popen[str]":
        process = subprocess.Popen(command, env=self.environment, text=True, **options)
        self.processes.append(process)
        return process

    def do(self, *command: str) -> None:
        assert self.driver.stdin and self.driver.stdout
        self.driver.stdin.write(json.dumps(command) + "\n")
        self.driver.stdin.flush()
        answer = json.loads(self.driver.stdout.readline())
        if answer != "done":
            subprocess.run(["import", "-window", "root", "failure.png"], env=self.environment, check=False)
            raise AssertionError(f"{command}: {answer}; see failure.png")

    def shot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.do("shot", str(path))


if __name__ == "__main__":
    serve()
