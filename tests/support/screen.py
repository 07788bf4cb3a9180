# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual screen with a session bus, a window manager and a driver that works the windows on it (`screen_driver.py`)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from processes import kill_session

DRIVER = Path(__file__).with_name("screen_driver.py")
SHOTS = Path(os.environ.get("UPSCALE_SCREENS", "build/test/screens"))


def name_test() -> str:
    """Returns the running test's name for a file: suites that run at the same time share the folder of screenshots."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "unknown").rpartition("/")[2].partition(" ")[0]
    return re.sub(r"\W+", "-", test)


class Screen:
    """Use as a context manager: the screen and all programs on it end with it."""

    def __init__(self, environment: dict[str, str], size: str = "1400x1000") -> None:
        self.environment = environment
        self.size = size
        self.processes: list[subprocess.Popen[str]] = []

    def __enter__(self) -> "Screen":
        self.environment["DISPLAY"] = ":" + self._start_server()
        bus = self.start(["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE)
        assert bus.stdout
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        self.start(["openbox"], stderr=subprocess.DEVNULL)
        self.driver = self.start([sys.executable, str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):
            kill_session(process.pid)
            process.wait()

    def _start_server(self) -> str:
        """Returns the number of the display, which the server chooses itself."""
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", self.size + "x24", "-nolisten", "tcp"]
        self.start(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as display:
            return display.readline().strip()

    def start(self, command: list[str], **options: Any) -> "subprocess.Popen[str]":
        """Starts a program in a session of its own, which ends with the screen."""
        process: subprocess.Popen[str] = subprocess.Popen(command, env=self.environment, text=True, start_new_session=True, **options)
        self.processes.append(process)
        return process

    def start_keyring(self) -> None:
        """Starts a real keyring, empty and unlocked."""
        home = self.environment["XDG_RUNTIME_DIR"] = self.environment["XDG_DATA_HOME"] = self.environment["HOME"]
        Path(home).chmod(0o700)
        command = ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"]
        daemon = self.start(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert daemon.stdin
        daemon.stdin.write("secret")
        daemon.stdin.close()

    def do(self, *command: str | int) -> Any:
        assert self.driver.stdin and self.driver.stdout
        self.driver.stdin.write(json.dumps(command) + "\n")
        self.driver.stdin.flush()
        answer = json.loads(self.driver.stdout.readline())
        if "error" in answer:
            shot = SHOTS / f"failure-{name_test()}.png"
            shot.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["import", "-window", "root", str(shot)], env=self.environment, check=False)
            raise AssertionError(f"{command}: {answer['error']}; see {shot}")
        return answer["value"]

    def shot(self, name: str) -> None:
        """Keeps a picture of the screen among SHOTS."""
        path = SHOTS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.do("shot", str(path))
