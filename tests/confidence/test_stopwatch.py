from types import SimpleNamespace

import pytest

from rolewright.confidence import stopwatch
from rolewright.confidence.stopwatch import Stopwatch


def test_time_goes_to_the_part_that_a_lap_names_and_none_after_a_start(monkeypatch):
    now = iter([10.0, 12.0, 13.0, 17.0, 20.0, 20.5])
    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(perf_counter=lambda: next(now)))
    watch = Stopwatch()
    watch.lap("decoding")
    watch.lap("head")
    watch.start()
    watch.lap("decoding")
    watch.lap("head")
    assert watch.seconds == pytest.approx({"decoding": 5.0, "head": 1.5})
