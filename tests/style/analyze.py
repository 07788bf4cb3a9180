# SPDX-License-Identifier: GPL-3.0-or-later
"""Analyzes the sources that ship, with the flags of a build folder: `analyze.py gcc|clang|cppcheck BUILD`. Prints findings
and fails when there is one. clang only checks syntax and warnings: the build itself uses gcc."""

import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SHIPPED_FOLDERS = ("plugin", "ui", "endpoint")
# Leaves cores to the tests that run beside.
N_THREADS = max(1, (os.cpu_count() or 1) // 2)
# Without GLib's checks of arguments: gcc would follow the path after a failed check and report the caller's fault.
# Without the versions for other processors, whose choice gcc does not follow.
GCC_OPTIONS = ["-fanalyzer", "-DG_DISABLE_CHECKS", "-UUPSCALE_VECTORIZED", "-DUPSCALE_VECTORIZED=", "-Wno-unused"]
GCC_OPTIONS += ["-fdiagnostics-color=never", "-fdiagnostics-path-format=none"]
# GLib's allocator aborts instead of returning NULL. Missing system headers are intended (see without_system_headers()).
# cppcheck's description of GLib lacks the fact that g_hash_table_add() takes ownership.
# The names that begin with ctu are those of the same checks over several files, which cppcheck makes with one thread only.
CPPCHECK_SUPPRESSIONS = (
    "nullPointerOutOfMemory", "ctunullpointerOutOfMemory", "missingIncludeSystem", "normalCheckLevelMaxBranches", "leakNoVarFunctionCall",
)  # fmt: skip

# clang finds a cast in GLib's G_DEFINE_EXTENDED_ERROR; gcc knows that the address is aligned.
CLANG_OPTIONS = ("-fsyntax-only", "-Wno-cast-align", "-Wno-unknown-warning-option", "-fno-color-diagnostics")

Command = dict[str, str]


def shipped_commands(build: Path) -> list[Command]:
    """One compile command for each source that ships; tests compile some of them a second time."""
    source = build.parent.parent
    commands: dict[Path, Command] = {}
    for command in json.loads((build / "compile_commands.json").read_text()):
        path = Path(os.path.normpath(build / command["file"])).relative_to(source)
        if path.parts[0] in SHIPPED_FOLDERS:
            commands.setdefault(path, command)
    return list(commands.values())


def analyze_with_compiler(command: Command, compiler: str) -> str:
    words = [word for word in shlex.split(command["command"]) if word not in ("-MD", "-Werror", "ccache")]
    for option in ("-o", "-MQ", "-MF"):
        at = words.index(option)
        del words[at : at + 2]
    arguments = ["clang", *words[1:], *CLANG_OPTIONS] if compiler == "clang" else [*words, *GCC_OPTIONS, "-o", "/dev/null"]
    return subprocess.run(arguments, cwd=command["directory"], capture_output=True, text=True).stderr


def run_compiler(commands: list[Command], compiler: str) -> str:
    with ThreadPoolExecutor(N_THREADS) as pool:
        return "".join(pool.map(lambda command: analyze_with_compiler(command, compiler), commands))


def without_system_headers(command: Command) -> Command:
    """cppcheck has its own descriptions of GLib and GTK; reading their headers again for each source takes minutes."""
    words = [word for word in shlex.split(command["command"]) if not word.startswith(("-I/usr/", "-isystem/usr/"))]
    return {**command, "command": shlex.join(words)}


def run_cppcheck(commands: list[Command], build: Path) -> str:
    project = build / "shipped_commands.json"
    project.write_text(json.dumps([without_system_headers(command) for command in commands]))
    options = ["--quiet", f"-j{N_THREADS}", "--enable=warning,performance,portability", "--inline-suppr"]
    options += ["--library=gtk", "--library=posix", f"--library={Path(__file__).with_name('glib.cfg')}"]
    options += [f"--suppress={name}" for name in CPPCHECK_SUPPRESSIONS]
    template = "--template={file}:{line}: {id}: {message}"
    return subprocess.run(
        ["cppcheck", f"--project={project}", template, *options], capture_output=True, text=True, check=True
    ).stderr


def main() -> int:
    analyzer, build = sys.argv[1], Path(sys.argv[2])
    commands = shipped_commands(build)
    findings = run_cppcheck(commands, build) if analyzer == "cppcheck" else run_compiler(commands, analyzer)
    print(findings or f"{len(commands)} sources, no finding")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
