import random
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolewright.dataset.similarity import (
    SIGNATURE_VALUES,
    estimate_similarity,
    jaccard,
    normalise,
    normalise_width,
    sign,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is it Paris?", "is it PARIS"),
        ("首都是ＡＢＣ。", "首都是 abc"),
        ("a_b  c\n", "abc"),
    ],
)
def test_case_width_spacing_and_punctuation_do_not_count(one, other):
    assert normalise(one) == normalise(other)


def test_a_text_without_letters_is_compared_by_its_marks():
    assert normalise("?!") != normalise("👍") != ""


def test_jaccard_by_hand():
    # abcd bcde | bcde cdef
    assert jaccard("abcde", "bcdef") == pytest.approx(1 / 3)
    assert jaccard("你好世界", "好世界人") == pytest.approx(1 / 3)  # of three characters
    assert jaccard("ab", "ab") == 1
    assert jaccard("ab", "ac") == 0
    assert jaccard("", "") == 1


def test_the_estimate_is_the_jaccard_similarity_within_its_error():
    draw = random.Random(0)
    alphabet = "abcdefghijklmnopqrstuvwxyz你好世界天地人和"
    texts = []
    for replaced in range(0, 150, 3):
        text = "".join(draw.choices(alphabet, k=300))
        start = draw.randrange(300 - replaced)
        texts.append(
            (
                text,
                text[:start]
                + "".join(draw.choices("0123456789", k=replaced))
                + text[start + replaced :],
            )
        )
    estimated = estimate_similarity(sign([a for a, _ in texts]), sign([b for _, b in texts]))
    exact = np.array([jaccard(a, b) for a, b in texts])
    error = np.sqrt(np.maximum(exact * (1 - exact), 1e-9) / SIGNATURE_VALUES)
    assert 0.3 < exact.min() < 0.4
    assert (np.abs(estimated - exact) <= 5 * error).all()
    assert abs((estimated - exact).mean()) < 0.01


@settings(max_examples=50)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=6))
def test_a_text_has_one_signature_whatever_stands_beside_it(texts):
    texts = [normalise(text) for text in texts]
    together = sign(texts)
    assert together.shape == (len(texts), SIGNATURE_VALUES)
    for text, signature in zip(texts, together, strict=True):
        assert (sign([text])[0] == signature).all()
        assert estimate_similarity(sign([text]), signature[None])[0] == 1


@given(st.text(max_size=40) | st.text(alphabet="，！？：；（）=你é\u0338\u3099", max_size=40))
def test_width_is_normalised_as_by_unicode(text):
    assert normalise_width(text) == unicodedata.normalize("NFKC", text)
