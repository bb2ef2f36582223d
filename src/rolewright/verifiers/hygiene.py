"""What must not be left over in an answer: thoughts, and blanks that nobody filled in."""

import re
from typing import Literal

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import quoted
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import without_code
from rolewright.verifiers.thought import without_thoughts
from rolewright.verifiers.verdict import Verdict

THOUGHT_TAG = re.compile(
    r"</?\s?(?:think|thinking|thought|thoughts|reasoning|scratchpad|思考)\s?>", re.IGNORECASE
)
FIRST_BLOCK = re.compile(r"\s*<think>(?:(?!</?think>).)*</think>", re.DOTALL)
_FILL_IN = r"your|insert|enter|fill in|您的|你的|请填写|填写|填入|插入"
_FIELDS = (
    r"(?:(?:guest|customer|client|user|member|patient|student|employee|manager|sender|agent|first|"
    r"last|full|hotel|shop|store|event|start|end|due|order|delivery|contact|home|street)[ _])?"
    r"(?:name|date|address|phone|email)|company|title|placeholder|recipient|amount|product|city|"
    r"(?:客户|用户|您的|[你您]|公司)?(?:姓名|名字|名称|全名)|公司|日期|称呼|地址|电话|邮箱|金额|标题|收件人|产品|城市"
)
# 【地址】 is how Chinese lists name a field; only 【请填写…】 is a blank.
BLANK = re.compile(
    rf"\[(?:{_FILL_IN}|{_FIELDS})(?![a-z])[^\[\]\n]{{0,30}}\](?!\()"
    rf"|【(?:{_FILL_IN})[^【】\n]{{0,30}}】"
    r"|\{\{[^{}\n]{1,40}\}\}|(?<![A-Za-z])(?:XXX+|TODO|TBD|FIXME)(?![A-Za-z])|lorem ipsum|_{4,}",
    re.IGNORECASE,
)


@verifier("think_hygiene", reads_thoughts=True)
def think_hygiene(
    text: str, conversation: Conversation, *, block: Literal["none", "first"] = "none"
) -> Verdict:
    """Check that no reasoning leaks into the answer.

    Tags such as ``<think>``, ``</thinking>`` and ``<reasoning>`` count, in code as well. All other
    verifiers judge the answer without its ``<think>`` blocks.

    Rule parameters:
        block: "first" allows one whole ``<think>`` block before the answer, as the training
            data of a model that thinks has it; an answer has to follow.
    """
    start = 0
    if block == "first" and (whole := FIRST_BLOCK.match(text)):
        start = whole.end()
        if not without_thoughts(text).text.strip():
            return Verdict(False, "nothing follows the <think> block")
    tag = THOUGHT_TAG.search(text, start)
    if tag is None:
        return Verdict(True, "no reasoning in the answer")
    return Verdict(False, f"has the tag {quoted(tag[0])}", tag.span())


@verifier("no_placeholders")
def no_placeholders(text: str, conversation: Conversation) -> Verdict:
    """Check that the answer has no blank that somebody would have to fill in.

    ``[Your Name]``, ``[公司名称]``, ``【请填写】``, ``{{date}}``, ``XXX``, ``TODO`` and ``____``
    count, outside code. A link's ``[name](…)`` does not.
    """
    blank = BLANK.search(without_code(text))
    if blank is None:
        return Verdict(True, "no placeholder")
    return Verdict(False, f"has the placeholder {quoted(blank[0])}", blank.span())
