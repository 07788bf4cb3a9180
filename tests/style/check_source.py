# SPDX-License-Identifier: GPL-3.0-or-later
"""House rules that a machine can check. Prints `path:line: rule` for each breach and fails when there is one."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 60
SOURCE_FOLDERS = ("plugin", "ui", "endpoint", "tests", "data", "tools")
FOLDERS_WITH_README = ("plugin", "ui", "endpoint", "tests", "po", "data", "docs")
# Folders without a README of their own: the one above says what they hold.
NO_README = (
    "fuzz/corpus",
    "gimp/plug-ins",
    "tile_upscale_gpu",
    "__pycache__",
    "_cache",
    ".egg-info",
)
# Which libraries' calls may appear where; every other folder must not know them.
FOREIGN_CALLS = {
    "gimp": ("plugin/gimp", "ui"),
    "gtk": ("plugin/gimp", "ui", "tests/ui"),
    "soup": ("plugin/backend", "endpoint", "tests"),
    "json": ("plugin/backend/json", "plugin/backend", "plugin/job", "endpoint", "tests"),
    "gegl": ("plugin/image", "plugin/job", "plugin/gimp", "tests"),
}
# The only file of the plug-in that runs a main loop.
MAIN_LOOP = "plugin/gimp/upscale-job-runner.c"
# json-glib's immutable parser aborts on two values in a row; its other functions read JSON without our limits, or guess at a wrong type.
JSON_PARSERS = ("plugin/backend/json/upscale-json-parse.c", "endpoint/local/jobs/upscale-local-json.c")
JSON_READERS = ("plugin/backend/json/", "endpoint/local/")
RAW_JSON = r"\bjson_(parser_\w+|from_string) \("
GUESSED_JSON = (
    r"\bjson_(object_get_\w+_member(_with_default)?|array_get_\w+_element|node_(get|dup)_(object|array|string|int|double|boolean)) \("
)

Breach = tuple[int, str]


def without_comments(text: str) -> str:
    """Blanks out comments and strings but keeps the lines."""
    pattern = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def long_functions(lines: list[str]) -> Iterator[Breach]:
    start = 0
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            if number - start - 1 > MAX_FUNCTION_LINES:
                yield start, f"a function of {number - start - 1} lines (at most {MAX_FUNCTION_LINES})"
            start = 0


def forbidden_words(lines: list[str], path: str) -> Iterator[Breach]:
    rules = [(r"\bgoto\b", "goto"), (r"\b(g_usleep|usleep|sleep) \(", "a sleep")]
    for library, folders in FOREIGN_CALLS.items():
        if not path.startswith(folders):
            rules.append((rf"\b{library}_[a-z]\w* \(", f"{library}_ is not known in this folder"))
    rules.append((r"\bjson_parser_new_immutable\b", "an immutable JSON parser, which aborts on two values"))
    if not path.startswith((*JSON_PARSERS, "tests/")):
        rules.append((RAW_JSON, "JSON is parsed by upscale_json_parse()"))
    if not path.startswith((*JSON_READERS, "tests/")):
        rules.append((GUESSED_JSON, "members of JSON are read by upscale_json_get_...()"))
    if path.startswith(("plugin/", "ui/")) and path != MAIN_LOOP:
        rules.append((r"\b(g_main_loop_run|g_main_context_iteration|gtk_main) \(", "a main loop besides the job runner's"))
    for number, line in enumerate(lines, 1):
        for pattern, name in rules:
            if re.search(pattern, line):
                yield number, name


def check_c(path: str, text: str) -> Iterator[Breach]:
    lines = without_comments(text).splitlines()
    yield from long_functions(lines)
    yield from forbidden_words(lines, path)
    if path.endswith(".h"):
        yield from foreign_prefixes(path, lines)
    if path.startswith("plugin/core/") and re.search(r"\bg_(message|warning|critical|info) \(", text):
        yield 1, "core logs above debug"


def foreign_prefixes(path: str, lines: list[str]) -> Iterator[Breach]:
    """Public functions carry the name of the header that declares them."""
    prefix = Path(path).stem.removesuffix("-private").replace("-", "_")
    for number, line in enumerate(lines, 1):
        declared = re.match(r"(?!typedef\b)(?:\w[\w *]*[ *])?([a-z]\w*) \((?!\*)", line)
        if declared and not f"{declared.group(1)}_".startswith(f"{prefix}_"):
            yield number, f"{declared.group(1)}() does not begin with {prefix}_"


def check_any(text: str) -> Iterator[Breach]:
    if text.count("\n") > MAX_FILE_LINES:
        yield 1, f"a file of {text.count(chr(10))} lines (at most {MAX_FILE_LINES})"
    if "SPDX-License-Identifier: GPL-3.0-or-later" not in text[:200]:
        yield 1, "no license line"
    # Spelled in two halves, so that this line is no breach of itself.
    for number, line in enumerate(text.splitlines(), 1):
        if re.search("TO" + "DO|FIX" + "ME", line):
            yield number, "unfinished"


def check_file(path: str, text: str) -> Iterator[Breach]:
    yield from check_any(text)
    if path.endswith((".c", ".h")):
        yield from check_c(path, text)


def missing_tests(root: Path) -> Iterator[tuple[str, Breach]]:
    """Every test program must be named in its folder's meson.build, or it never runs."""
    programs = [file for file in (root / "tests").rglob("test[-_]*") if file.suffix in (".c", ".py")]
    for program in sorted(programs):
        name = re.sub(r"^test[-_]", "", program.stem)
        build = program.parent / "meson.build"
        if not build.exists() or not re.search(rf"\b{re.escape(name)}\b", build.read_text()):
            yield str(program.relative_to(root)), (1, "a test that no meson.build names")


def missing_readmes(root: Path) -> Iterator[tuple[str, Breach]]:
    for top in FOLDERS_WITH_README:
        for folder in [root / top, *sorted(f for f in (root / top).glob("**/") if f.is_dir())]:
            path = str(folder.relative_to(root))
            holds_files = folder.is_dir() and any(child.is_file() for child in folder.iterdir())
            if holds_files and not any(name in path for name in NO_README) and not (folder / "README.md").exists():
                yield path, (1, "a folder without README.md")


def breaches(root: Path) -> Iterator[tuple[str, Breach]]:
    for top in SOURCE_FOLDERS:
        for file in sorted((root / top).rglob("*")):
            if file.suffix in (".c", ".h", ".py"):
                path = str(file.relative_to(root))
                for breach in check_file(path, file.read_text()):
                    yield path, breach
    yield from missing_tests(root)
    yield from missing_readmes(root)


def main() -> int:
    found = list(breaches(Path(sys.argv[1])))
    for path, (line, rule) in found:
        print(f"{path}:{line}: {rule}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
