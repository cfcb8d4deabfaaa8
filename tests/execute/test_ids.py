"""A compact set is a set."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twentyql.execute.ids import IdSet

ids = st.one_of(
    st.uuids().map(str), st.text(max_size=40), st.sampled_from(["", "0" * 36, "00000000-0000-0000-0000-000000000000"])
)


@given(st.lists(ids))
def test_fresh_is_what_a_set_did_not_hold(given: list[str]) -> None:
    known = IdSet()
    plain: set[str] = set()
    for id in given:
        assert known.add(id) == (id not in plain)
        plain.add(id)
    assert len(known) == len(plain)
    assert known.fresh(given) == []


def test_many_ids_take_little() -> None:
    known = IdSet()
    many = [f"{i:08x}-0000-4000-8000-{i:012x}" for i in range(20_000)]
    assert known.fresh(many + many) == list(range(20_000))
    assert len(known._slots) <= 60 * len(many)
