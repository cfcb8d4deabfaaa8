"""A demo workspace, the same for the same seed: a small CRM with the skew and the gaps of real ones."""

from __future__ import annotations

from twentyql.errors import ConfigError
from twentyql.sandbox.demo.activities import SHARED_PREFIX, attachment_rows, note_rows, target_rows, task_rows
from twentyql.sandbox.demo.contacts import HUB, company_rows, member_rows, people_rows
from twentyql.sandbox.demo.deals import opportunity_rows, project_rows
from twentyql.sandbox.demo.nodes import known_id, object_nodes
from twentyql.sandbox.demo.objects import THINGS
from twentyql.sandbox.demo.values import Maker
from twentyql.sandbox.snapshot import Row, Snapshot

__all__ = ["HUB", "demo_snapshot"]
FEWEST_COMPANIES = 10


def demo_snapshot(rows: int = 3000, seed: int = 1) -> Snapshot:
    """Make a workspace of ``rows`` people and what belongs to them; deterministic for a ``seed``.

    The company `HUB` has exactly half of the people, all of them live, and more than 60 opportunities, projects, task
    targets and note targets from 3,000 people on. From 1,000 people on the two companies after it have 60 and 61.
    Some companies have nobody, a twentieth of the people has no company. Every table has soft-deleted rows.
    """
    if rows < 0:
        raise ConfigError(f"A demo cannot have {rows} people.", advice="Ask for 0 or more.")
    workspace = {"id": known_id("workspace"), "displayName": "Demo", "subdomain": "demo", "metadataVersion": 1}
    return Snapshot(object_nodes(THINGS), workspace, _rows(Maker(seed), rows))


def _rows(make: Maker, count: int) -> dict[str, list[Row]]:
    make.members = members = member_rows(make)
    companies = company_rows(make, max(FEWEST_COMPANIES, count // 5))
    people = people_rows(make, count, companies)
    opportunities = opportunity_rows(make, count // 6, companies, people)
    projects = project_rows(make, count // 12, companies, people)
    tasks, notes = task_rows(make, count // 5), note_rows(make, count // 5)
    tables = {"company": companies, "person": people, "opportunity": opportunities, "project": projects}
    return {
        "workspaceMembers": members,
        "companies": companies,
        "people": people,
        "opportunities": opportunities,
        "projects": projects,
        "tasks": tasks,
        "taskTargets": target_rows(make, "task", tasks, tables),
        "notes": notes,
        "noteTargets": target_rows(make, "note", notes, tables, SHARED_PREFIX),
        "attachments": attachment_rows(make, count // 20, {**tables, "task": tasks, "note": notes}),
    }
