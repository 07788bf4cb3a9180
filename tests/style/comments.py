# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the prose of a source file: comments, docstrings and Markdown paragraphs, each with its first line's number."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

# A sentence ends at its stop and the next begins with a capital letter; "e.g. PNG" and "1. item" do not end one.
SENTENCE_END = re.compile(r"(?<=[^.\s][a-z0-9)'`\"%_*][.!?])\s+(?=[A-Z`'\"(])")


@dataclass(frozen=True)
class Block:
    """A comment or a paragraph. `lines` are stripped of the comment's own marks."""

    line: int
    lines: tuple[str, ...]

    def sentences(self) -> Iterator[tuple[int, str]]:
        """The sentences and the lines on which they begin. A blank line, a list item and a documented parameter begin a new one."""
        start, words = self.line, ""
        for number, text in enumerate((*self.lines, ""), self.line):
            if words and (not text or re.match(r"([-*+] |\d+\. |@\w+:|Returns:|#)", text)):
                yield from _split(start, words)
                words = ""
            if not words:
                start = number
            words += text + "\n"


def _split(line: int, text: str) -> Iterator[tuple[int, str]]:
    position = 0
    for end in [*(match.start() for match in SENTENCE_END.finditer(text)), len(text)]:
        raw = text[position:end]
        first = line + text[: position + len(raw) - len(raw.lstrip())].count("\n")
        if raw.strip():
            yield first, re.sub(r"\s+", " ", raw.strip())
        position = end


def find_blocks(path: str, text: str) -> list[Block]:
    """All prose of a file, by the ending of its name. A file without an ending is a shell script."""
    if path.endswith((".c", ".h")):
        return list(_find_in_c(text))
    if path.endswith(".py"):
        return [*_find_docstrings(text), *_find_hash_comments(text)]
    if path.endswith(".md"):
        return list(_find_in_markdown(text))
    return list(_find_hash_lines(text))


def _find_in_c(text: str) -> Iterator[Block]:
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"|/\*(.*?)\*/', text, re.DOTALL):
        if match.group(1) is not None:
            yield _strip_doc_head(text.count("\n", 0, match.start()) + 1, match.group(1))


def _strip_doc_head(line: int, comment: str) -> Block:
    """Drops the leading stars, and the line of a gi-docgen comment that names its symbol."""
    lines = [re.sub(r"^\s*\*+ ?", "", part).strip() for part in comment.splitlines()]
    lines = ["" if re.fullmatch(r"(SECTION:\s*)?[\w:-]+:(\s*\([^)]*\):?)*", part) else part for part in lines]
    return Block(line, tuple(lines))


def _find_docstrings(text: str) -> Iterator[Block]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=True)
            if docstring:
                yield Block(node.body[0].lineno, tuple(line.strip() for line in docstring.splitlines()))


def _find_hash_comments(text: str) -> Iterator[Block]:
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT]
    yield from _join((token.start[0], token.line.strip().startswith("#"), token.string) for token in tokens)


def _find_hash_lines(text: str) -> Iterator[Block]:
    yield from _join((n, True, line.strip()) for n, line in enumerate(text.splitlines(), 1) if re.match(r"\s*#(?!!)", line))


def _join(comments: Iterator[tuple[int, bool, str]]) -> Iterator[Block]:
    """Comments on lines of their own that follow each other are one block; (line, whether it stands alone, text)."""
    lines: list[str] = []
    start = 0
    for number, is_alone, text in comments:
        if lines and (not is_alone or number != start + len(lines)):
            yield Block(start, tuple(lines))
            lines = []
        start = start if lines else number
        lines.append(text.lstrip("#").strip())
        if not is_alone:
            yield Block(start, tuple(lines))
            lines = []
    if lines:
        yield Block(start, tuple(lines))


def _find_in_markdown(text: str) -> Iterator[Block]:
    """Code is no prose: fences, indented lines after a blank one. A table's cells are prose of their own."""
    lines: list[str] = []
    start, is_code, after_blank = 0, False, True
    for number, line in enumerate((*text.splitlines(), ""), 1):
        is_fence = line.lstrip().startswith("```")
        is_cells = line.startswith("|")
        is_prose = line.strip() and not (is_code or is_fence or is_cells or (line.startswith("    ") and after_blank))
        if lines and not is_prose:
            yield Block(start, tuple(lines))
            lines = []
        if is_cells and not is_code:
            yield from (Block(number, (cell.strip(),)) for cell in line.strip("| \n").split("|"))
        if is_prose:
            start = start if lines else number
            lines.append(line.strip())
        is_code ^= is_fence
        after_blank = not line.strip() or (after_blank and line.startswith("    "))
