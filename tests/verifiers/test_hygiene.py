import pytest


@pytest.mark.parametrize(
    ("text", "block", "offender"),
    [
        ("Paris.", "none", None),
        ("I think so. a < b", "none", None),
        ("<think>hm</think>Paris", "none", "<think>"),
        ("hm</think>巴黎", "none", "</think>"),
        ("<Thinking>hm", "none", "<Thinking>"),
        ("好。<思考>嗯</思考>", "none", "<思考>"),
        ("<think>\nhm\n</think>\n\nParis", "first", None),
        ("Paris", "first", None),
        ("<think>a</think>b<think>c</think>d", "first", "<think>"),
        ("Paris<think>a</think>", "first", "<think>"),
        ("<think>a<think>b</think>c", "first", "<think>"),
        ("<think>cut off", "first", "<think>"),
    ],
)
def test_think_hygiene(judge, text, block, offender):
    verdict = judge("think_hygiene", text, block=block)
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)


def test_a_thought_without_an_answer_fails(judge):
    verdict = judge("think_hygiene", "<think>hm</think>\n", block="first")
    assert (verdict.passed, verdict.evidence) == (False, "nothing follows the <think> block")


def test_the_second_tag_is_shown_where_it_stands(judge):
    assert judge("think_hygiene", "<think>a</think>b<think>", block="first").span == (17, 24)


@pytest.mark.parametrize(
    ("text", "offender"),
    [
        ("Dear [Your Name],", "[Your Name]"),
        ("请联系[公司名称]。", "[公司名称]"),
        ("尊敬的[客户姓名]：", "[客户姓名]"),
        ("请写【请填写日期】", "【请填写日期】"),
        ("On {{date}} we", "{{date}}"),
        ("签字：____", "____"),
        ("XXXX公司", "XXXX"),
        ("Lorem ipsum dolor", "Lorem ipsum"),
        ("[Name](https://a.b) said", None),
        ("【地址】北京", None),
        ("`[Your Name]` is a blank", None),
        ("[1] and [see below]", None),
        ("", None),
    ],
)
def test_no_placeholders(judge, text, offender):
    verdict = judge("no_placeholders", text)
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)
