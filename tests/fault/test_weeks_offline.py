"""Work of weeks goes to the server image by image, whoever has it open."""

from __future__ import annotations

from pathlib import Path

from fault.weeks_offline import sends, unsent

IMAGES = 300
"""The release dose is 5,000."""


def test_all_of_it_is_sent_in_turns_with_a_few_images_open_at_a_time(tmp_path: Path) -> None:
    rows = unsent(tmp_path, IMAGES)
    outcome = sends(tmp_path)
    assert outcome.left == 0
    assert sorted(outcome.order) == sorted(row.id for row in rows)
    places = {row.id: place for place, row in enumerate(rows)}
    assert all(abs(places[id_] - at) < 8 for at, id_ in enumerate(outcome.order))
    assert outcome.most_open <= 4


def test_the_image_that_a_person_opens_is_sent_before_the_others(tmp_path: Path) -> None:
    rows = unsent(tmp_path, IMAGES)
    outcome = sends(tmp_path, opens=rows[-1])
    assert outcome.order.index(rows[-1].id) < 30
    assert outcome.left == 0
