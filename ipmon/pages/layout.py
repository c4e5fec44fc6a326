"""Templates filled, escaped and framed: every page has one head, one switch of languages, one foot.

Belongs here: Jinja, the pieces of markup that all pages share. Not here: what a page says (words.yaml, the mart), the
templates.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup, escape

from ipmon.declared import Text
from ipmon.errors import DeclarationError
from ipmon.pages.words import load_words
from ipmon.synthetic import is_marked, named

INLINE = {"style": "style.css", "language": "language.js", "finding": "finding.js"}
"""What every page carries in itself, and the script of the list of indicators."""


def both(text: Text) -> Markup:
    """Words in both languages, of which the page shows one; once where they are the same."""
    return _both(text.zh, text.en)


@lru_cache(maxsize=10_000)  # a page repeats its labels in every row
def _both(zh: str, en: str) -> Markup:
    return escape(zh) if zh == en else Markup(f'<span lang="zh">{escape(zh)}</span><span lang="en">{escape(en)}</span>')


class Layout:
    """The templates of one folder, for the pages of one release."""

    def __init__(self, folder: Path, release_id: str) -> None:
        """`folder`: assets/pages. Raises DeclarationError for words that do not hold."""
        self.words, self.release_id = load_words(folder, is_marked(release_id)), release_id
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.filters["both"] = both
        self._templates.globals.update(
            word={key: both(text) for key, text in self.words.words.items()},
            text=self.words.words,
            columns=lambda key: list(zip(self.words.words[key].zh.split("|"), self.words.words[key].en.split("|"), strict=True)),
            downloads=cache(self._downloads),
            **{name: Markup((folder / file).read_text("utf-8")) for name, file in INLINE.items()},
            release_id=release_id,
            marked=is_marked(release_id),
            file=lambda path: named(path, release_id),
        )

    def page(self, template: str, **given: Any) -> str:
        """A whole page from `<template>.html`. Raises DeclarationError for a template that does not hold."""
        try:
            return self._templates.get_template(f"{template}.html").render(given) + "\n"
        except TemplateError as error:
            raise DeclarationError([f"pages/{template}.html: {error}. Mend the template."]) from None

    def _downloads(self, root: str) -> Markup:
        """The list of files to load, as a page writes it whose way to the release's folder is `root`."""
        item = Markup('<li><a href="{}">{}</a></li>')
        files = self.words.downloads.items()
        return Markup("").join(item.format(root + named(path, self.release_id), both(text)) for path, text in files)
