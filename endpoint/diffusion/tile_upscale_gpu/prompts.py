# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts with weights as people write them: `(word:1.3)`, `((word))`, `[word]`. Pure: the encoder is in prompt_encoder."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

# CLIP reads 77 tokens at once; two of them mark the beginning and the end.
CHUNK_TOKENS = 75
# Bounds the work of a request. The UNet's attention takes longer with each chunk.
MAX_CHUNKS = 8
MAX_TOKENS = MAX_CHUNKS * CHUNK_TOKENS
# Flux reads 512 tokens of T5, one of which marks the end.
T5_TOKENS = 511
BRACKET_FACTOR = 1.1
MAX_WEIGHT = 10.0
OPENERS = ("(", "[")
CLOSERS = {")": ("(", BRACKET_FACTOR), "]": ("[", 1 / BRACKET_FACTOR)}
JOINT = ", "

PIECES = re.compile(
    r"\\(?P<escaped>[\\()\[\]])"
    r"|:\s*(?P<weight>\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})\s*\)"
    r"|(?P<bracket>[()\[\]])"
    r"|(?P<text>[^\\()\[\]:]+|.)",
    re.DOTALL,
)

Fragments = tuple[tuple[str, float], ...]


class PromptError(ValueError):
    """A prompt can't be used; the message is a sentence."""


@dataclass(frozen=True)
class Prompt:
    """A prompt that is ready to be encoded: texts with their weights, and the text that the pooled embedding is made of."""

    fragments: Fragments = ()
    pooled: str = ""
    warnings: tuple[str, ...] = ()


def parse_weights(text: str) -> Fragments:
    """A bracket without its counterpart is text, as in `:)`; a backslash makes any bracket text."""
    parts: list[tuple[str, float]] = []
    opened: list[tuple[str, int]] = []

    for piece in PIECES.finditer(text):
        end = piece["weight"] or piece["bracket"]
        opener, factor = CLOSERS.get(end, ("(", end and piece["weight"]))
        if end in OPENERS:
            opened.append((end, len(parts)))
        elif end and opened and opened[-1][0] == opener:
            first = opened.pop()[1]
            # The bracket itself is no text after all.
            parts[first:] = [(part, weight * float(factor)) for part, weight in parts[first + 1 :]]
            continue
        parts.append((piece["escaped"] or piece[0], 1.0))
    return merge(parts)


def merge(parts: Sequence[tuple[str, float]]) -> Fragments:
    """Joins neighbors of one weight, and drops fragments without text, which have no tokens."""
    bounded = [(text, min(round(weight, 4), MAX_WEIGHT)) for text, weight in parts]
    groups = itertools.groupby(bounded, key=lambda part: part[1])
    merged = [("".join(text for text, _ in group), weight) for weight, group in groups]
    return tuple((text, weight) for text, weight in merged if text.strip())


def join(fragments: Sequence[Fragments]) -> Fragments:
    given = [part for part in fragments if part]
    return merge([part for number, fragment in enumerate(given) for part in (*((JOINT, 1.0),) * (number > 0), *fragment)])
