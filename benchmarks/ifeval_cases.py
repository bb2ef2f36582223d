"""Texts and instructions on which two implementations of IFEval can be compared.

Documents are drawn from templates, or taken from answers given; an instruction's maker makes about
half of its texts follow it; most of what comes out is changed a little, as models' answers are.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Made = tuple[str, dict[str, Any]]

WHO = ("The gardener", "My old friend", "A young pilot", "She", "Our team", "Dr. Miller",
       "The well-known author", "Mr. Brown", "Nobody", "The U.S. government", "I", "NASA",
       "Every student", "This machine", "It")  # fmt: skip
DOES = ("does not like", "finally found", "has written about", "can't forget", "is looking for",
        "paid $3.50 for", "would rather sell", "didn't expect", "keeps talking about",
        "has been using", "REALLY enjoys", "compared")  # fmt: skip
WHAT = ("the blue bicycle", "a cup of tea", "three short poems", "the new bridge, which is long",
        "an e-mail from Paris", "the city's oldest park", "a 2-hour film", "cheese and bread",
        "*fresh* vegetables", "the report (version 2.1)", "a state-of-the-art engine",
        "music, e.g. jazz and blues", "the truth", "ten cats")  # fmt: skip
WHERE = ("", "", "", " in the morning", " at 10 a.m. on Monday", " for the first time",
         ", and that is all", " near the river", " because of the rain",
         ' and says "never again"', " in St. Louis", " every single day")  # fmt: skip
ENDS = (".", ".", ".", ".", "!", "?", "...", ".")
OPENINGS = ("Sure, here is my answer:", "Certainly! Here you go:", "**Answer**", "Here it is:")
CLOSINGS = ("I hope this helps!", "Let me know if you need anything else.", "**The end**")
KEYWORDS = ("tea", "river", "morning", "cat", "poem", "engine", "bread", "never", "truth", "blue",
            "state", "the", "film")  # fmt: skip
RELATIONS = ("less than", "at least")
CONSTRAINED = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
END_PHRASES = ("Is there anything else I can help with?", "Any other questions?", "That is all.")
PROMPTS = ("Write a short note about a bridge.", "What do you think of tea?\nAnswer briefly.")
TITLES = ("<<A Day at the River>>", "<<poem of joy>>", "<<<Tea>>>", "<< >>", "<A Title>", "«Title»")
FOREIGN: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "sentences.json").read_text("utf-8")
)


def sentence(draw: random.Random) -> str:
    """One English sentence."""
    return "".join(
        (draw.choice(WHO), " ", draw.choice(DOES), " ", draw.choice(WHAT), draw.choice(WHERE),
         draw.choice(ENDS))
    )  # fmt: skip


def paragraph(draw: random.Random) -> str:
    """Some sentences on one line."""
    return " ".join(sentence(draw) for _ in range(draw.randint(1, 5)))


def document(draw: random.Random, answers: Sequence[str]) -> str:
    """An answer as a chat model might give it."""
    shape = draw.randrange(8)
    if shape == 0 and answers:
        return draw.choice(answers)
    if shape == 1:
        items = [f"{draw.choice('*-')} {sentence(draw)}" for _ in range(draw.randint(1, 6))]
        return "\n".join([sentence(draw), "", *items])
    if shape == 2:
        items = [f"{i}. {sentence(draw)}" for i in range(1, draw.randint(2, 5))]
        return "\n".join([paragraph(draw), *items, "", paragraph(draw)])
    if shape == 3:
        return f"# {draw.choice(WHAT).title()}\n\n{paragraph(draw)}\n\n## More\n\n{paragraph(draw)}"
    if shape == 4:
        return f"Dear [name],\n\n{paragraph(draw)}\n\nYours,\n[signature]\n\nP.S. {sentence(draw)}"
    return "\n\n".join(paragraph(draw) for _ in range(draw.randint(1, 4)))


def change(draw: random.Random, text: str) -> str:
    """Change a text a little, or not."""
    lines = text.split("\n")
    place = draw.randrange(len(text) + 1)
    changed = {
        0: lambda: f"{draw.choice(OPENINGS)}\n{text}",
        1: lambda: f"{text}\n{draw.choice(CLOSINGS)}",
        2: lambda: f"{draw.choice(OPENINGS)}\n\n{text}\n\n{draw.choice(CLOSINGS)}",
        3: lambda: text[:place] + draw.choice('*,.!"-[]#\n A7é') + text[place:],
        4: lambda: text[:place] + text[place + 1 :],
        5: lambda: text[:place] + draw.choice(("\n\n", "***", " IMPORTANT ", "😀 ")) + text[place:],
        6: lambda: "\n".join(line for line in lines if draw.random() > 0.2),
        7: lambda: f"  {text}\n",
    }
    return changed.get(draw.randrange(14), lambda: text)()


def near(draw: random.Random, count: int) -> int:
    """A threshold that a count passes about half the time."""
    return max(1, round(count * draw.uniform(0.5, 1.5)) + draw.choice((-1, 0, 0, 1)))


def _count(key: str, relation: str, measure: Callable[[str], int]) -> Callable[..., Made]:
    def make(draw: random.Random, text: str) -> Made:
        return text, {key: near(draw, measure(text)), relation: draw.choice(RELATIONS)}

    return make


def _words(draw: random.Random, text: str, key: str, share: float) -> Made:
    there = [word for word in KEYWORDS if word in text.lower()]
    pool = there if there and draw.random() < share else KEYWORDS
    return text, {key: draw.sample(pool, min(len(pool), draw.randint(1, 2)))}


def _frequency(draw: random.Random, text: str) -> Made:
    word = draw.choice(KEYWORDS)
    kwargs = {"keyword": word, "frequency": near(draw, text.lower().count(word))}
    return text, {**kwargs, "relation": draw.choice(RELATIONS)}


def _letter(draw: random.Random, text: str) -> Made:
    letter = draw.choice("aeiotnsrqz")
    kwargs = {"letter": letter, "let_frequency": near(draw, text.lower().count(letter))}
    return text, {**kwargs, "let_relation": draw.choice(RELATIONS)}


def _language(draw: random.Random, text: str) -> Made:
    code = draw.choice(["en", *FOREIGN])
    if code != "en":
        text = " ".join(draw.sample(FOREIGN[code], draw.randint(2, 3)))
    return text, {"language": code if draw.random() < 0.6 else draw.choice(["en", *FOREIGN])}


def _paragraphs(draw: random.Random, text: str) -> Made:
    pieces = text.split("\n\n")
    divider = draw.choice(("\n\n***\n\n", "\n***\n", " *** ", "\n\n"))
    return divider.join(pieces), {"num_paragraphs": max(1, len(pieces) + draw.choice((0, 0, 1)))}


def _first_word(draw: random.Random, text: str) -> Made:
    pieces = [piece for piece in text.split("\n\n") if piece.strip()] or ["Well"]
    nth = draw.randint(1, len(pieces))
    word = pieces[nth - 1].split()[0].strip("\"'.,?!").lower() or "well"
    first = word if draw.random() < 0.6 else draw.choice(KEYWORDS)
    count = len(pieces) + draw.choice((0, 0, 0, 1))
    return text, {"num_paragraphs": count, "nth_paragraph": nth, "first_word": first}


def _placeholders(draw: random.Random, text: str) -> Made:
    for name in draw.sample(("address", "name", "your city", "DATE"), draw.randint(1, 4)):
        place = draw.randrange(len(text) + 1)
        text = f"{text[:place]}[{name}]{text[place:]}"
    return text, {"num_placeholders": draw.randint(1, 4)}


def _postscript(draw: random.Random, text: str) -> Made:
    tail = draw.choice(("", "\n\nP.S. Bye", "\n\nP.P.S. Bye", "\np. s. bye", "\nPS: Bye"))
    return text + tail, {"postscript_marker": draw.choice(("P.S.", "P.P.S"))}


def _bullets(draw: random.Random, text: str) -> Made:
    items = [f"{draw.choice(('*', '*', '-', '  -'))} {sentence(draw)}" for _ in range(3)]
    text = "\n".join([text, *items[: draw.randint(0, 3)]])
    count = sum(line.lstrip()[:1] in ("*", "-") for line in text.split("\n") if line.strip())
    return text, {"num_bullets": max(1, count + draw.choice((0, 0, 1, -1)))}


def _constrained(draw: random.Random, text: str) -> Made:
    said = draw.choice(CONSTRAINED)
    return draw.choice((said, f"{said} {text}", said.lower(), text, f"Well. {said}")), {}


def _highlights(draw: random.Random, text: str) -> Made:
    words = text.split(" ")
    for _ in range(draw.randint(0, 5)):
        place = draw.randrange(len(words))
        mark = draw.choice(("*", "**", "*", "***", "__"))
        words[place] = f"{mark}{words[place]}{mark}"
    return " ".join(words), {"num_highlights": draw.randint(1, 4)}


def _sections(draw: random.Random, text: str) -> Made:
    name = draw.choice(("Section", "SECTION", "Part"))
    pieces = [f"{name} {i}\n{paragraph(draw)}" for i in range(1, draw.randint(2, 5))]
    wanted = {"section_spliter": draw.choice((name, name, "Section"))}
    return "\n\n".join([*pieces, text]), {**wanted, "num_sections": draw.randint(1, 3)}


def _json(draw: random.Random, text: str) -> Made:
    value = draw.choice(({"answer": text, "n": 3}, [text], {"a": {"b": [1, 2.5, None]}}))
    written = json.dumps(value, indent=draw.choice((None, 2)), ensure_ascii=False)
    shown = (written, f"```json\n{written}\n```", f"```\n{written}\n```", f"{written},", text)
    return draw.choice(shown), {}


def _title(draw: random.Random, text: str) -> Made:
    return f"{draw.choice(TITLES)}\n\n{text}", {}


def _two_responses(draw: random.Random, text: str) -> Made:
    other = draw.choice((text, paragraph(draw), paragraph(draw), paragraph(draw), ""))
    divider = draw.choice(("******", "\n******\n", "\n\n******\n\n", "\n***\n", "*******"))
    return f"{text}{divider}{other}", {}


def _repeat(draw: random.Random, text: str) -> Made:
    prompt = draw.choice(PROMPTS)
    begun = draw.choice((prompt, prompt.upper(), prompt[:-1], "", prompt, prompt))
    return f"{begun}\n\n{text}", {"prompt_to_repeat": prompt}


def _end(draw: random.Random, text: str) -> Made:
    phrase = draw.choice(END_PHRASES)
    tail = draw.choice((phrase, phrase, phrase.lower(), f'"{phrase}"', f"{phrase} Bye.", ""))
    return f"{text} {tail}", {"end_phrase": phrase}


def _capital_words(draw: random.Random, text: str) -> Made:
    words = [word.upper() if draw.random() < 0.15 else word for word in text.split(" ")]
    count = sum(word.isupper() for word in words)
    kwargs = {"capital_frequency": near(draw, count), "capital_relation": draw.choice(RELATIONS)}
    return " ".join(words), kwargs


def _cased(case: Callable[[str], str]) -> Callable[..., Made]:
    def make(draw: random.Random, text: str) -> Made:
        if draw.random() < 0.15:
            text = " ".join(FOREIGN[draw.choice(("de", "fr", "es", "it", "pl", "ru"))])
        return (case(text) if draw.random() < 0.9 else text), {}

    return make


def _no_comma(draw: random.Random, text: str) -> Made:
    return (text.replace(",", "") if draw.random() < 0.5 else text), {}


def _quotation(draw: random.Random, text: str) -> Made:
    whole = f'"{text}"'
    return draw.choice((whole, whole, whole, whole, f'"{text}', f"'{text}'", text)), {}


MAKERS: dict[str, Callable[[random.Random, str], Made]] = {
    "keywords:existence": lambda draw, text: _words(draw, text, "keywords", 0.6),
    "keywords:frequency": _frequency,
    "keywords:forbidden_words": lambda draw, text: _words(draw, text, "forbidden_words", 0.5),
    "keywords:letter_frequency": _letter,
    "language:response_language": _language,
    "length_constraints:number_sentences": _count(
        "num_sentences", "relation", lambda text: sum(map(text.count, (". ", ".\n", "!", "?"))) + 1
    ),
    "length_constraints:number_paragraphs": _paragraphs,
    "length_constraints:number_words": _count(
        "num_words", "relation", lambda text: len(text.split())
    ),
    "length_constraints:nth_paragraph_first_word": _first_word,
    "detectable_content:number_placeholders": _placeholders,
    "detectable_content:postscript": _postscript,
    "detectable_format:number_bullet_lists": _bullets,
    "detectable_format:constrained_response": _constrained,
    "detectable_format:number_highlighted_sections": _highlights,
    "detectable_format:multiple_sections": _sections,
    "detectable_format:json_format": _json,
    "detectable_format:title": _title,
    "combination:two_responses": _two_responses,
    "combination:repeat_prompt": _repeat,
    "startend:end_checker": _end,
    "startend:quotation": _quotation,
    "change_case:capital_word_frequency": _capital_words,
    "change_case:english_capital": _cased(str.upper),
    "change_case:english_lowercase": _cased(str.lower),
    "punctuation:no_comma": _no_comma,
}
"""For each id: from a document, a text and the instruction's arguments."""


def build_cases(texts: int, seed: int, answers: Sequence[str]) -> Iterator[Case]:
    """Draw texts, each with one instruction and its arguments; the instructions take turns."""
    draw = random.Random(seed)
    names = list(MAKERS)
    for number in range(texts):
        name = names[number % len(names)]
        text, kwargs = MAKERS[name](draw, document(draw, answers))
        yield {"text": change(draw, text), "instruction_id": name, "kwargs": kwargs}
