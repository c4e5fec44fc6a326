"""The archive: one page over all releases, written anew at every publishing.

Belongs here: reading what each release says of itself, and replacing the page whole. Not here: what changed in a release (see
changes.py): a release keeps that itself, since it never changes.
"""

import json
from pathlib import Path
from typing import Any

from ipmon.durable import keep
from ipmon.errors import IpmonError
from ipmon.pages.changes import SUMMARY
from ipmon.pages.layout import Layout
from ipmon.paths import DataRoot
from ipmon.synthetic import named
from ipmon.verify import VERDICT, read_manifest

NAME = "archive.html"


def write(root: DataRoot, layout: Layout) -> None:
    """archive.html beside `current`, replaced in one step: every release with what it changed, the newest first.

    There is one among the releases too: a page leads to the archive above its folder, as `current` or by the name of its release.
    """
    current = root.current.resolve().name
    folders = [path for path in root.releases.iterdir() if path.is_dir()]
    found = sorted((_release(path, layout) | {"current": path.name == current} for path in folders), key=_newest, reverse=True)
    for folder, prefix in ((root.releases.parent, f"{root.releases.name}/"), (root.releases, "")):
        keep(layout.page("archive", releases=found, prefix=prefix).encode(), folder / NAME)


def _newest(release: dict[str, Any]) -> tuple[str, str]:
    return release["published"], release["id"]


def _release(folder: Path, layout: Layout) -> dict[str, Any]:
    """What the page says of one release, and which of its pages are there; only its name where its manifest cannot be read."""
    names = {name: named(name, folder.name) for name in ("index.html", "changes.html", "bulletin_zh.pdf", "bulletin_en.pdf")}
    files = {name: f"{folder.name}/{file}" for name, file in names.items() if (folder / file).is_file()}
    try:
        manifest = read_manifest(folder)
        published = json.loads((folder / VERDICT).read_bytes())["decided_at"]
        changes = json.loads((folder / SUMMARY).read_bytes()) if (folder / SUMMARY).is_file() else None
    except (IpmonError, OSError, ValueError):
        return {"id": folder.name, "files": files, "published": "", "readable": False}
    counts = {kind: f"{count:,}" for kind, count in changes["values"].items()} if changes else {}
    return {
        "id": folder.name,
        "files": files,
        "published": published,
        "readable": True,
        "as_of": manifest["as_of"],
        "indicators": f"{manifest['tables']['indicators']:,}",
        "values": f"{manifest['tables']['observations']:,}",
        "previous": (manifest["previous"] or {}).get("release_id"),
        "counted": layout.words.fill("counted", counts, counts) if counts else None,
    }
