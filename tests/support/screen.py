# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual screen with its own session bus and window manager, and what a user does there: with real keys and clicks, found
through the accessibility bus.

Run as a program inside that session it does one thing at a time: `python3 screen.py COMMAND ...` lines on standard input.
"""

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
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


def fits(role: str, actual: str, name: str) -> bool:
    """A label is found by any part of its sentence, a button by its whole name, everything else by how its name begins."""
    if role == "label":
        return name in actual
    return actual == name if role == "button" else actual.startswith(name)


def matches(node: Any, role: str, name: str) -> bool:
    from gi.repository import Atspi, GLib

    try:
        # Menu items can be reached while their menu is closed; everything else must be there to be seen.
        if role != "menu item" and not node.get_state_set().contains(Atspi.StateType.SHOWING):
            return False
        # What was a push button is called a button in newer releases.
        return node.get_role_name().removeprefix("push ") == role and fits(role, node.get_name() or "", name)
    except GLib.Error:
        return False


def front_first(application: Any) -> list[Any]:
    """The windows of an application; two of them may have a button of one name."""
    from gi.repository import Atspi, GLib

    def is_behind(window: Any) -> bool:
        try:
            return not window.get_state_set().contains(Atspi.StateType.ACTIVE)
        except GLib.Error:
            return True

    windows = [application.get_child_at_index(index) for index in range(application.get_child_count())]
    return sorted((window for window in windows if window), key=is_behind)


def find(role: str, name: str) -> Any:
    from gi.repository import Atspi

    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        for window in front_first(application) if application else ():
            for node in nodes(window):
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


def xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, timeout=TIMEOUT_S)


def extents(node: Any) -> list[int]:
    from gi.repository import Atspi

    box = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
    return [box.x, box.y, box.width, box.height]


def press(role: str, name: str) -> None:
    """A real click in the middle of what can be seen."""
    node = wait_until(lambda: find(role, name), f"there is a {role} '{name}'", TIMEOUT_S)
    x, y, width, height = extents(node)
    xdotool("mousemove", str(x + width // 2), str(y + height // 2), "click", "1")


def box(role: str, name: str) -> list[int]:
    return extents(wait_until(lambda: find(role, name), f"there is a {role} '{name}'", TIMEOUT_S))


def focus(role: str, name: str) -> None:
    wait_until(lambda: find(role, name), f"there is a {role} '{name}'", TIMEOUT_S).get_component_iface().grab_focus()


def describe(role: str, name: str) -> str:
    node = find(role, name)
    return (node.get_description() or "") if node else ""


def is_sensitive(role: str, name: str) -> bool:
    from gi.repository import Atspi

    node = find(role, name)
    return bool(node) and node.get_state_set().contains(Atspi.StateType.SENSITIVE)


def controls(window: str) -> list[dict[str, Any]]:
    """Everything in that window that can have the focus, and every button: role, name, place."""
    from gi.repository import Atspi

    found = []
    for role in ("dialog", "frame", "window"):
        root = find(role, window)
        if root:
            break
    for node in nodes(root) if root else ():
        states = node.get_state_set()
        if states.contains(Atspi.StateType.FOCUSABLE) and states.contains(Atspi.StateType.SHOWING):
            found.append({"role": node.get_role_name(), "name": node.get_name() or "", "box": extents(node)})
    return found


def shoot(path: str) -> None:
    xdotool("mousemove", "--sync", "2", "2")  # a tooltip would hide what is to be seen
    subprocess.run(["import", "-window", "root", path], check=True)


def has_state(role: str, name: str, is_wanted: bool) -> bool:
    return is_sensitive(role, name) == is_wanted


def wait_for(what: str, condition: Callable[[], Any]) -> None:
    wait_until(condition, what, TIMEOUT_S)


COMMANDS: dict[str, Callable[..., Any]] = {
    "click": click,
    "press": press,
    "key": functools.partial(xdotool, "key", "--delay", "20"),
    "type": functools.partial(xdotool, "type", "--delay", "5"),
    "box": box,
    "describe": describe,
    "focus": focus,
    "controls": controls,
    "shot": shoot,
    "wait": lambda role, name: wait_for(f"there is a {role} '{name}'", lambda: find(role, name)),
    "wait-gone": lambda role, name: wait_for(f"{role} '{name}' is gone", lambda: is_gone(role, name)),
    "wait-sensitive": lambda role, name: wait_for(f"{role} '{name}' can be used", lambda: has_state(role, name, True)),
    "wait-insensitive": lambda role, name: wait_for(f"{role} '{name}' can't be used", lambda: has_state(role, name, False)),
}


def serve() -> None:
    """Runs inside the session: one JSON command a line, one JSON answer a line."""
    import gi

    gi.require_version("Atspi", "2.0")
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            answer = {"value": COMMANDS[command](*arguments)}
        except Exception as error:  # the test shows it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


class Screen:
    """A context manager: starts Xvfb, a session bus and the program that drives it."""

    def __init__(self, environment: dict[str, str], size: str = "1400x1000") -> None:
        self.environment = environment
        self.size = size
        self.processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "Screen":
        reader, writer = os.pipe()
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", self.size + "x24", "-nolisten", "tcp"],
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
        self.start(["openbox"], stderr=subprocess.DEVNULL)
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

    def start_keyring(self) -> None:
        """A real keyring, empty and open."""
        home = self.environment["XDG_RUNTIME_DIR"] = self.environment["XDG_DATA_HOME"] = self.environment["HOME"]
        Path(home).chmod(0o700)
        command = ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"]
        daemon = self.start(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert daemon.stdin
        daemon.stdin.write("secret")
        daemon.stdin.close()

    def do(self, *command: str) -> Any:
        assert self.driver.stdin and self.driver.stdout
        self.driver.stdin.write(json.dumps(command) + "\n")
        self.driver.stdin.flush()
        answer = json.loads(self.driver.stdout.readline())
        if "error" in answer:
            shot = Path(os.environ.get("UPSCALE_SCREENS", ".")) / "failure.png"
            shot.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["import", "-window", "root", str(shot)], env=self.environment, check=False)
            raise AssertionError(f"{command}: {answer['error']}; see {shot}")
        return answer["value"]

    def shot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.do("shot", str(path))


if __name__ == "__main__":
    serve()
