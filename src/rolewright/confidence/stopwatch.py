"""What a stretch of work spends its time on."""

import time

DECODING = "decoding"
"""The part of an answer that is not a route of ``scores.ROUTES``."""


class Stopwatch:
    """Wall time by what it was spent on, lap after lap.

    Attributes:
        seconds: by part, in the order in which the parts first came.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, part: str) -> None:
        """Count the time since the last lap or start towards a part."""
        now = time.perf_counter()
        self.seconds[part] = self.seconds.get(part, 0.0) + now - self._since
        self._since = now

    def start(self) -> None:
        """Count the time since the last lap towards nothing."""
        self._since = time.perf_counter()
