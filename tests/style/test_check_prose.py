# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule of check_prose.py must catch its own samples, at the right line, and clean files must pass."""

import sys

from check_prose import check_subject, check_text

OPENS = "a sentence opens with"
RETURNS = "'Returns:' is followed"
PRONOUN = "a comment opens with"
MESSAGE = "a message opens with"
COLUMNS = "a line of"
# (rule, file name, line of the breach, text)
SAMPLES = [
    (OPENS, "a.c", 1, "/* What is late is sent again. */\n"),
    (OPENS, "a.h", 3, "\n/* The tile is kept.\n * Whoever asks gets it. */\n"),
    (OPENS, "a.c", 1, "int n; /* How many there are. */\n"),
    (OPENS, "a.c", 4, "/**\n * upscale_a:\n *\n * One that is late is lost.\n */\n"),
    (OPENS, "a.c", 2, "/**\n * @n: Who asks\n */\n"),
    (OPENS, "a.py", 1, '"""What the service keeps."""\n'),
    (OPENS, "a.py", 4, "def f():\n    pass\n\n# The end. How it ends is said elsewhere.\n"),
    (OPENS, "a.py", 1, "n = 1  # Who asks.\n"),
    (OPENS, "a.sh", 2, "f() {\n  # Whatever is missing is installed.\n}\n"),
    (OPENS, "meson.build", 1, "# What ships.\n"),
    (OPENS, "a.md", 3, "# name\n\nWho calls it.\n"),
    (OPENS, "a.md", 1, "| one | What it is |\n"),
    (OPENS, "a.md", 2, "- A list.\n- One of them is `What`.\n"),
    (RETURNS, "a.c", 2, "/**\n * Returns: whether it fits.\n */\n"),
    (RETURNS, "a.c", 2, "/**\n * Returns: (transfer full): what was read.\n */\n"),
    (PRONOUN, "a.c", 1, "/* It is asked for everything. */\n"),
    (PRONOUN, "a.c", 4, "/**\n * upscale_a:\n *\n * They are kept.\n */\n"),
    (PRONOUN, "a.py", 1, '"""Its own words."""\n'),
    (MESSAGE, "a.c", 2, 'f (a,\n   _ ("What you call it"));\n'),
    (MESSAGE, "a.c", 1, '  .blurb = N_ ("How far"),\n'),
    (COLUMNS, "a.md", 2, "short\n" + "word " * 21 + "\n"),
]  # fmt: skip
CLEAN = [
    ("a.c", '/* The tile is kept. When it is late, e.g. after\n * What-if calls, it is sent again. */\nf ("/* What a string */");\n'),
    ("a.c", "/* One request per tile. One server is enough. */\n"),
    ("a.c", "/**\n * upscale_a:\n * @n: number of tiles, whatever their size\n *\n * Returns: the tile, or %NULL.\n */\n"),
    ("a.c", 'f (_ ("Name of what is kept"));\n'),
    ("a.py", '"""Reads it. It is small."""\nx = "What a string"\n\n\ndef f():\n    """Waits."""\n'),
    ("a.sh", "#!/bin/sh\n# Installs what is missing.\necho What\n"),
    ("a.md", "Text.\n\n    What is code\n\n| a cell | " + "word " * 30 + "|\n\nhttps://example.org/" + "x" * 100 + "\n"),
    ("a.md", "```\nWhat is code.\n```\n"),
]  # fmt: skip
SUBJECTS = {"tests: " + "x" * 66: True, "tests: one thing; another thing": True, "tests: one thing": False}


def main() -> int:
    problems = []
    for rule, name, line, text in SAMPLES:
        found = list(check_text(name, text))
        if not any(rule in message and number == line for number, message in found):
            problems.append(f"the rule '{rule}' missed line {line} of {text!r}: {found}")
    for name, text in CLEAN:
        problems += [f"a clean file was refused: {name}: {breach}" for breach in check_text(name, text)]
    for subject, is_bad in SUBJECTS.items():
        if bool(list(check_subject(subject))) != is_bad:
            problems.append(f"the subject '{subject}' was judged wrongly")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
