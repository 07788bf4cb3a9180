# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of CONTRIBUTING.md for sentences, as far as a machine can check them. Prints `path:line: rule` for each breach."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from comments import Block, find_blocks

MAX_MARKDOWN_COLUMNS = 100
MAX_SUBJECT_COLUMNS = 72
FOLDERS = ("plugin", "ui", "endpoint", "tests", "data", "po", "docs", "tools")
ENDINGS = (".c", ".h", ".py", ".md", ".sh", "meson.build", "meson_options.txt", ".toml")
GENERATED = ("__pycache__", "_cache", ".egg-info")

QUESTION_WORDS = r"(What|Who|Whoever|Whatever|Whose|How)\b"
ONE_AND_VERB = r"One\s+(that|which|who|whose|is|was|has|had|may|can|could|must|does|will|would|should|of\s+them)\b"
OPENING = re.compile(rf"[`*_(\"']*({QUESTION_WORDS}|{ONE_AND_VERB})")
RETURNS_QUESTION = re.compile(r"Returns:\s*(\([^)]*\)\s*)*:?\s*(what|whether|how|where|who|whoever)\b", re.IGNORECASE)
# A message of the program; gettext's calls stand before its first string.
MESSAGE = re.compile(rf'\bN?_ \("({QUESTION_WORDS}|{ONE_AND_VERB})')
LONE_PRONOUN = re.compile(r"(It|Its|It's|They|Their|Them)\b")

Breach = tuple[int, str]


def check_blocks(blocks: list[Block]) -> Iterator[Breach]:
    for block in blocks:
        sentences = list(block.sentences())
        for line, sentence in sentences:
            if opening := OPENING.match(re.sub(r"^([-*+] |\d+\. |#+ |@\w+:\s*)", "", sentence)):
                yield line, f"a sentence opens with '{opening.group(1)}': begin with a noun or a verb"
            if RETURNS_QUESTION.match(sentence):
                yield line, "'Returns:' is followed by a question word: write 'the ...' or '%TRUE if ...'"
        if sentences and (pronoun := LONE_PRONOUN.match(sentences[0][1])):
            yield sentences[0][0], f"a comment opens with '{pronoun.group()}': name the noun"


def check_columns(text: str) -> Iterator[Breach]:
    """Rows of tables, images, code and single long words such as links can't be broken."""
    for number, line in enumerate(text.splitlines(), 1):
        is_breakable = not line.startswith(("|", "![", "    ")) and " " in line.strip().removeprefix("- ")
        if len(line) > MAX_MARKDOWN_COLUMNS and is_breakable:
            yield number, f"a line of {len(line)} columns (at most {MAX_MARKDOWN_COLUMNS})"


def check_messages(text: str) -> Iterator[Breach]:
    for number, line in enumerate(text.splitlines(), 1):
        if opening := MESSAGE.search(line):
            yield number, f"a message opens with '{opening.group(1)}': begin with a noun or a verb"


def check_text(path: str, text: str) -> Iterator[Breach]:
    yield from check_blocks(find_blocks(path, text))
    if path.endswith(".c"):
        yield from check_messages(text)
    if path.endswith(".md"):
        yield from check_columns(text)


def check_subject(subject: str) -> Iterator[str]:
    if len(subject) > MAX_SUBJECT_COLUMNS:
        yield f"a subject of {len(subject)} columns (at most {MAX_SUBJECT_COLUMNS})"
    if ";" in subject:
        yield "a subject with ';': make two commits"


def list_files(root: Path) -> Iterator[Path]:
    yield from (root / name for name in ("run", "meson.build", "meson_options.txt", "ruff.toml"))
    yield from sorted(root.glob("*.md"))
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            path = str(file.relative_to(root))
            is_ours = path.endswith(ENDINGS) and not any(name in path for name in GENERATED)
            if is_ours:
                yield file


def git(root: Path, *arguments: str) -> str | None:
    """None where there is no git, or no repository of its own."""
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def check_history(root: Path) -> Iterator[tuple[str, str]]:
    """Commits since the one that added this file. In a shallow clone that is the oldest one, so the range is never broken."""
    added = git(root, "log", "--diff-filter=A", "--format=%H", "--", "tests/style/check_prose.py")
    if added and added.strip():
        log = git(root, "log", "--no-merges", "--format=%h %s", f"{added.split()[-1]}..HEAD") or ""
        for entry in log.splitlines():
            commit, _, subject = entry.partition(" ")
            for rule in check_subject(subject):
                yield commit, rule


def main() -> int:
    root = Path(sys.argv[1])
    found = [
        f"{file.relative_to(root)}:{line}: {rule}" for file in list_files(root) for line, rule in check_text(file.name, file.read_text())
    ]
    found += [f"commit {commit}: {rule}" for commit, rule in check_history(root)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
