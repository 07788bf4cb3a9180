# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program in a session of its own whose keyring is real, empty and open."""

import os
import shutil
import subprocess
import sys
import tempfile

START = 'printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'


def main() -> int:
    if not shutil.which("gnome-keyring-daemon") or not shutil.which("dbus-run-session"):
        print("1..0 # SKIP needs gnome-keyring and dbus")
        return 0
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "XDG_RUNTIME_DIR": home, "XDG_CACHE_HOME": home}
        return subprocess.run(["dbus-run-session", "--", "sh", "-c", START, "sh", *sys.argv[1:]], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
