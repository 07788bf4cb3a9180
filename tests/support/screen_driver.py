# SPDX-License-Identifier: GPL-3.0-or-later
"""Works the windows on a screen as a user does, with real keys and clicks; finds widgets through the accessibility bus.

`screen.py` starts this program inside the screen's session. Each line on standard input is a JSON list of a command and its
arguments, each line on standard output the JSON answer.
"""

import functools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import gi
from polling import LIMIT_S, wait_until

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

MAX_DEPTH = 30
FAULTS = "org.example.WindowFaults"  # of tests/ui/window-faults.c
SHOWING, SENSITIVE = Atspi.StateType.SHOWING, Atspi.StateType.SENSITIVE


def iterate_nodes(root: Any, depth: int = 0) -> Iterator[Any]:
    """Yields a widget and all below it. A widget that vanishes meanwhile ends its own branch only."""
    yield root
    try:
        count = root.get_child_count() if depth < MAX_DEPTH else 0
    except GLib.Error:
        return
    for index in range(count):
        try:
            child = root.get_child_at_index(index)
        except GLib.Error:
            return
        if child:
            yield from iterate_nodes(child, depth + 1)


def fits(role: str, actual: str, name: str) -> bool:
    """Compares a label and a title with any part, a button with its whole name, other widgets with the beginning."""
    if role in ("label", "dialog", "frame", "window"):
        return name in actual
    return actual == name if role == "button" else actual.startswith(name)


def has(node: Any, *states: Atspi.StateType) -> bool:
    actual = node.get_state_set()
    return all(actual.contains(state) for state in states)


def matches(node: Any, role: str, name: str) -> bool:
    try:
        # A menu item can be activated while its menu is closed; every other widget must be visible.
        if role != "menu item" and not has(node, SHOWING):
            return False
        # GTK 3 calls "push button" what later releases call "button".
        return node.get_role_name().removeprefix("push ") == role and fits(role, node.get_name() or "", name)
    except GLib.Error:
        return False


def list_children(node: Any) -> list[Any]:
    children = (node.get_child_at_index(index) for index in range(node.get_child_count()))
    return [child for child in children if child]


def list_windows() -> list[Any]:
    """Returns the windows of all applications, the active one first: two windows may have a button of one name."""

    def is_behind(window: Any) -> bool:
        try:
            return not has(window, Atspi.StateType.ACTIVE)
        except GLib.Error:
            return True

    windows = [window for application in list_children(Atspi.get_desktop(0)) for window in list_children(application)]
    return sorted(windows, key=is_behind)


def find(role: str, name: str) -> Any:
    nodes = (node for window in list_windows() for node in iterate_nodes(window))
    return next((node for node in nodes if matches(node, role, name)), None)


def wait_for(what: str, condition: Callable[[], Any]) -> Any:
    """Waits for a true value. A widget that vanishes while the condition looks at it makes the condition look again."""

    def attempt() -> Any:
        try:
            return condition()
        except GLib.Error:
            return None

    return wait_until(attempt, what, LIMIT_S)


def wait_to_find(role: str, name: str) -> Any:
    return wait_for(f"there is a {role} '{name}'", lambda: find(role, name))


def find_ready(role: str, name: str, *states: Atspi.StateType) -> Any:
    """Returns the widget when it is in the states, else None."""
    node = find(role, name)
    return node if node and has(node, *states) else None


def find_clickable(role: str, name: str) -> tuple[Any, int] | None:
    """Returns a sensitive widget and the number of its click action, or None. GIMP's menus become sensitive some time after
    their window shows, and a busy GIMP tells of no action."""
    node = find_ready(role, name, SENSITIVE)
    actions = range(node.get_n_actions()) if node else ()
    return next(((node, index) for index in actions if node.get_action_name(index) == "click"), None)


def click(role: str, name: str) -> None:
    """Activates a widget through the accessibility bus, such as the item of a closed menu."""
    deadline = time.monotonic() + LIMIT_S
    while True:
        node, index = wait_for(f"the {role} '{name}' can be clicked", lambda: find_clickable(role, name))
        # A widget that has become insensitive since refuses the action. An error is no refusal: the click may have arrived.
        if node.do_action(index):
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"the {role} '{name}' refuses each click")


def xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, timeout=LIMIT_S)


def extents(node: Any) -> list[int]:
    box = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
    return [box.x, box.y, box.width, box.height]


def get_box(role: str, name: str) -> list[int]:
    box: list[int] = wait_for(f"the {role} '{name}' is somewhere", lambda: (node := find(role, name)) and extents(node))
    return box


def press(role: str, name: str) -> None:
    """Clicks with the mouse in the middle of a visible, sensitive widget."""

    def find_place() -> list[int] | None:
        node = find_ready(role, name, SHOWING, SENSITIVE)
        return extents(node) if node else None

    x, y, width, height = wait_for(f"the {role} '{name}' can be pressed", find_place)
    xdotool("mousemove", str(x + width // 2), str(y + height // 2), "click", "1")


def drag(x: int, y: int, to_x: int, to_y: int) -> None:
    """Moves the mouse with its button down, by way of the middle, as a hand does."""
    way = [(x, y), ((x + to_x) // 2, (y + to_y) // 2), (to_x, to_y)]
    moves = [["mousemove", "--sync", str(a), str(b)] for a, b in way]
    xdotool(*moves[0], "mousedown", "1", *moves[1], *moves[2], "mouseup", "1")


def turn_wheel(x: int, y: int, direction: str, key: str = "") -> None:
    """Turns the mouse wheel by one step up or down, with a key held down."""
    held, released = (["keydown", key], ["keyup", key]) if key else ([], [])
    xdotool("mousemove", "--sync", str(x), str(y), *held, "click", {"up": "4", "down": "5"}[direction], *released)


def focus(role: str, name: str) -> None:
    wait_to_find(role, name).get_component_iface().grab_focus()


def describe(role: str, name: str) -> str:
    try:
        node = find(role, name)
        return (node.get_description() or "") if node else ""
    except GLib.Error:
        return ""


def get_text(role: str, name: str) -> str:
    """Returns the text in a widget where the user types."""

    def read() -> tuple[str] | None:
        node = find(role, name)
        return (Atspi.Text.get_text(node, 0, -1),) if node else None

    text: str = wait_for(f"the {role} '{name}' has a text", read)[0]
    return text


def get_value(role: str, name: str) -> float:
    """Returns the number that a slider tells screen readers."""

    def read() -> tuple[float] | None:
        node = find(role, name)
        return (node.get_value_iface().get_current_value(),) if node else None

    value: float = wait_for(f"the {role} '{name}' has a value", read)[0]
    return value


def list_faults() -> list[str]:
    """Returns a sentence for each text and control in the plug-in's windows that a user could not see as a whole."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)

    def call(name: str, path: str, interface: str, method: str) -> list[str]:
        answer = bus.call_sync(name, path, interface, method, None, None, Gio.DBusCallFlags.NO_AUTO_START, int(LIMIT_S * 1000), None)
        values: list[str] = answer.unpack()[0]
        return values

    names = call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "ListNames")
    plug_ins = [name for name in names if name.startswith(FAULTS)]
    if not plug_ins:
        raise RuntimeError("no plug-in tells of its windows")
    return [fault for name in plug_ins for fault in call(name, "/faults", FAULTS, "List")]


def list_controls(window: str) -> list[dict[str, Any]]:
    """Returns role, name and place of each visible widget in a window that can have the focus."""
    root = next((root for role in ("dialog", "frame", "window") if (root := find(role, window))), None)
    return [
        {"role": node.get_role_name(), "name": node.get_name() or "", "box": extents(node)}
        for node in (iterate_nodes(root) if root else ())
        if has(node, Atspi.StateType.FOCUSABLE, SHOWING)
    ]


def shoot(path: str) -> None:
    xdotool("mousemove", "--sync", "2", "2")  # A tooltip would hide the widget below it.
    subprocess.run(["import", "-window", "root", path], check=True)


def wait_until_gone(role: str, name: str) -> None:
    wait_for(f"{role} '{name}' is gone", lambda: find(role, name) is None)


def wait_until_sensitive(role: str, name: str) -> None:
    wait_for(f"{role} '{name}' can be used", lambda: find_ready(role, name, SENSITIVE))


def wait_until_insensitive(role: str, name: str) -> None:
    wait_for(f"{role} '{name}' can't be used", lambda: not find_ready(role, name, SENSITIVE))


COMMANDS: dict[str, Callable[..., Any]] = {
    "click": click,
    "press": press,
    "key": functools.partial(xdotool, "key", "--delay", "20"),
    "type": functools.partial(xdotool, "type", "--delay", "5"),
    "box": get_box,
    "describe": describe,
    "text": get_text,
    "value": get_value,
    "drag": drag,
    "wheel": turn_wheel,
    "focus": focus,
    "controls": list_controls,
    "faults": list_faults,
    "shot": shoot,
    "wait": lambda role, name: wait_to_find(role, name) and None,
    "wait-gone": wait_until_gone,
    "wait-sensitive": wait_until_sensitive,
    "wait-insensitive": wait_until_insensitive,
}


def main() -> None:
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        try:
            answer = {"value": COMMANDS[command](*arguments)}
        except Exception as error:  # The test fails with this text.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
