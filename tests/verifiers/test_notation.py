import pytest


@pytest.mark.parametrize(
    ("style", "text", "offender"),
    [
        ("YYYY-MM-DD", "On 2024-05-01 and 2024-12-31.", None),
        ("YYYY-MM-DD", "在2024-5-1开会", "2024-5-1"),
        ("YYYY-MM-DD", "在2024年5月1日开会", "2024年5月1日"),
        ("YYYY-MM-DD", "on 1 May 2024", "1 May 2024"),
        ("YYYY-MM-DD", "活动于1 May 2024举行", "1 May 2024"),
        ("YYYY-MM-DD", "version 1.2.3, 3.14, phone 010-1234-5678, 12:30, ratio 3/4", None),
        ("YYYY-MM-DD", "see https://a.b/2024/05/01 and `2024/05/01`", None),
        ("YYYY/MM/DD", "2024/05/01", None),
        ("YYYY/MM/DD", "2024-05-01", "2024-05-01"),
        ("YYYY年M月D日", "2024年5月1日，2024年5月", None),
        ("YYYY年M月D日", "2024年05月01日", "2024年05月01日"),
        ("YYYY年M月D日", "二〇二四年五月一日", "二〇二四年五月一日"),
        ("DD/MM/YYYY", "31/12/2024", None),
        ("MM/DD/YYYY", "31/12/2024", "31/12/2024"),
        ("D Month YYYY", "1 May 2024 or 31 December 1999", None),
        ("D Month YYYY", "1st of May 2024", "1st of May 2024"),
        ("Month D, YYYY", "May 1, 2024", None),
        ("Month D, YYYY", "Dec. 31, 2024", "Dec. 31, 2024"),
    ],
)
def test_date_format(judge, style, text, offender):
    verdict = judge("date_format", text, styles=[style])
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)


def test_several_styles_may_be_allowed(judge):
    assert judge(
        "date_format", "2024-05-01，即2024年5月1日", styles=["YYYY-MM-DD", "YYYY年M月D日"]
    ).passed


@pytest.mark.parametrize(
    ("marks", "position", "text", "offender"),
    [
        (["¥"], "before", "共¥1,200.50，另付 ￥30", None),
        (["¥"], "before", "一共100元", "100元"),
        (["¥"], "before", "about $5", "$5"),
        (["元"], "after", "一共100元，3万元", None),
        (["元"], "after", "一共 20 块钱", "20 块钱"),
        (["元"], "after", "¥20", "¥20"),
        (["$"], "before", "2024元旦买了5块蛋糕", None),
        (["元"], "after", "一共20块。", "20块"),
        (["dollars", "dollar"], "after", "5 dollars", None),
        (["USD"], "before", "USD 5 and usd", None),
        (["USD"], "before", "$5 million", "$5 million"),
        (["$"], "before", "5 apples in 2024, room 300", None),
        (["$"], "before", "US$5", "US$5"),
    ],
)
def test_currency_format(judge, marks, position, text, offender):
    verdict = judge("currency_format", text, marks=marks, position=position)
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)


def test_decimals(judge):
    given = {"marks": ["¥"], "position": "before", "decimals": 2}
    assert judge("currency_format", "¥1,200.50", **given).passed
    assert judge("currency_format", "¥30", **given).span == (0, 3)


@pytest.mark.parametrize(
    ("units", "text", "offender"),
    [
        ("metric", "It is 5 km away, 20°C.", None),
        ("metric", "It is 5 miles away.", "5 miles"),
        ("metric", "a 6-foot wall", "6-foot"),
        ("metric", "身高六英尺", "六英尺"),
        ("metric", "气温 70°F", "70°F"),
        ("metric", "Ft. Worth has 5 pounders", None),
        ("imperial", "身高180厘米", "180厘米"),
        ("imperial", "重三公斤", "三公斤"),
        ("imperial", "1,500 kg of tea", "1,500 kg"),
        ("imperial", "5 miles, 5G network, 3 people", None),
    ],
)
def test_unit_system(judge, units, text, offender):
    verdict = judge("unit_system", text, units=units)
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)
