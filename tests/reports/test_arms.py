from rolewright.reports.arms import share_chart, tone, tones_of
from rolewright.reports.wording import load_wording

WORD = load_wording("en")


def test_arms_keep_their_colours_and_unknown_ones_get_one():
    assert [tone("tuned+role", 0), tone("other", 4), tone("other", 7)] == [
        "tone-2",
        "tone-4",
        "tone-1",
    ]
    assert list(tones_of(["tuned", "base", "tuned"])) == ["tuned", "base"]


def test_a_share_that_is_none_of_a_count_has_no_count(parse):
    whole = {"rate": 0.5, "low": 0.2, "high": 0.8}
    shares = {"base": {**whole, "passed": 3, "total": 6}, "tuned": whole}
    chart = share_chart("kept", shares, {"base": "tone-0", "tuned": "tone-4"}, WORD)
    page = parse(str(chart.svg))
    assert [t["text"] for t in page.find("text", class_="tick")] == ["3/6", ""]
    assert page.find("svg")[0]["aria-label"] == "kept: base 50%; tuned, no role 50%"
