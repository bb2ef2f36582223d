import pytest

from rolewright.augmentation.shares import DEFAULT_SHARES, KINDS, parse_shares
from rolewright.errors import UserError


def test_shares_are_read():
    shares = parse_shares(" none=0.25, foreign = 20% ,")
    assert shares == {"none": 0.25, "empty": 0, "foreign": 0.2, "paraphrase": 0}


def test_every_kind_has_a_default():
    assert all(parse_shares(DEFAULT_SHARES)[kind] > 0 for kind in KINDS)


@pytest.mark.parametrize(
    "text", ["", "none=0", "none", "none=", "none=x", "none=1.1", "none=-1", "None=0.1", "none=nan"]
)
def test_what_is_no_share(text):
    with pytest.raises(UserError, match="--shares"):
        parse_shares(text)
