"""The index page in a real browser, as a person uses it: look, click, ask, read."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from chromium import CHROMIUM, chromium

from twentyql.sandbox import Sandbox, Snapshot
from twentyql.sandbox.demo import demo_snapshot

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium"),
]
EVIL = "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>"


def hostile() -> Snapshot:
    """A demo with markup for labels, and a person whose job is markup."""
    made = demo_snapshot(300, 1)
    nodes = [{**node, "labelSingular": EVIL, "description": EVIL} for node in made.objects]
    people = [{**row, "jobTitle": EVIL, "deletedAt": None} for row in made.rows["people"]]
    return Snapshot(nodes, made.workspace, {**made.rows, "people": people})


async def test_the_page_works_and_runs_nothing_but_its_own_script(tmp_path: Path) -> None:
    async with asyncio.timeout(90), Sandbox.of(hostile()) as sandbox, chromium(tmp_path / "profile") as page:
        await page.open(sandbox.url)
        title = await page.run("document.title")
        assert "Demo" in title
        rows = await page.run("[...document.querySelectorAll('tr[data-object]')].map(r => r.dataset.object)")
        assert rows == [record.plural for record in sandbox.engine.model.objects]

        await page.run("document.querySelector('tr[data-object=people] button').click()")
        await page.until("document.getElementById('status').className === 'good'")
        assert await page.run("document.querySelectorAll('#shown tbody tr').length") == 20
        assert '"totalCount": 300' in await page.run("document.getElementById('answer').textContent")
        await page.until("document.querySelectorAll('#ledger tr').length === 1")
        await page.picture(tmp_path / "page.png")

        ask = "document.getElementById('query').value = '{people(first:1){edges{node{id jobTitle}}}}'"
        await page.run(f"{ask}; document.getElementById('run').click()")
        await page.until("document.querySelectorAll('#ledger tr').length === 2")
        assert await page.run("document.querySelector('#shown tbody tr').cells[1].textContent") == EVIL

        await page.run("document.getElementById('variables').value = '{nonsense'")
        await page.run("document.getElementById('run').click()")
        assert "no JSON" in await page.run("document.getElementById('status').textContent")
        await page.run("document.getElementById('variables').value = ''")
        await page.run("document.getElementById('query').value = '{people(first:-1){totalCount}}'")
        await page.run("document.getElementById('run').click()")
        await page.until("document.getElementById('status').className === 'bad'")
        await page.until("document.querySelectorAll('#ledger tr').length === 3")
        assert "INVALID_ARGS_FIRST" in await page.run("document.querySelector('#ledger tr').textContent")

        assert await page.run("document.title") == title, "markup of the workspace ran"
        assert page.trouble == []
        outside = [url for url in page.requests if not url.startswith(sandbox.url)]
        assert [url for url in outside if not url.startswith(("about:", "chrome", "data:"))] == []
    assert (tmp_path / "page.png").stat().st_size > 20_000
