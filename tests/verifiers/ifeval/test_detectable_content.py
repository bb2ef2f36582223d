import pytest


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dear [name] of [city]", 2),
        ("[[nested]", 1),
        ("[open\nclosed]", 0),
        ("寄往【地址】，收件人［姓名］", 2),
        ("[] is empty", 1),
    ],
)
def test_number_placeholders(judge, text, count):
    name = "detectable_content:number_placeholders"
    assert judge(name, text, num_placeholders=count).passed
    assert not judge(name, text, num_placeholders=count + 1).passed


@pytest.mark.parametrize(
    ("text", "marker", "passed"),
    [
        ("Bye.\n\nP.S. Call me", "P.S.", True),
        ("Bye.\n\np. s. call me", "P.S.", True),
        ("Bye.\n\nPS: call me", "P.S.", False),
        ("Bye.\n\nP.P.S call me", "P.P.S", True),
        ("Bye.\n\nP.S. call me", "P.P.S", False),
        ("再见。\n\n附言：记得打电话", "附言", True),
        ("再见。", "附言", False),
    ],
)
def test_postscript(judge, text, marker, passed):
    assert judge("detectable_content:postscript", text, postscript_marker=marker).passed == passed
