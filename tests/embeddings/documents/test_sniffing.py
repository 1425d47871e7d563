"""A file whose ending lies is read as what it is, and that is said."""

from pathlib import Path

import pytest

from embeddings.records import Document
from tests.embeddings.building import read_folder, write_files

PAGE = "<p>The keeper wound the lamp every four hours of the night, and wrote it down.</p>"


@pytest.mark.parametrize("start", ["<!DOCTYPE html>", "\ufeff\n <HTML>", "<html lang='en'>"])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_page_named_as_text_is_read_as_a_page(tmp_path: Path, start: str, name: str) -> None:
    (document,), _ = read_folder(
        write_files(tmp_path, {name: f"{start}<body>{PAGE}</body></html>"})
    )
    assert isinstance(document, Document)
    assert document.text == PAGE[3:-4]
    assert document.notices[0] == "read as .html, which it is, whatever its ending"


def test_text_about_tags_stays_text(tmp_path: Path) -> None:
    text = "The tag <html> begins a page, as everybody knows."
    (document,), _ = read_folder(write_files(tmp_path, {"a.txt": text}))
    assert isinstance(document, Document)
    assert (document.text, document.notices) == (text, ())
