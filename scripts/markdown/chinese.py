"""MkDocs hook: Chinese is found by the search, though it has no spaces between its words.

Each character becomes a word of the index, set apart by a space of no width; the theme looks a
query's Chinese up there. Its own way asks for a dictionary of words, of 17 MB.
"""

import re
from typing import Any

from mkdocs.plugins import event_priority

_BETWEEN = re.compile(
    "(?<=[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])(?=[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)


@event_priority(100)  # before the index is written
def on_post_build(config: Any) -> None:
    for entry in config.plugins["material/search"].search_index.entries:
        for key in ("title", "text"):
            entry[key] = _BETWEEN.sub("\u200b", str(entry[key]))
