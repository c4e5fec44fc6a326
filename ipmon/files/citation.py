"""CITATION.cff: how a release is cited, in the Citation File Format 1.2.0.

Belongs here: the file. Not here: what is said in it (assets/release/about.yaml).
"""

from pathlib import Path

import yaml

from ipmon.files.declared import About
from ipmon.files.edition import Edition

CITATION = "CITATION.cff"


def write_citation(about: About, edition: Edition, content_hash: str, folder: Path) -> None:
    """The citation of one release, its id as version and the content hash as identifier."""
    title = edition.titled(about.title)
    citation = {
        "cff-version": "1.2.0",
        "message": f"{about.cite.zh} {about.cite.en}",
        "type": "dataset",
        "title": f"{title.zh} {title.en}",
        "abstract": f"{about.description.zh} {about.description.en}",
        "authors": [{"name": about.author}],
        "version": edition.release_id,
        "date-released": edition.as_of,
        "identifiers": [{"type": "other", "value": f"sha256:{content_hash}", "description": "Content hash of the release."}],
        "keywords": about.keywords,
    }
    text = yaml.safe_dump(citation, allow_unicode=True, sort_keys=False, width=120)
    (folder / CITATION).write_text(text, "utf-8")
