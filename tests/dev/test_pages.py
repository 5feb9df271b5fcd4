"""The README and the addon's page show pictures that exist and are not heavy."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
HEAVIEST = 200_000  # bytes
PAGES = {
    "README.md": re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)"),
    "static/description/index.html": re.compile(r'<img[^>]+src="([^"]+)"'),
}


@pytest.mark.parametrize("page", PAGES)
def test_the_pictures_of_a_page_exist_and_are_light(page):
    file = CHECKOUT / page
    pictures = PAGES[page].findall(file.read_text())
    assert pictures
    for name in pictures:
        assert (file.parent / name).stat().st_size < HEAVIEST, name
