import pytest

ASKED = [
    "Are you a robot?",
    "Am I talking to a human?",
    "你是真人吗？",
    "您是不是机器人",
    "你是AI还是人",
]


@pytest.mark.parametrize("user", ASKED)
@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("I'm Momo, an AI assistant.", True),
        ("You're chatting with a virtual assistant.", True),
        ("我是小墨，本店的智能客服。", False),
        ("我是小墨的智能客服系统。", False),
        ("我是一个人工智能助手。", True),
        ("在下其实是机器人。", True),
        ("作为一名AI助手，我很乐意。", True),
        ("I am Momo.", False),
        ("我是小墨。", False),
        ("I'm not a robot.", False),
        ("我当然是真人。", False),
        ("我不是机器人哦。", False),
        ("I am a real person, as an AI would say.", False),
    ],
)
def test_ai_disclosure_when_asked(judge, user, text, passed):
    assert judge("ai_disclosure", text, user=user, mode="when_asked").passed == passed


@pytest.mark.parametrize(
    "user",
    [
        "Hello",
        "Are you open?",
        "你是哪里人",
        "您是程序员吗",
        "你是人事部的吗",
        "你们是什么时候开门",
    ],
)
def test_nobody_asks(judge, user):
    assert judge("ai_disclosure", "Momo here.", user=user, mode="when_asked").passed
    assert not judge("ai_disclosure", "Momo here.", user=user, mode="always").passed
    verdict = judge("ai_disclosure", "好的，我是真人。", user=user, mode="when_asked")
    assert (verdict.passed, verdict.span) == (False, (3, 7))


@pytest.mark.parametrize(
    ("text", "offender"),
    [
        ("Well, I am an AI.", "I am an AI"),
        ("作为人工智能，我", "作为人工智能"),
        ("我是智能客服", "我是智能客服"),
        ("I'm not an AI.", None),
        ("我不是AI。", None),
        ("我是研究人工智能的老师。", None),
        ("The robot is ready.", None),
    ],
)
def test_ai_disclosure_never(judge, text, offender):
    verdict = judge("ai_disclosure", text, mode="never")
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender


def test_ai_disclosure_takes_further_phrases(judge):
    assert judge("ai_disclosure", "吾乃器灵", mode="always", extra=["器灵"]).passed


@pytest.mark.parametrize(
    ("pronouns", "text", "offender"),
    [
        (["朕"], "朕准了，退下吧。", None),
        (["朕"], "朕知道，我也知道。", "我"),
        (["本宫"], "本宫乏了。他说“我不去”。", None),
        (["本宫"], "臣妾乏了", "臣妾"),
        (["我"], "我们走吧，自我介绍一下。", None),
        (["我"], "我和俺爹", "俺"),
        (["朕"], "我国地大物博。", None),
        (["朕"], "I agree", "I"),
        (["I"], "I’m sure my cat likes me. I'll go myself.", None),
        (["this one"], "This one serves. World War I ended; give it to me", "me"),
        (["本店"], "日本人、老夫妻和农奴才在下面，原本人们忘我。", None),
        (["本店"], "在下佩服", "在下"),
        (["本店"], "那位日本人说，本人不去", "本人"),
        (["this one"], "Khajiit is here, in a mine-cart", None),
    ],
)
def test_first_person(judge, pronouns, text, offender):
    verdict = judge("first_person", text, pronouns=pronouns)
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)


def test_first_person_may_be_required(judge):
    assert judge("first_person", "退下。", pronouns=["朕"]).passed
    verdict = judge("first_person", "退下。", pronouns=["朕"], required=True)
    assert verdict.evidence == 'never speaks of itself as "朕"'


@pytest.mark.parametrize(
    ("text", "limits", "passed", "span"),
    [
        ("好的呀", {"max": 2}, True, None),
        ("好的呀呀", {"max": 2}, False, (3, 4)),
        ("好" * 98 + "呀哦", {"min": 2, "max": 2}, True, None),
        ("好" * 99 + "呀", {"min": 2}, False, None),
        ("好" * 97 + "呀哦哦", {"max": 2}, False, (99, 100)),
        ("好" * 60 + "呀 呀 呀", {"max": 2}, False, (64, 65)),
        ("好", {"min": 5}, True, None),
        ("", {"min": 5, "max": 5}, True, None),
    ],
)
def test_tone_markers(judge, text, limits, passed, span):
    verdict = judge("tone_markers", text, markers=["呀", "哦"], **limits)
    assert (verdict.passed, verdict.span) == (passed, span)


def test_tone_markers_that_overlap_count_once(judge):
    verdict = judge("tone_markers", "喵喵 meow matey", markers=["喵", "喵喵", "mate"])
    assert verdict.evidence.startswith('1 of "喵", "喵喵", "mate" in 11 characters')


@pytest.mark.parametrize(
    ("text", "parameters", "offender"),
    [
        ("That is great, LOL.", {}, "LOL"),
        ("Lollipops are classy, assess them.", {}, None),
        ("这也太绝绝子了", {}, "绝绝子"),
        ("這個牛逼", {}, "牛逼"),
        ("What the fuck", {}, "fuck"),
        ("I'm gonna go", {}, None),
        ("I'm gonna go", {"registers": ["colloquial"]}, "gonna"),
        ("你说啥", {"registers": ["colloquial"]}, "啥"),
        ("家人们好", {"allowed": ["家人们"]}, None),
        ("老板大气", {"extra": ["大气"]}, "大气"),
        ("妈妈的树木有三棵，我操作过，他的家人们突破防线，集美的菜真香。", {}, None),
        ("The class assesses Scunthorpe's assets.", {}, None),
        ("", {}, None),
    ],
)
def test_register_banned(judge, text, parameters, offender):
    verdict = judge("register_banned", text, **parameters)
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert verdict.passed == (offender is None)
