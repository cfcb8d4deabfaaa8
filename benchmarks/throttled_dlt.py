"""dlt reading lists as its documentation shows: ``python throttled_dlt.py URL KEY ROOT...``.

Prints how many rows of each root it has, as JSON, and exits as dlt would have.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main(url: str, key: str, *roots: str) -> None:
    import dlt
    from dlt.sources.helpers.rest_client import RESTClient
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    folder = Path(tempfile.mkdtemp(prefix="twentyql-dlt-"))
    os.environ.update(DESTINATION__FILESYSTEM__BUCKET_URL=(folder / "lake").as_uri(), RUNTIME__DLTHUB_TELEMETRY="false")
    counts = dict.fromkeys(roots, 0)

    def pages(root: str) -> Iterator[Any]:
        client = RESTClient(url, headers={"Authorization": f"Bearer {key}"})
        text = (
            f"query Q($first: Int, $after: String) {{ {root}(first: $first, after: $after) "
            "{ edges { node { id createdAt } } pageInfo { hasNextPage endCursor } } }"
        )
        paginator = JSONResponseCursorPaginator(f"data.{root}.pageInfo.endCursor", cursor_body_path="variables.after")
        body = {"query": text, "variables": {"first": 200}}
        selector = f"data.{root}.edges[*].node"
        for page in client.paginate("/graphql", "POST", json=body, paginator=paginator, data_selector=selector):
            counts[root] += len(page)
            yield page

    pipeline = dlt.pipeline("t", destination="filesystem", dataset_name="d", pipelines_dir=str(folder / "state"))
    try:
        pipeline.run([dlt.resource(pages(root), name=root) for root in roots], loader_file_format="parquet")
        ended = "exit 0"
    except Exception as error:
        ended = f"{type(error).__name__}"
    print(json.dumps({"rows": counts, "ended": ended}))


main(*sys.argv[1:])
