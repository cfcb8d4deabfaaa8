# pyright: basic
"""Pictures where people would rather look: relations, the pipeline, a plan. Drawn by Altair (extra ``plots``).

Each gives an Altair chart, which a notebook shows and ``chart.save("x.png")`` writes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from twentyql.errors import MissingExtraError, UsageError
from twentyql.plan.explain import Explanation
from twentyql.schema.model import SchemaModel

try:
    import altair as alt
except ImportError as error:
    raise MissingExtraError("altair", "plots") from error

EMPTY = "(none)"


def relations(model: SchemaModel, *objects: str) -> Any:
    """The to-one relations among the objects that are named, as arrows from the record that holds the key."""
    if not objects:
        raise UsageError("Name the objects to draw.", advice="relations(client.model, 'company', 'person')")
    wanted = [model.object(name) for name in objects]
    places = _circle([of.singular for of in wanted])
    spots = [{"object": name, "x": x, "y": y} for name, (x, y) in places.items()]
    arrows = [
        {"relation": r.name, "from": of.singular, "to": r.target, **_arrow(places[of.singular], places[r.target])}
        for of in wanted
        for r in of.relations
        if not r.is_to_many and r.target in places
    ]
    lines, nodes = alt.Chart(alt.InlineData(values=arrows)), alt.Chart(alt.InlineData(values=spots))
    turn = alt.Angle("turn:Q", scale=alt.Scale(domain=[0, 360], range=[0, 360]))
    chart: Any = (
        lines.mark_rule(color="#888").encode(**_at("x", "y"), x2="x2:Q", y2="y2:Q", tooltip=["relation:N", "from:N"])
        + lines.mark_point(shape="triangle", filled=True, size=60, color="#888").encode(**_at("x2", "y2"), angle=turn)
        + lines.mark_text(fontSize=10, color="#555", dy=-6).encode(**_at("tx", "ty"), text="relation:N")
        + nodes.mark_circle(size=900, color="#4c78a8", opacity=1).encode(**_at("x", "y"), tooltip=["object:N"])
        + nodes.mark_text(dy=26, fontSize=13, fontWeight="bold").encode(**_at("x", "y"), text="object:N")
    )
    return chart.properties(width=520, height=460, title="Who refers to whom")


def pipeline(
    records: Iterable[Mapping[str, Any]], *, stage: str = "stage", date: str = "closeDate", amount: str = "amount"
) -> Any:
    """Opportunities by month and stage: how much money closes when. ``records`` are rows of a query.

    Money without an amount counts as 0; records without a date stand at ``(none)``. One currency is assumed.
    """
    values = [
        {
            "month": str(record.get(date) or "")[:7] or EMPTY,
            "stage": record.get(stage) or EMPTY,
            "amount": _units(record.get(amount)),
        }
        for record in records
    ]
    chart: Any = (
        alt.Chart(alt.InlineData(values=values), title="Pipeline by stage and month")
        .mark_bar()
        .encode(
            x=alt.X("month:N", title="closes in"),
            y=alt.Y("sum(amount):Q", title="amount"),
            color=alt.Color("stage:N", title="stage"),
            tooltip=["month:N", "stage:N", alt.Tooltip("sum(amount):Q", format=",.0f"), "count():Q"],
        )
        .properties(width=520, height=300)
    )
    return chart


def plan(explanation: Explanation) -> Any:
    """The lists of a plan: how many requests each takes, and how many rows it gives."""
    values = [{"list": p.name, "requests": p.requests, "rows": p.rows} for p in explanation.lists]
    base = alt.Chart(
        alt.InlineData(values=values), title=f"{explanation.tokens} tokens, about {explanation.seconds:.1f} s"
    )
    y = alt.Y("list:N", sort=None, title=None)
    bars = base.mark_bar(color="#4c78a8").encode(x=alt.X("requests:Q", title="requests"), y=y)
    text = (
        base.mark_text(align="left", dx=4)
        .transform_calculate(told="format(datum.rows, ',') + ' rows'")
        .encode(x="requests:Q", y=y, text="told:N")
    )
    chart: Any = (bars + text).properties(width=520)
    return chart


def _units(money: Any) -> float:
    micros = money.get("amountMicros") if isinstance(money, Mapping) else money
    return float(micros or 0) / 1_000_000


def _circle(names: Sequence[str]) -> dict[str, tuple[float, float]]:
    step = 2 * math.pi / len(names)
    return {name: (math.cos(i * step + math.pi / 2), math.sin(i * step + math.pi / 2)) for i, name in enumerate(names)}


def _at(x: str, y: str) -> dict[str, Any]:
    scale = alt.Scale(domain=[-1.4, 1.4])
    return {"x": alt.X(f"{x}:Q", axis=None, scale=scale), "y": alt.Y(f"{y}:Q", axis=None, scale=scale)}


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> dict[str, float]:
    """A line that stops before the spot it leads to, and the place of its name; to itself it is a stub outwards."""
    (x, y), (to_x, to_y) = start, end if end != start else (start[0] * 1.35, start[1] * 1.35)
    dx, dy = to_x - x, to_y - y
    turn = (90 - math.degrees(math.atan2(dy, dx))) % 360
    ends = {"x": x, "y": y, "x2": x + dx * 0.86, "y2": y + dy * 0.86}
    return {**ends, "tx": x + dx * 0.36, "ty": y + dy * 0.36, "turn": turn}
