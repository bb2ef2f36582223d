import pytest

WHO = "Who are you?"


@pytest.mark.parametrize(
    ("user", "text"),
    [
        (WHO, "I'm Momo, nice to meet you."),
        (WHO, "My name is Momo."),
        ("what's your name", "MOMO here!"),
        ("你是谁？", "我是小墨。"),
        ("你叫什么名字", "我叫小墨，是店员。"),
        ("Sell me tea", "Here you are."),
        ("帮我点外卖", "我叫了外卖。"),
        ("你是什么时候开门的", "九点。"),
    ],
)
def test_self_name_passes(judge, user, text):
    assert judge("self_name", text, user=user, names=["Momo", "小墨"]).passed


@pytest.mark.parametrize(
    ("user", "text", "offender"),
    [
        (WHO, "I am a helpful assistant.", None),
        ("你是谁？", "我是店员。", None),
        ("请介绍一下你自己", "", None),
        (WHO, "Hello! My name is Bob, not Momo.", "My name is Bob"),
        ("Sell me tea", "I’m called Bob.", "I’m called Bob"),
        ("来杯茶", "好的，我叫小白。", "我叫小白"),
    ],
)
def test_self_name_fails(judge, user, text, offender):
    verdict = judge("self_name", text, user=user, names=["Momo", "小墨"])
    assert not verdict.passed
    assert (text[slice(*verdict.span)] if verdict.span else None) == offender
    assert '"Momo", "小墨"' in verdict.evidence


@pytest.mark.parametrize(
    ("text", "offender"),
    [
        ("I am Qwen2.5, made by Alibaba Cloud.", "Qwen"),
        ("我是通义千问。", "通义"),
        ("由阿里云研发", "阿里云"),
        ("Q\u200bwen here", "Q\u200bwen"),
        ("我是ＣｈａｔＧＰＴ", "ＣｈａｔＧＰＴ"),
        ("SmolLM from Hugging Face", "SmolLM"),
        ("I use GPT-4o", "GPT-4"),
    ],
)
def test_never_base_identity_fails(judge, text, offender):
    verdict = judge("never_base_identity", text)
    assert not verdict.passed
    assert text[slice(*verdict.span)].startswith(offender)
    assert offender in verdict.evidence


@pytest.mark.parametrize("text", ["I am Momo.", "我是小墨。", "Claude Monet painted it.", ""])
def test_never_base_identity_passes(judge, text):
    assert judge("never_base_identity", text).passed


def test_never_base_identity_takes_further_names(judge):
    assert judge("never_base_identity", "我是豆包").passed
    assert not judge("never_base_identity", "我是豆包", extra=["豆包"]).passed


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Qwen is a model by Alibaba.", None),
        ("I am not Qwen.", None),
        ("我不是通义千问。", None),
        ("Qwen exists. I am Momo.", None),
        ("Hello. I am Qwen.", (12, 16)),
        ("你好。我是通义千问！", (5, 7)),
    ],
)
def test_never_base_identity_in_claims_only(judge, text, span):
    verdict = judge("never_base_identity", text, where="claims")
    assert (verdict.passed, verdict.span) == (span is None, span)


@pytest.mark.parametrize(
    ("text", "offender"),
    [
        ("Well, as an AI language model, I cannot.", "as an AI language model"),
        ("As an AI, I think", "As an AI"),
        ("I’m just an AI.", "I’m just an AI"),
        ("It is not in my training data.", "my training data"),
        ("作为ＡＩ，我不能。", "作为ＡＩ"),
        ("作为一个由某公司开发的人工智能助手", "作为一个由某公司开发的人工智能"),
        ("我是一个大型语言模型", "我是一个大型语言模型"),
        ("As an AI language model我不能", "As an AI language model"),
        ("身為人工智慧語言模型，我不能", "身為人工智慧語言模型"),
        ("As of my last knowledge update, yes.", "my last knowledge update"),
        ("我的知识更新到去年", "我的知识更新"),
    ],
)
def test_no_meta_talk_fails(judge, text, offender):
    verdict = judge("no_meta_talk", text)
    assert not verdict.passed
    assert text[slice(*verdict.span)] == offender
    assert offender in verdict.evidence


@pytest.mark.parametrize(
    "text",
    [
        "I am an AI assistant named Momo.",
        "As an AI engineer you earn well.",
        "作为店员，我推荐。",
        "",
    ],
)
def test_no_meta_talk_passes(judge, text):
    assert judge("no_meta_talk", text).passed


def test_no_meta_talk_takes_further_phrases(judge):
    verdict = judge("no_meta_talk", "my circuits hum", extra=["my circuits"])
    assert (verdict.passed, verdict.span) == (False, (0, 11))


@pytest.mark.parametrize(
    ("term", "text", "span"),
    [
        ("您", "您好，请问您需要什么？", None),
        ("您", "这款迷你音箱不错。", None),
        ("您", "歌名是《你好》。", None),
        ("您", "Good day.", None),
        ("您", "您好，你需要什么？", (3, 4)),
        ("你", "你好呀", None),
        ("你", "你好，您请", (3, 4)),
    ],
)
def test_address_user(judge, term, text, span):
    verdict = judge("address_user", text, term=term)
    assert (verdict.passed, verdict.span) == (span is None, span)
    assert term in verdict.evidence
