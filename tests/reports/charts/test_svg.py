import pytest

from rolewright.reports.charts.svg import element, polyline, text


def test_attributes_and_text_are_escaped():
    drawn = text(1, 2.50, '<b> & "c"', class_='x"y', text_anchor="end")
    assert drawn == (
        '<text x="1" y="2.5" class="x&#34;y" text-anchor="end">&lt;b&gt; &amp; &#34;c&#34;</text>'
    )


@pytest.mark.parametrize(
    ("value", "written"), [(10, "10"), (100.0, "100"), (0.126, "0.13"), (-0.5, "-0.5")]
)
def test_numbers_are_short(value, written):
    assert element("g", x=value) == f'<g x="{written}"></g>'


def test_polyline_joins_its_points():
    assert 'points="0,1 2.5,3"' in polyline([(0, 1), (2.5, 3)], "curve")
