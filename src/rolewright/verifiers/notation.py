"""How dates, amounts of money and measures are written."""

import re
from typing import Annotated, Final, Literal

from pydantic import Field

from rolewright.conversations.conversation import Conversation
from rolewright.verifiers.matching import Phrases, compile_wording, fold_phrase, listed, quoted
from rolewright.verifiers.registry import verifier
from rolewright.verifiers.segmentation import prose_of
from rolewright.verifiers.verdict import Verdict

DateStyle = Literal[
    "YYYY-MM-DD",
    "YYYY/MM/DD",
    "YYYY.MM.DD",
    "YYYY年M月D日",
    "DD/MM/YYYY",
    "MM/DD/YYYY",
    "D Month YYYY",
    "Month D, YYYY",
]
Digits = Annotated[int, Field(ge=0, le=6)]

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH_NUMBER = r"(?:0?[1-9]|1[0-2])"
_ZH_DIGIT = "[〇零一二三四五六七八九]"
_ORDINAL = rf"{_DAY}(?:st|nd|rd|th)?"
_DATE = compile_wording(
    rf"(?<![\d.])\d{{4}} ?(?P<mark>[-/.]) ?{_MONTH_NUMBER} ?(?P=mark) ?{_DAY}(?!\d)"
    rf"|(?<!\d)(?:\d{{4}}|\d{{2}}) ?年 ?\d{{1,2}} ?月(?: ?\d{{1,2}} ?[日号])?"
    rf"|{_ZH_DIGIT}{{4}}年[一二三四五六七八九十]{{1,2}}月(?:[一二三四五六七八九十]{{1,3}}[日号])?"
    rf"|(?<![\d./-])\d{{1,2}}(?P<sign>[-/.])\d{{1,2}}(?P=sign)\d{{4}}(?!\d)"
    rf"|\b{_ORDINAL} (?:of )?{_MONTH},? \d{{4}}\b|\b{_MONTH} {_ORDINAL},? \d{{4}}\b",
    re.IGNORECASE,
)
_NAMED_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_STYLES: Final[dict[DateStyle, re.Pattern[str]]] = {
    "YYYY-MM-DD": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "YYYY/MM/DD": re.compile(r"\d{4}/\d{2}/\d{2}"),
    "YYYY.MM.DD": re.compile(r"\d{4}\.\d{2}\.\d{2}"),
    "YYYY年M月D日": re.compile(r"\d{4}年[1-9]\d?月(?:[1-9]\d?日)?"),
    "DD/MM/YYYY": re.compile(r"(?:0[1-9]|[12]\d|3[01])/(?:0[1-9]|1[0-2])/\d{4}"),
    "MM/DD/YYYY": re.compile(r"(?:0[1-9]|1[0-2])/(?:0[1-9]|[12]\d|3[01])/\d{4}"),
    "D Month YYYY": re.compile(rf"[1-9]\d? {_NAMED_MONTH} \d{{4}}"),
    "Month D, YYYY": re.compile(rf"{_NAMED_MONTH} [1-9]\d?, \d{{4}}"),
}

_NUMBER = r"(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:\.\d+)?"
_ZH_NUMBER = r"[一二两三四五六七八九十百千万亿几半]{1,8}"
_MONEY_BEFORE = r"(?:[A-Z]{1,3}\$|US\$|[$¥￥€£₩₹]|RMB|CNY|USD|EUR|GBP|JPY|HKD)"
_MONEY_AFTER = (
    r"(?:人民币|美元|美金|欧元|英镑|日元|港元|港币|元(?![旦素件组年月音器首朝宵])|块钱|块(?=[\s。，,.!！?？；]|\Z)|RMB|CNY|USD|EUR|GBP|JPY|HKD|yuan|"
    r"dollars?|euros?|pounds? sterling|yen|bucks|[€£])(?![A-Za-z])"
)
_SCALE = r"(?: ?(?:万|亿|千|million|billion|thousand|k|m|bn)(?![A-Za-z]))?"
_MONEY = re.compile(
    rf"(?P<before>(?<![A-Za-z]){_MONEY_BEFORE}) ?(?P<amount>{_NUMBER}){_SCALE}"
    rf"|(?<![\d.,])(?P<number>{_NUMBER}){_SCALE} ?(?P<after>{_MONEY_AFTER})"
)

_IMPERIAL = (
    r"miles?|mi|feet|foot|ft|inch(?:es)?|yards?|yd|pounds?|lbs?|ounces?|oz|gallons?|gal|pints?|"
    r"quarts?|acres?|mph|°F|℉|degrees Fahrenheit|英里|英尺|英寸|英亩|磅|盎司|加仑|品脱|华氏度"
)
_METRIC = (
    r"km|kilomet(?:er|re)s?|cm|centimet(?:er|re)s?|mm|millimet(?:er|re)s?|met(?:er|re)s?|kg|"
    r"kilos?|kilograms?|grams?|mg|ml|mL|lit(?:er|re)s?|hectares?|km/h|kph|°C|℃|degrees Celsius|"
    r"公里|千米|厘米|毫米|米|公斤|千克|克|毫克|毫升|升|公顷|摄氏度"
)
_AMOUNT = rf"(?:{_NUMBER}|{_ZH_NUMBER})[ -]?"
_MEASURES: Final = {
    "imperial": re.compile(rf"(?<![\d.,]){_AMOUNT}(?:{_IMPERIAL})(?![A-Za-z])"),
    "metric": re.compile(rf"(?<![\d.,]){_AMOUNT}(?:{_METRIC})(?![A-Za-z])"),
}


@verifier("date_format")
def date_format(
    text: str,
    conversation: Conversation,
    *,
    styles: Annotated[tuple[DateStyle, ...], Field(min_length=1)],
) -> Verdict:
    """Check that whole dates are written in one of the given styles.

    Code and URLs are left out. A date counts where it has a year; of Chinese ones 2024年5月 as
    well. An answer without dates passes.

    Rule parameters:
        styles: what is allowed; MM and DD have two digits, M and D have no leading zero, Month is
            the whole English name.
    """
    dates = list(_DATE.finditer(prose_of(text)))
    for date in dates:
        if not any(_STYLES[style].fullmatch(date[0]) for style in styles):
            evidence = f"writes the date {quoted(date[0])}, not as {', '.join(styles)}"
            return Verdict(False, evidence, date.span())
    return Verdict(True, f"{len(dates)} dates, all as {', '.join(styles)}")


@verifier("currency_format")
def currency_format(
    text: str,
    conversation: Conversation,
    *,
    marks: Phrases,
    position: Literal["before", "after"],
    decimals: Digits | None = None,
) -> Verdict:
    """Check that amounts of money have the right sign or word, in the right place.

    Known are $, ¥, €, £, 元, 块, 美元, RMB, CNY, USD, dollars and others, beside digits; code and
    URLs are left out. An answer without amounts passes.

    Rule parameters:
        marks: what may stand beside the number ("¥", "元", "USD"); width and case do not matter.
        position: whether it stands before the number or after it.
        decimals: how many digits follow the decimal point; any where it is left out.
    """
    allowed = {fold_phrase(mark) for mark in marks}
    amounts = list(_MONEY.finditer(prose_of(text)))
    for amount in amounts:
        mark = amount[position]
        if mark is None or fold_phrase(mark) not in allowed:
            evidence = f"writes {quoted(amount[0])}, not {listed(marks)} {position} the number"
            return Verdict(False, evidence, amount.span())
        number = amount["amount"] or amount["number"]
        if decimals is not None and len(number.partition(".")[2]) != decimals:
            evidence = f"writes {quoted(amount[0])}, not with {decimals} decimals"
            return Verdict(False, evidence, amount.span())
    return Verdict(True, f"{len(amounts)} amounts of money, all as required")


@verifier("unit_system")
def unit_system(
    text: str, conversation: Conversation, *, units: Literal["metric", "imperial"]
) -> Verdict:
    """Check that measures are metric, or imperial, only.

    A measure is a number with a unit ("5 miles", "10英尺", "70°F"), outside code and URLs. Units
    that are common words or letters (in, m, g, l, 里, 斤) are not looked for.

    Rule parameters:
        units: what is allowed.
    """
    other = "imperial" if units == "metric" else "metric"
    measure = _MEASURES[other].search(prose_of(text))
    if measure is None:
        return Verdict(True, f"no {other} measure")
    return Verdict(False, f"has the {other} measure {quoted(measure[0])}", measure.span())
