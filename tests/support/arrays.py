# SPDX-License-Identifier: GPL-3.0-or-later
"""The type of pictures as arrays of numpy, of any shape and number."""

from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
