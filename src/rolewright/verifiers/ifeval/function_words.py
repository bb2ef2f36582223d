"""Telling languages apart by their script and their commonest words.

Written for text of a sentence or more. The same text always gets the same answer, and the answer
can be explained by counting: that is what a statistical guesser does not offer.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from rolewright.verifiers.segmentation import HAN, KANA, prose_of

Language = Literal[
    "ar", "bg", "bn", "de", "en", "es", "fa", "fi", "fr", "gu", "he", "hi", "id", "it", "ja", "kn",
    "ko", "ml", "mr", "ne", "nl", "pa", "pl", "pt", "ro", "ru", "sv", "sw", "ta", "te", "th", "tr",
    "uk", "ur", "vi", "zh",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells a language.

    Attributes:
        name: the language's English name.
        script: the first word of its letters' Unicode names.
        words: common words, which need not be exclusive to it; none where the script suffices.
    """

    name: str
    script: str
    words: frozenset[str] = frozenset()


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _traits(name: str, script: str, words: str = "") -> Traits:
    return Traits(name, script, frozenset(_fold(words).split()))


LANGUAGES: Final[dict[Language, Traits]] = {
    "ar": _traits(
        "Arabic",
        "ARABIC",
        "في من على أن إلى هذا التي الذي ما لا هذه مع عن كان هو هي كل أو لم قد بعد بين ذلك كما "
        "إن يمكن أنا نحن ليس كانت حيث عند",
    ),
    "bg": _traits(
        "Bulgarian",
        "CYRILLIC",
        "и в не на да се за е от с че са по като но това той ще или до при който която които "
        "си ги аз ние вие много само също може този тази има бъде към най",
    ),
    "bn": _traits("Bengali", "BENGALI"),
    "de": _traits(
        "German",
        "LATIN",
        "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als "
        "auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem "
        "über einen so zum war haben nur oder aber vor zur bis mehr durch sein wurde ich wir "
        "ihr kann wenn sehr",
    ),
    "en": _traits(
        "English",
        "LATIN",
        "the of and to in is you that it he was for on are as with his they i at be this have "
        "from or had by not but what all were we when your can said there an a each which she "
        "do how their if will up about out many then them these so some her would make like "
        "him into has more two see my could than been who its now did get may me our also "
        "just very any because most only after where here no one should other please yes",
    ),
    "es": _traits(
        "Spanish",
        "LATIN",
        "el la de que y a en los las un una por con para es del se no su al lo como más pero "
        "sus le ya o este sí porque esta entre cuando muy sin sobre también me hasta hay "
        "donde desde todo nos todos uno les ni ese eso yo otro son fue ser está tiene era",
    ),
    "fa": _traits(
        "Persian",
        "ARABIC",
        "و در به از که این را با است برای آن یک خود تا بر هم شد می های ما شده باید او من نیز "
        "اگر اما یا هر بود ها هستند دارد",
    ),
    "fi": _traits(
        "Finnish",
        "LATIN",
        "ja on ei se että oli hän en ovat mutta kun niin tai myös joka mitä kuin sen ole minä "
        "olla jos jo vain sekä hänen nyt sitä tämä tämän voi kaikki sinä me he ne hyvin",
    ),
    "fr": _traits(
        "French",
        "LATIN",
        "le la les de des du un une et est en que qui dans pour pas sur plus par ne se au aux "
        "avec ce il elle son sa ses ou mais nous vous je tu leur on cette ces comme tout être "
        "sont fait l d qu n s c j était très sans même aussi bien à",
    ),
    "gu": _traits("Gujarati", "GUJARATI"),
    "he": _traits("Hebrew", "HEBREW"),
    "hi": _traits(
        "Hindi",
        "DEVANAGARI",
        "है और के में की का से को यह पर हैं नहीं ने भी एक कि लिए इस था हो तो कर वह या थे थी "
        "गया अपने हम आप मैं जो",
    ),
    "id": _traits(
        "Indonesian",
        "LATIN",
        "yang dan di ini itu dengan untuk dari dalam tidak adalah pada ke akan juga atau saya "
        "oleh ada kami bisa sebagai mereka anda karena lebih kita telah sudah",
    ),
    "it": _traits(
        "Italian",
        "LATIN",
        "il la le lo gli di che e in un una per con non è del della dei delle da si sono come "
        "più anche alla al nel nella i ma se o ha questo questa era dal suo sua essere molto "
        "quando tutti tutto ci ne mi perché ho cosa loro così l dell",
    ),
    "ja": _traits("Japanese", "KANA"),
    "kn": _traits("Kannada", "KANNADA"),
    "ko": _traits("Korean", "HANGUL"),
    "ml": _traits("Malayalam", "MALAYALAM"),
    "mr": _traits(
        "Marathi",
        "DEVANAGARI",
        "आहे आणि च्या हे या की ते तो एक नाही आहेत मी होते होता आपण तर पण साठी किंवा असे "
        "आपल्या मध्ये त्या काही केले मला",
    ),
    "ne": _traits(
        "Nepali",
        "DEVANAGARI",
        "छ र को मा लागि छन् यो पनि हो गर्न एक भएको गरेको हुन्छ ले बाट तर हामी म तपाईं थियो "
        "त्यो गर्ने वा लाई हुन् छैन",
    ),
    "nl": _traits(
        "Dutch",
        "LATIN",
        "de het een van en in is dat op te zijn met voor niet aan er om ook als maar dan bij "
        "door nog wel naar uit ze hij heeft worden deze dit wordt je ik wij we over hun geen "
        "meer zo werd",
    ),
    "pa": _traits("Punjabi", "GURMUKHI"),
    "pl": _traits(
        "Polish",
        "LATIN",
        "i w na z do nie się to jest że o jak ale za od po tak co dla przez jego jej są ten "
        "który która które przy może być tylko już oraz lub ich ta te był była czy bardzo "
        "także można",
    ),
    "pt": _traits(
        "Portuguese",
        "LATIN",
        "o a os as de que e do da em um uma para com não por mais dos das no na se como mas "
        "ao ele foi à seu sua ou quando muito nos já eu também só pelo pela até isso ela "
        "entre depois sem mesmo aos quem me esse eles você está são ser tem",
    ),
    "ro": _traits(
        "Romanian",
        "LATIN",
        "și de la în a nu cu pe că este o un care din mai se sunt pentru ce sau fi au ca prin "
        "dar el ea am acest această",
    ),
    "ru": _traits(
        "Russian",
        "CYRILLIC",
        "и в не на я что он с а как это по но они к у из мы за вы так же от для о его было бы "
        "до или когда если еще её нет быть был есть только все также может этот эта",
    ),
    "sv": _traits(
        "Swedish",
        "LATIN",
        "och i att det som en på är av för med till den har de inte om ett han men var jag "
        "sig från vi så kan när hon nu eller under också efter mycket",
    ),
    "sw": _traits(
        "Swahili",
        "LATIN",
        "ya na wa kwa ni la za katika kuwa hii hiyo cha vya yake wake kama pia lakini watu "
        "kila au si ili huo hivyo sana baada yangu yetu wao wote mimi wewe sisi kwamba bila "
        "zaidi",
    ),
    "ta": _traits("Tamil", "TAMIL"),
    "te": _traits("Telugu", "TELUGU"),
    "th": _traits("Thai", "THAI"),
    "tr": _traits(
        "Turkish",
        "LATIN",
        "ve bir bu için ile da de çok olarak daha gibi olan ne kadar ama o her sonra en ben "
        "var değil ki mi veya onun",
    ),
    "uk": _traits(
        "Ukrainian",
        "CYRILLIC",
        "і в не на що я він з а як це по та до але вони у за ми ви так від для о його було б "
        "або коли якщо ще її немає бути був є тільки все також може цей ця й",
    ),
    "ur": _traits(
        "Urdu",
        "ARABIC",
        "کے میں کی ہے اور سے کا کو پر نے ہیں یہ کہ بھی ایک تھا کر لیے نہیں جو وہ ہو تو اس یا "
        "اپنے ہم آپ تھے گیا کیا ان",
    ),
    "vi": _traits(
        "Vietnamese",
        "LATIN",
        "và của là có không được trong cho một người những các này với để đã khi từ đến như "
        "cũng ra vào nhiều sẽ lại về thì tôi bạn đó còn rất phải hay nhưng trên",
    ),
    "zh": _traits("Chinese", "CJK"),
}


def _languages_of_words() -> dict[str, list[Language]]:
    languages: dict[str, list[Language]] = {}
    for code, traits in LANGUAGES.items():
        for word in traits.words:
            languages.setdefault(word, []).append(code)
    return languages


_LANGUAGES_OF: Final = _languages_of_words()
"""The languages of which a word is a common one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many words a text has, and what they say about its language.

    Attributes:
        words: words in the text's main script.
        common: for each language written in it, how many of them are common words of the language;
            empty where no language of the table is.
    """

    words: int
    common: Mapping[Language, int]


_PIECE = re.compile(
    f"[{HAN}{KANA}]|[^\\s\\d{HAN}{KANA}!-/:-@\\[-`{{-~\u00a1\u00ab\u00bb\u00bf\u060c\u061b\u061f\u06d4"
    "\u0964\u0965\u2000-\u200b\u200e-\u206f\u3000-\u3020]+"
)
# Chinese quoted in Japanese names and headings is common, Japanese prose without kana is not.
_LEAST_KANA_SHARE = 0.1
# Thai has no spaces between words; this is about the length of one.
_THAI_WORD_CHARACTERS = 5


def count_evidence(text: str) -> Evidence | None:
    """Count the common words of each language that has the text's main script.

    Each Han or kana character is a word, so that Latin names weigh little in a Chinese text.
    Thoughts, code and URLs are left out, unless nothing but them would remain. None if the text has
    no letters.
    """
    words = _words(prose_of(text)) or _words(text)
    if not words:
        return None
    shares: Counter[str] = Counter()
    for word, script in words:
        shares[script] += max(1, len(word) // _THAI_WORD_CHARACTERS) if script == "THAI" else 1
    kana, han = shares.pop("KANA", 0), shares.pop("CJK", 0)
    if kana + han >= max(shares.values(), default=0):
        is_japanese = kana >= _LEAST_KANA_SHARE * (kana + han)
        return Evidence(kana + han, {"ja" if is_japanese else "zh": 0})
    main = max(shares, key=lambda script: shares[script])
    common = Counter(
        code for word, script in words if script == main for code in _LANGUAGES_OF.get(word, ())
    )
    return Evidence(
        shares[main],
        {code: common[code] for code, traits in LANGUAGES.items() if traits.script == main},
    )


def _words(text: str) -> list[tuple[str, str]]:
    """A text's words, each with its script."""
    pieces = _PIECE.findall(_fold(text))
    letters = (next(filter(str.isalpha, piece), "") for piece in pieces)
    scripts = (_script(letter) for letter in letters)
    return [(piece, script) for piece, script in zip(pieces, scripts, strict=True) if script]


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The script of a letter; "" of none."""
    name = unicodedata.name(letter, "").split(" ", 1)[0] if letter else ""
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return "KANA"
    return "CJK" if name == "IDEOGRAPHIC" else name
