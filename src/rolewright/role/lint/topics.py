"""What system messages and rules both speak of."""

import re
from dataclasses import dataclass

from rolewright.role.schema import RoleFile, Rule
from rolewright.verifiers.matching import compile_wording


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that a system message demands in words, and a rule with a verifier.

    Attributes:
        name: for people.
        demanded: where a system message demands it, in English or Chinese.
        mentioned: where a system message speaks of it at all.
        checks: names of verifiers that check it.
    """

    name: str
    demanded: re.Pattern[str]
    mentioned: re.Pattern[str]
    checks: frozenset[str]

    def is_checked(self, role: RoleFile) -> bool:
        """Whether any rule of the role checks it, or any criterion demands it."""
        return any(self.covers(rule) for rule in role.rules) or any(
            self.demanded.search(rule.criterion) for rule in role.judged_rules
        )

    def covers(self, rule: Rule) -> bool:
        """Whether a rule checks it."""
        return rule.verifier.name in self.checks


def _topic(name: str, demanded: str, mentioned: str, *checks: str) -> Topic:
    patterns = [compile_wording(pattern, re.IGNORECASE) for pattern in (demanded, mentioned)]
    return Topic(name, patterns[0], patterns[1], frozenset(checks))


_NUMERAL = (
    r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twenty|[一二两三四五六七八九十百]+)"
)

LENGTH = _topic(
    "a length",
    rf"\b{_NUMERAL}(?:[ -]| or fewer )(?:words?|sentences?|lines?|paragraphs?|characters?)\b"
    rf"|\b(?:one|single)[- ](?:word|sentence|line|paragraph)\b"
    rf"|{_NUMERAL}[个]?(?:字|句|行|段)(?:话|以内|之内)?",
    r"\b(?:words?|sentences?|lines?|paragraphs?|characters?|short|brief|concise|terse|long|detail"
    r"|only)\b|字|句|行|段|简短|简洁|简明|精简|详细|只",
    *("max_length", "min_length", "length_between", "single_line", "exact_answer", "matches"),
    *("count:word_count_range", "length_constraints:number_words"),
    *("length_constraints:number_sentences", "length_constraints:nth_paragraph_first_word"),
)
COUNTED = (
    LENGTH,
    _topic(
        "a language",
        r"\b(?:answer|reply|respond|write|speak|talk)\w*\b[^.\n]{0,30}?\bin (?:english|chinese|"
        r"japanese|korean|russian|arabic|mandarin)\b|\bspeak (?:only )?(?:english|chinese)\b"
        r"|(?:用|以|说|讲|使用)(?:简体|繁体)?(?:中文|汉语|英文|英语|日语|日文|韩语|韩文|俄语|阿拉伯语)",
        r"english|chinese|japanese|korean|russian|arabic|mandarin"
        r"|中文|汉语|英文|英语|日语|日文|韩语|俄语|阿拉伯语|普通话",
        *("language", "language:response_language"),
    ),
    _topic(
        "JSON",
        r"\bjson\b",
        r"\bjson\b",
        "json_object",
        "json_schema",
        "detectable_format:json_format",
    ),
    _topic(
        "plain text",
        r"\b(?:no|without|never use|avoid|don't use) (?:\w+ (?:or|and) )?markdown\b|\bplain text\b"
        r"|(?:不|别|勿)(?:要|得|可)?(?:使?用|带)?\s?markdown|纯文本",
        r"markdown|plain text|纯文本|formatting|格式",
        *("no_markdown", "single_line", "exact_answer"),
    ),
    _topic(
        "no emoji",
        r"\b(?:no|without|never use|avoid|don't use|do not use) emojis?\b"
        r"|(?:不|别|勿)(?:要|得|可)?(?:使用|用|带|发)?(?:表情|emoji)",
        r"emoji|表情",
        *("no_emoji", "exact_answer"),
    ),
    _topic(
        "a list",
        rf"\b(?:exactly|at least|at most|up to|in)? ?{_NUMERAL} (?:bullet points?|bullets?)\b"
        rf"|\bas a (?:bulleted|numbered|bullet) list\b"
        rf"|{_NUMERAL}条(?:要点|列表)|分点(?:作答|回答|列出)",
        r"\blists?\b|bullet|points|items|列表|分点|要点|条",
        *("bullet_list", "detectable_format:number_bullet_lists", "json_object", "json_schema"),
    ),
)
"""What code counts or matches exactly."""
TOPICS = (
    *COUNTED,
    _topic(
        "refusing",
        r"\b(?:refuse|decline)\b|\b(?:do not|don't|never) (?:answer|discuss|give advice|help)\b"
        r"|拒绝|(?:不要|不得|不能|不可|别)(?:回答|讨论|谈论|提供)",
        r"refuse|declin|only answer|can't|cannot|do not|don't|never|not about|拒绝|不|别|只",
        *("refuses", "refuses_topic", "must_include", "exact_answer", "opens_with", "never_say"),
        *("must_say_when", "matches", "never_matches", "answers_in_scope"),
    ),
    _topic(
        "words never to say",
        r"\b(?:never|do not|don't) (?:say|mention|use|call|talk about|name|reveal)\b"
        r"|(?:不要|不得|不能|不可|绝不|别|禁止|不许)(?:说|提|提及|使用|谈|透露|自称)",
        r"never|do not|don't|avoid|without|不|别|禁止|勿|no\b",
        *("never_say", "never_matches", "never_base_identity", "no_meta_talk", "keeps_secret"),
        *("prompt_not_leaked", "register_banned", "no_emoji", "no_markdown", "exact_answer"),
        *("address_user", "first_person", "ai_disclosure", "self_name", "keywords:forbidden_words"),
    ),
    _topic(
        "how the user is addressed",
        r"(?:称呼?|用)[^。，\n]{0,8}[“「\"]?[您你][”」\"]?(?!们)(?=[，。；、\n”」\"]|$)",
        r"[您你]",
        *("address_user", "must_include", "never_say", "never_matches"),
    ),
)
