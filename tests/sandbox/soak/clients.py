"""Clients that write and read as fast as they can, and remember what the server said yes to."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import aiohttp

CREATE = "mutation($data:[PersonCreateInput!]!){createPeople(data:$data){id}}"
UPDATE = "mutation($id:UUID!,$data:PersonUpdateInput!){updatePerson(id:$id,data:$data){id city}}"
DELETE = "mutation($id:UUID!){destroyPerson(id:$id){id}}"
BIN = "mutation($id:UUID!){deletePerson(id:$id){id}}"
RESTORE = "mutation($id:UUID!){restorePerson(id:$id){id}}"
READ = "query($mine:[UUID!]){people(filter:{id:{in:$mine}},first:1000){totalCount edges{node{id city}}}}"
PAGE = "{companies(first:50){edges{node{id people{edges{node{id}}}}}}}"
MOST_OWN = 60


@dataclass(eq=False)
class Worker:
    """One client and its own records: what it wrote last to each is what it must read."""

    url: str
    number: int
    known: dict[str, str] = field(default_factory=dict)
    steps: int = 0
    counter: str = ""

    async def work(self, until: float) -> None:
        """Write and read until then."""
        dice = random.Random(self.number)
        loop = asyncio.get_running_loop()
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer k"}) as session:
            while loop.time() < until:
                await self._step(session, dice)
                self.steps += 1
            assert await self._read(session) == self.known

    async def _step(self, session: aiohttp.ClientSession, dice: random.Random) -> None:
        rolled = dice.random()
        if not self.known or (rolled < 0.25 and len(self.known) < MOST_OWN):
            await self._create(session, dice.randrange(1, 12))
        elif rolled < 0.6:
            await self._update(session, dice.choice(list(self.known)))
        elif rolled < 0.7:
            identity = dice.choice(list(self.known))
            await self.ask(session, DELETE, id=identity)
            del self.known[identity]
        elif rolled < 0.75:
            identity = dice.choice(list(self.known))
            await self.ask(session, BIN, id=identity)
            await self.ask(session, RESTORE, id=identity)
        elif rolled < 0.9:
            assert await self._read(session) == self.known, "what was written is what is read"
        else:
            await self.ask(session, PAGE)

    async def _create(self, session: aiohttp.ClientSession, count: int) -> None:
        data = [{"city": f"{self.number}.{self.steps}"} for _ in range(count)]
        made = (await self.ask(session, CREATE, data=data))["createPeople"]
        self.known.update({row["id"]: data[0]["city"] for row in made})

    async def _update(self, session: aiohttp.ClientSession, identity: str) -> None:
        city = f"{self.number}.{self.steps}!"
        found = await self.ask(session, UPDATE, id=identity, data={"city": city})
        assert found["updatePerson"] == {"id": identity, "city": city}
        self.known[identity] = city

    async def _read(self, session: aiohttp.ClientSession) -> dict[str, str]:
        if not self.known:
            return {}
        page = (await self.ask(session, READ, mine=list(self.known)))["people"]
        assert page["totalCount"] == len(page["edges"])
        return {edge["node"]["id"]: edge["node"]["city"] for edge in page["edges"]}

    async def ask(self, session: aiohttp.ClientSession, query: str, **variables: Any) -> Any:
        """The data of an answer, which must be a whole one."""
        async with session.post(f"{self.url}/graphql", json={"query": query, "variables": variables}) as response:
            assert response.status == 200, await response.text()
            answer = await response.json()
            assert "errors" not in answer, answer
            return answer["data"]


async def all_work(workers: list[Worker], seconds: float) -> int:
    """Let the workers work; how many steps they did."""
    until = asyncio.get_running_loop().time() + seconds
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.work(until))
    return sum(worker.steps for worker in workers)
