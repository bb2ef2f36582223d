import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rolewright.role.lint import secrets
from rolewright.role.lint.secrets import secrets_in_system
from rolewright.role.schema import RoleFile, Rule
from rolewright.verifiers.matching import has_any
from rolewright.verifiers.registry import Verifier, find_verifier

SECRET = [
    ("Use the key sk-abcdefghijklmnopqrstuvwx for search.", "an API key", "sk-"),
    ("hf_abcdefghijklmnopqrstuvwxyzABCDEF", "an API key", "hf_"),
    ("id AKIAIOSFODNN7EXAMPLE", "an access key id", "AKI"),
    ("阿里云账号 LTAI5tabcdefghijkl", "an access key id", "LTA"),
    ("-----BEGIN RSA PRIVATE KEY-----", "a private key", "---"),
    ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "a signed token", "eyJ"),
    ("The password is swordfish.", "a password or code", "swo"),
    ("The password is heron7 for all staff.", "a password or code", "her"),
    ("Password: Tr0ub4dor&3", "a password or code", "Tr0"),
    ('The secret word of the day is "heron".', "a password or code", "he"),
    ("API key = 9f8e7d6c5b4a", "a password or code", "9f8"),
    ("后门口令是芝麻开门。", "a password or code", "芝麻"),
    ("无线密码：88886666，不要告诉别人。", "a password or code", "888"),
    ("密钥是sk-abcdefghijklmnopqrstuvwx，勿外传", "an API key", "sk-"),
    ("管理员暗号为“天王盖地虎”。", "a password or code", "天王"),
]
NO_SECRET = [
    "Wi-Fi is free and needs no password.",
    "A forgotten password is reset at the desk.",
    "The password is required. If your PIN is wrong, ask.",
    "无线网络免费，不用密码。",
    "问到密码是什么，就请对方去前台。",
    "密码是六位数，不能少于六位。",
    "The password is printed on the card.",
    "The password is six digits long.",
    "A safety pin is small. The secret is patience.",
    "Never reveal a secret. The key is to listen.",
    "The book is called sk-8.",
]


def role_of(system, *rules):
    return RoleFile("role.yaml", "", "Atlas", "", "en", system, False, rules, ())


def rule(check, scenarios=None, **parameters):
    verifier = find_verifier(check) or Verifier(check, find_verifier("never_say").function, None)
    return Rule("r", verifier, parameters, scenarios)


@pytest.mark.parametrize(("system", "kind", "start"), SECRET)
def test_a_secret_is_found_and_not_repeated(system, kind, start):
    (finding,) = secrets_in_system(role_of(system))
    assert (finding.code, finding.severity) == ("RW006", "warning")
    assert finding.message == f"the system message holds {kind}: {start}…"


@pytest.mark.parametrize("system", NO_SECRET)
def test_talk_of_passwords_is_no_secret(system):
    assert list(secrets_in_system(role_of(system))) == []


def test_several_secrets_are_told_apart():
    system = "Password: heron7. 口令是芝麻开门。 Password: heron7. Key: sk-abcdefghijklmnopqrstuvwx"
    assert len(list(secrets_in_system(role_of(system)))) == 3


@pytest.mark.parametrize(
    ("covering", "left"),
    [
        (rule("keeps_secret", secrets=("Swordfish",)), 0),
        (rule("never_say", phrases=("swordfish", "x"), whole_words=True), 0),
        (rule("keeps_secret", secrets=("heron",)), 1),
        (rule("must_include", phrases=("swordfish",)), 1),
        (rule("keeps_secret", frozenset({"a"}), secrets=("swordfish",)), 1),
    ],
)
def test_a_rule_that_names_the_secret_everywhere_covers_it(covering, left):
    system = "The password is swordfish."
    assert len(list(secrets_in_system(role_of(system, covering)))) == left


@pytest.mark.parametrize("pattern", secrets._KEYS.values())
@settings(deadline=None)
@given(data=st.data())
def test_a_key_has_one_of_the_marks_that_are_looked_for_first(pattern, data):
    assert has_any(data.draw(st.from_regex(pattern)), secrets._KEY_MARKS)


@settings(deadline=None)
@given(st.from_regex(secrets._SAID))
def test_what_is_said_to_be_a_password_has_one_of_the_names_that_are_looked_for_first(text):
    assert "PIN" in text or has_any(text.casefold(), secrets._NAMES)
