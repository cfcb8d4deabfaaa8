"""A client and a throttled sandbox on one virtual clock: minutes of traffic in a moment, and the same every time."""

from __future__ import annotations

from twentyql.client import connect
from twentyql.execute.pacer import Pacer, Rate
from twentyql.sandbox import Fault, Sandbox, VirtualClock
from twentyql.sandbox.demo import demo_snapshot
from twentyql.sandbox.records.image import make_image

STOCK = Rate(100, 60.0)


async def test_a_throttled_read_is_complete_and_the_same_every_time() -> None:
    image, traces = make_image(demo_snapshot(rows=380, seed=5)), []
    for _ in range(2):
        clock = VirtualClock()
        async with Sandbox.copy_of(image, limits="stock", clock=clock, page_cap=3, latency=0.02) as sandbox:
            pacer = Pacer(clock=clock, sleep=clock.sleep, suspected=STOCK)
            async with connect(sandbox.url, sandbox.key, pacer=pacer) as client:
                sandbox.faults.add(Fault.THROTTLE, times=2, root="people", skip=20)
                result = await client.fetch(client["people"].select("id", "jobTitle"))
            assert result.receipt.verdict == "complete"
            assert len(result) == result.receipt.rows
            asked = [entry for entry in sandbox.ledger if entry.path == "/graphql" and entry.roots]
            traces.append((clock(), len(asked), sum("LIMIT_REACHED" in entry.codes for entry in asked)))
            assert len({row["id"] for row in result}) == len(result) > 330
    assert traces[0] == traces[1]
    assert traces[0][0] > 10, "more than a burst was needed"
