"""A server of pre-serialised people, in a process of its own: ``python fixture_server.py --rows N --latency 0.02``.

It answers ``people(first, after, filter: {id ranges})`` and nothing else, as fast as Python can, after ``latency``
seconds; so what is measured is the client. Prints ``ready PORT``.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import bisect
import json
from typing import Any

from fixture_rows import encoded, row_id

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: "


class Rows:
    """All edges as bytes, and their ids. The edges of a million rows are made again and again from few, to fit."""

    def __init__(self, rows: int) -> None:
        self.ids = [row_id(i, rows) for i in range(rows)]
        self.edges = [encoded(i, rows) for i in range(rows)]

    def page(self, variables: dict[str, Any]) -> bytes:
        low, high = self._range(variables.get("filter"))
        total = high - low
        start = low
        if variables.get("after"):
            start = max(low, bisect.bisect_right(self.ids, json.loads(base64.b64decode(variables["after"]))["id"]))
        first = variables.get("first")
        end = min(high, start + (200 if first is None else first))
        cursor = base64.b64encode(json.dumps({"id": self.ids[end - 1]}).encode()).decode() if end > start else None
        info = {"hasNextPage": end < high, "endCursor": cursor}
        return b"".join(
            (
                b'{"data":{"people":{"totalCount":%d,"edges":[' % total,
                b",".join(self.edges[start:end]),
                b'],"pageInfo":' + json.dumps(info).encode() + b"}}}",
            )
        )

    def _range(self, where: dict[str, Any] | None) -> tuple[int, int]:
        low, high = 0, len(self.ids)
        for part in (where or {}).get("and", [where] if where else []):
            for operator, value in part["id"].items():
                if operator == "gt":
                    low = max(low, bisect.bisect_right(self.ids, value))
                elif operator == "gte":
                    low = max(low, bisect.bisect_left(self.ids, value))
                elif operator == "lte":
                    high = min(high, bisect.bisect_right(self.ids, value))
                elif operator == "lt":
                    high = min(high, bisect.bisect_left(self.ids, value))
                else:
                    raise ValueError(operator)
        return low, max(low, high)


class Connection(asyncio.Protocol):
    def __init__(self, rows: Rows, latency: float) -> None:
        self.rows = rows
        self.latency = latency
        self.buffer = bytearray()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.buffer[:end]).lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            body = bytes(self.buffer[end + 4 : end + 4 + length])
            del self.buffer[: end + 4 + length]
            asyncio.get_running_loop().call_later(self.latency, self.answer, body)

    def answer(self, body: bytes) -> None:
        if not self.transport.is_closing():
            page = self.rows.page(json.loads(body).get("variables") or {})
            self.transport.writelines((HEAD, str(len(page)).encode(), b"\r\n\r\n", page))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.02)
    given = parser.parse_args()
    rows = Rows(given.rows)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(rows, given.latency), "127.0.0.1", 0)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
