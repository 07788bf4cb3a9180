# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of one session, so that a test sees and kills only what it has started itself.

A test starts a program with `start_new_session=True`. Everything that the program starts stays in the program's session, also
when the parent of a process has ended, so a session tells the test's own processes from those of a user or of another test.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from polling import INTERVAL_S


def read_stat(pid: int) -> list[str]:
    """Returns the fields of /proc/PID/stat behind the program's name: state, parent, process group, session, ..."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def read_cpu_s(pid: int) -> float:
    """Returns the CPU time of a process, in seconds."""
    user, system = read_stat(pid)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def find_parent(pid: int) -> int:
    return int(read_stat(pid)[1])


def _iterate(session: int) -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = read_stat(int(entry.name))
        except OSError:  # The process has ended since /proc was listed.
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            yield int(entry.name), fields[0]


def list_processes(session: int) -> dict[int, str]:
    """Returns the state by process id of the processes in a session, without zombies."""
    return dict(_iterate(session))


def find_processes(program: str, session: int) -> list[int]:
    """Returns the ids of the processes in a session that run the program of that file name, without zombies."""
    found = []
    for pid, _ in _iterate(session):
        try:
            if Path(os.readlink(f"/proc/{pid}/exe")).name == program:
                found.append(pid)
        except OSError:
            continue
    return found


def kill_session(session: int) -> None:
    """Kills all processes of a session, also those that start while it works, and returns when none is left."""
    while running := list_processes(session):
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(INTERVAL_S)
