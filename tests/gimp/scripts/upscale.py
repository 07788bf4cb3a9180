# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales an image of its own for each of `jobs`, and tells all answers. A job is the image's `size`, whether it has an
`alpha` channel, and arguments of the procedure."""

from typing import Any

from gimp_inside import ARGUMENTS, make_image, tell, upscale

answers: list[dict[str, Any]] = []
for job in ARGUMENTS["jobs"]:
    width, height = job.pop("size")
    image, layer = make_image(width, height, alpha=job.pop("alpha", False))
    answer = upscale(image, layer, **job)
    answers.append({**answer.as_json(), "layers": len(image.get_layers())})
    tell(answers=answers)
