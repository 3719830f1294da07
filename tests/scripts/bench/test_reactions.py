"""The benchmark's reading of a browser's trace, on a trace made by hand."""

from __future__ import annotations

from zoneblanche.scripts.bench.reactions import TASK, Reaction, read_reactions, tell_reactions

THREAD = {"pid": 7, "tid": 1}


def mark(name: str, ts: int) -> dict[str, object]:
    return {"name": f"bench-{name}", "ts": ts, **THREAD}


def task(ts: int, dur: int, tdur: int, **where: int) -> dict[str, object]:
    return {"name": TASK, "ts": ts, "dur": dur, "tdur": tdur, **(THREAD | where)}


def test_a_reaction_is_all_tasks_from_the_act_to_the_frame() -> None:
    events = [
        task(0, 900, 800),  # over before the act
        task(1_000, 5_000, 4_000),  # the handler, in which the act stands
        mark("act", 1_500),
        task(7_000, 3_000, 2_000),  # the frame
        task(7_000, 9_000, 9_000, tid=2),  # of another thread
        mark("drawn", 12_000),
        task(13_000, 2_500, 1_500),
        task(20_000, 9_000, 6_000),
        task(95_000, 9_000, 9_000),  # of the next act
        mark("act", 100_000),
        task(99_000, 2_000, 1_000),
        mark("drawn", 104_000),
    ]
    first, second = read_reactions(events)
    assert first == Reaction(work=6.0, clock=10.5, after=6.0, worded=6.0)
    assert second.work == 10.0 and second.after == 0.0
    line = tell_reactions([{"recolour": [first], "first choice": [first], "hover": [second]}])[1]
    assert line.split()[-3:] == ["6.0", "6.0", "1"]


def test_words_of_the_next_frame_count_with_it() -> None:
    events = [
        mark("act", 1_000),
        task(2_000, 5_000, 4_000),
        mark("drawn", 8_000),
        task(9_000, 3_000, 2_000),  # the words
        task(20_000, 4_000, 3_000),  # their frame
        mark("worded", 25_000),
        task(26_000, 4_000, 4_000),
        mark("act", 100_000),
        task(100_500, 2_000, 1_000),
        mark("worded", 103_000),  # in the same frame
        mark("drawn", 104_000),
    ]
    first, second = read_reactions(events)
    assert first.work == 4.0 and first.worded == 9.0
    assert second.work == second.worded == 1.0
    lines = tell_reactions([{name: [first] for name in ("recolour", "first choice", "hover")}])
    (line,) = (text for text in lines if "headline and legend" in text)
    assert line.split()[-3:] == ["9.0", "9.0", "1"]
