# SPDX-License-Identifier: GPL-3.0-or-later
"""Log lines: as text, or as JSON with the batch that a line is about."""

import json
import logging
from contextvars import ContextVar

# Set by the code that works on a batch, in its thread or task.
current_batch: ContextVar[str | None] = ContextVar("current_batch", default=None)

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if batch := current_batch.get():
            line["batch_id"] = batch
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def set_up_logs(as_json: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else logging.Formatter(TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
