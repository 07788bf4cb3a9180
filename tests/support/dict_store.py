# SPDX-License-Identifier: GPL-3.0-or-later
"""A dictionary in place of the store that machines share."""

from typing import Any


class DictStore(dict[str, Any]):
    def put(self, key: str, value: Any) -> None:
        self[key] = value

    def put_new(self, key: str, value: Any) -> bool:
        return self.setdefault(key, value) is value
