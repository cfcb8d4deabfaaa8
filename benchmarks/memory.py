"""Memory: 1,000,000 rows to Parquet; the peak, and how far it rises after the first 100,000 rows.

``python benchmarks/memory.py [--quick]``. Exits 1 if a value is wrong, 2 if a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fixture import HERE, faults, server, truth
from fixture_rows import SDL

KEY = "fixture-key"


def rss() -> float:
    """Megabytes that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def highest() -> float:
    """Megabytes that this process held at most; ru_maxrss would tell those of the process that started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


async def export(url: str, to: Path) -> None:
    import twentyql

    (to / "schema").mkdir()
    (to / "schema" / "core.graphql").write_text(SDL, encoding="utf-8")
    marks: dict[int, float] = {}
    rows = 0

    def heard(table: str, more: int) -> None:
        nonlocal rows
        rows += more
        marks[rows // 50_000] = max(rss(), marks.get(rows // 50_000, 0.0))

    begun = time.perf_counter()
    async with twentyql.connect(url, KEY, schema=to / "schema") as client:
        receipt = await client.export(["people"], to=to / "out", on_rows=heard)
    assert receipt.verdict == "complete", receipt
    (to / "out" / "people.parquet").rename(to / "people.parquet")
    expected = receipt.expected
    assert expected is not None, receipt
    assert abs(expected.requests - receipt.requests) <= 0.1 * receipt.requests, receipt
    first = max(mb for mark, mb in marks.items() if mark <= 2)
    peak = highest()
    print(json.dumps({"rows": rows, "first": first, "most": max(marks.values()), "peak": peak, "marks": marks}))
    print(f"{time.perf_counter() - begun:.1f} s", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="200,000 rows")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        asyncio.run(export(given.child[0], Path(given.child[1])))
        return 0
    rows = 200_000 if given.quick else 1_000_000
    with tempfile.TemporaryDirectory(prefix="twentyql-memory-") as folder:
        with server(rows, 0.0) as url:
            command = [sys.executable, str(HERE / "memory.py"), "--child", url, folder]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout)
        wrong = faults(rows, Path(folder), truth(rows))
    rise = found["most"] - found["first"]
    print("| rows | peak MB | after 100,000 rows | most later | rise MB | every value |\n|---|---|---|---|---|---|")
    print(
        f"| {found['rows']:,} | {found['peak']:.0f} | {found['first']:.0f} | {found['most']:.0f} | {rise:.1f} | "
        f"{'; '.join(wrong) or 'right'} |"
    )
    print(f"\n  peak {found['peak']:.0f} MB (goal under 250), rise {rise:.1f} MB (goal under 20)")
    if wrong:
        return 1
    return 2 if found["peak"] >= 250 or rise >= 20 else 0


if __name__ == "__main__":
    sys.exit(main())
