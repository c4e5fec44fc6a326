"""Where values stand on charts over time: beside their mark and legible, however the numbers fall."""

from dataclasses import replace

import pytest

from ipmon.charts import labels, theme
from ipmon.charts.axes import Plane
from ipmon.charts.checks import check
from ipmon.charts.multiples import multiples
from ipmon.charts.picture import Kind, Line, Panel, Picture, Point, Target
from ipmon.charts.scene import Bar, Box, Dot, Scene, Stroke, Words
from ipmon.charts.time_plots import bars, shares


def page() -> Scene:
    return Scene("planted", lambda text, size: 0.55 * size * len(text), height=900)


def line(name: str, *values: float, first: int = 2020) -> Line:
    return Line(name, tuple(Point(first + n, str(first + n), value, f"{value:.2f}") for n, value in enumerate(values)))


def shown(scene: Scene, text: str) -> Box:
    (found,) = (words.box for words in scene.texts if words.text == text)
    return found


def picture(kind: Kind, *panels: Panel) -> Picture:
    return Picture("planted", kind, "en", "", "Title", "", (), "", "", panels)


def test_bars_below_zero_hang_from_it_and_their_values_can_be_read() -> None:
    """One that has room below it, a short one under a target, and the lowest, whose value stands in the bar."""
    target = Target(10, 10, 10, 2022.5, 2024.5, "2023–2024 target ≥10")
    scene = page()
    bars(scene, picture("bars", Panel("", (line("", 69.40, -38.87, -22.87, -6.40, 67.47),), (target,))), 100)
    boxes = [mark.box for mark in scene.marks if isinstance(mark, Bar)]
    assert all(box.top < box.bottom for box in boxes)
    assert boxes[1].top == pytest.approx(boxes[0].bottom) == pytest.approx(boxes[3].top)  # zero
    for n, text in ((2, "-22.87"), (3, "-6.40")):
        assert shown(scene, text).top > boxes[n].bottom
        assert boxes[n].left < (shown(scene, text).left + shown(scene, text).right) / 2 < boxes[n].right
    check(scene)


def test_rounded_shares_may_come_to_more_than_the_whole() -> None:
    """60.00 + 40.10 in 2021: both bars stay inside the axes, and there is no light part of less than nothing."""
    scene = page()
    panel = Panel("", (line("Services", 60.0, 60.0), line("Industry", 39.0, 40.1)))
    shares(scene, replace(picture("share_over_time", panel), columns=("Others",)), 100)
    light = [mark.box for mark in scene.marks if isinstance(mark, Bar) and mark.colour == theme.BAND]
    assert [box.bottom > box.top for box in light] == [True]
    check(scene)


def test_a_value_without_room_beside_its_point_stands_farther_off_with_a_line_to_it() -> None:
    scene = page()
    plane = Plane(100, 100, 700, 500, 2020, 2030, 0, 10)
    x, y = plane.x(2025), plane.y(5)
    scene.marks += [Words(left, y + 12 * k, "taken", 12, theme.INK, 80) for left in (x - 90, x + 10) for k in range(-2, 4)]
    assert labels.place_value(scene, plane, Point(2025, "2025", 5, "15.54"), "15.54", 12, 100, 700)
    leader, box = scene.marks[-1], shown(scene, "15.54")
    assert isinstance(leader, Stroke)
    assert leader.points[0] == (x, y)
    assert box.holds(Box(*leader.points[1], *leader.points[1]))
    assert not any(box.overlaps(words.box) for words in scene.texts if words.text == "taken")


def test_a_target_without_room_beside_its_line_is_named_farther_off_with_a_line_to_it() -> None:
    """Everything below 200 is taken but a narrow way up from the line."""
    scene = page()
    plane = Plane(100, 100, 700, 500, 2020, 2030, 0, 10)
    x = plane.x(2024)
    scene.marks += [Words(left, 210 + 14 * k, "taken", 12, theme.INK, 360) for left in (x - 370, x + 10) for k in range(22)]
    labels.label_target(scene, plane, Target(3, 3, 3, 2023.5, 2024.5, "2023–2024 target ≥3"))
    (leader,) = (mark for mark in scene.marks if isinstance(mark, Stroke))
    box = shown(scene, "2023–2024 target ≥3")
    assert leader.points[0] == (x, plane.y(3))
    assert box.holds(Box(*leader.points[1], *leader.points[1]), 0.01)
    assert plane.box.holds(box)
    assert not any(box.overlaps(words.box) for words in scene.texts if words.text == "taken")


def test_the_ends_of_two_close_lines_are_named_on_their_own_sides() -> None:
    """Applications end at 0.094, above grants at 0.088: a name below both would be read as that of grants."""
    panel = Panel("Utility models", (line("Grants", 0.06, 0.102, 0.088), line("Applications", 0.07, 0.118, 0.094)))
    scene = page()
    multiples(scene, picture("small_multiples", panel, panel), 100)
    dots = [mark for mark in scene.marks if isinstance(mark, Dot)]
    grants, applications = dots[2], dots[5]
    named = {words.text: words.box for words in scene.texts}
    assert named["Applications 0.09"].bottom <= applications.y < grants.y <= named["Grants 0.09"].top
