"""Speed: the same rows to Parquet by twentyql, gql, dlt and a loop by hand, at equal ranges, every value checked.

``python benchmarks/speed.py [--quick]``. Exits 1 if a value is wrong, 2 if a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from dlt_env import dlt_python
from fixture import HERE, faults, server, truth
from hand import close

PAGE = 200
TIMES = {20_000: 3, 200_000: 1}
"""How often each client runs: what takes half a second is told by the middle of several."""


def run(python: str, client: str, url: str, ranges: int, page: int, rows: int, expected: Any) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="twentyql-speed-"))
    try:
        command = [python, str(HERE / "speed_clients.py"), client, url, str(ranges), str(page), str(rows), str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode:
            return {"failed": (done.stderr or done.stdout).strip().splitlines()[-1]}
        made: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        made["wrong"] = faults(rows, folder, expected)
        return made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def middle(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """The first that failed or has a wrong value, else the one of middle speed with the middle of the CPU times."""
    for made in turns:
        if "failed" in made or made["wrong"]:
            return made
    cpu = statistics.median(made["cpu"] for made in turns)
    return {**sorted(turns, key=lambda made: made["seconds"])[len(turns) // 2], "cpu": cpu}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="20,000 rows only")
    parser.add_argument("--no-dlt", action="store_true")
    parser.add_argument("--only", nargs="*", help="clients")
    given = parser.parse_args()
    wrong = False
    missed: list[str] = []
    dlt = None if given.no_dlt else dlt_python()
    for rows in (20_000,) if given.quick else (20_000, 200_000):
        expected = truth(rows)
        found: dict[tuple[str, int, int], dict[str, Any]] = {}
        print(f"\n{rows:,} nodes of 530 B at 20 ms to Parquet\n")
        print("| client | ranges | page | rows/s | seconds | CPU us/row | peak MB | every value |")
        print("|---|---|---|---|---|---|---|---|")
        with server(rows) as url:
            runs = [(client, ranges, PAGE) for ranges in (1, 8) for client in ("bare", "twentyql", "gql", "dlt")]
            own = [("twentyql", 1, 0), ("twentyql", 8, 0), ("twentyql", 0, 0)]  # with its own pages, then its own all
            for client, ranges, page in [*runs, *own]:
                if (client == "dlt" and dlt is None) or (given.only and client not in given.only):
                    continue
                python = dlt if client == "dlt" and dlt else sys.executable
                turns = [run(python, client, url, ranges, page, rows, expected) for _ in range(TIMES[rows])]
                made = middle(turns)
                if "failed" in made:
                    print(f"| {client} | {ranges or 'own'} | {page or 'own'} | failed: {made['failed']} |")
                    wrong = True
                    continue
                found[client, ranges, page] = made
                wrong = wrong or bool(made["wrong"])
                missed += [
                    f"{client} at {rows:,}, {ranges or 'own'} ranges: {each}" for each in unforeseen(made, ranges)
                ]
                speed, cpu = rows / made["seconds"], made["cpu"] / rows * 1e6
                verdict = "; ".join(made["wrong"]) or "right"
                print(
                    f"| {client} | {ranges or 'own'} | {page or 'own'} | {speed:,.0f} | {made['seconds']:.2f} | "
                    f"{cpu:.1f} | {made['rss']:.0f} | {verdict} |",
                    flush=True,
                )
        missed += goals(rows, found)
    print("\n" + ("\n".join(missed) or "every goal is met"))
    return 1 if wrong else 2 if missed else 0


def unforeseen(made: dict[str, Any], ranges: int) -> list[str]:
    """What the receipt expected otherwise than it came; ranges that were forced on the plan were not foreseen."""
    if ranges or "expected" not in made:
        return []
    return close("requests", made["expected"], made["requests"])


def goals(rows: int, found: dict[tuple[str, int, int], dict[str, Any]]) -> list[str]:
    """The issue's goals that these figures miss."""
    missed: list[str] = []

    def goal(what: str, ours: float, theirs: float, factor: float) -> None:
        print(f"  {what}: {ours / theirs:.2f} (goal {factor})")
        if ours / theirs < factor:
            missed.append(f"missed at {rows:,}: {what} is {ours / theirs:.2f} x, the goal {factor} x")

    print()
    for ranges in (1, 8):
        ours, same = found.get(("twentyql", ranges, 0)), found.get(("twentyql", ranges, PAGE))
        for other, factor in (("gql", 2.0), ("dlt", 4.0)):
            theirs = found.get((other, ranges, PAGE))
            if theirs and same:
                print(f"  speed against {other} at {ranges} ranges and {PAGE} a page: {_ratio(theirs, same):.2f}")
            if theirs and ours and rows >= 200_000:
                goal(f"speed against {other} at {ranges} ranges", theirs["seconds"], ours["seconds"], factor)
        if same and (theirs := found.get(("bare", ranges, PAGE))):
            what = f"CPU of bare against ours at {ranges} ranges"
            if rows >= 200_000:  # what a row takes: below, what a run takes, such as opening files, is as much
                goal(what, theirs["cpu"], same["cpu"], 1 / 1.3)
            else:
                print(f"  {what}: {theirs['cpu'] / same['cpu']:.2f}")
    if (own := found.get(("twentyql", 0, 0))) and (theirs := found.get(("gql", 1, PAGE))):
        goal("own choice against gql in sequence", theirs["seconds"], own["seconds"], 4.0)
    return missed


def _ratio(theirs: dict[str, Any], ours: dict[str, Any]) -> float:
    return float(theirs["seconds"] / ours["seconds"])


if __name__ == "__main__":
    sys.exit(main())
