"""The README, the page of the screens and the addon's page show pictures that exist and are not heavy."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
HEAVIEST = 150_000  # bytes
MARKDOWN = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
PAGES = {
    "README.md": MARKDOWN,
    "doc/screens.md": MARKDOWN,
    "static/description/index.html": re.compile(r'<img[^>]+src="([^"]+)"'),
}


@pytest.mark.parametrize("page", PAGES)
def test_the_pictures_of_a_page_exist_and_are_light(page):
    file = CHECKOUT / page
    pictures = PAGES[page].findall(file.read_text())
    assert pictures
    for name in pictures:
        assert (file.parent / name).stat().st_size < HEAVIEST, name


def test_the_page_of_the_screens_shows_every_picture():
    page = CHECKOUT / "doc" / "screens.md"
    shown = {(page.parent / name).resolve() for name in MARKDOWN.findall(page.read_text())}
    folders = (CHECKOUT / "doc" / "pictures", CHECKOUT / "static" / "description")
    taken = {file.resolve() for folder in folders for file in folder.glob("*.png") if file.name != "icon.png"}
    assert shown == taken
