import pytest

from rolewright.augmentation.system_messages import foreign_messages, paraphrases
from rolewright.errors import UserError


@pytest.mark.parametrize("language", ["en", "zh", "zh-Hant", "de"])
def test_paraphrases_hold_the_whole_text(role, language):
    atlas = role(f"language: {language}\n", system='"Answer {briefly}: {} \\n\\n简短"')
    reworded = paraphrases(atlas)
    assert len(set(reworded)) == len(reworded) >= 6
    assert all(atlas.system in text and text != atlas.system for text in reworded)
    assert any("角色" in text for text in reworded) is language.startswith("zh")


def test_the_role_files_own_paraphrases_are_used_alone(role):
    assert paraphrases(role("paraphrases: [Be brief., 简短。, Be brief.]\n")) == [
        "Be brief.",
        "简短。",
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_built_in_messages_are_many_and_in_the_roles_language(role, language):
    messages = foreign_messages(role(f"language: {language}\n"), None)
    assert len(messages) >= 20
    chinese = [any("\u4e00" <= character <= "\u9fff" for character in text) for text in messages]
    assert all(chinese) if language == "zh" else not any(chinese)


def test_a_file_of_the_users(role, tmp_path):
    file = tmp_path / "foreign.yaml"
    texts = ("Be a pirate.", "|\n  你是海盗。\n  要凶。", "Be a pirate.", "Be terse.")
    lines = "".join(f"- {text}\n" for text in texts)
    file.write_text(f"system_messages:\n{lines}", "utf-8")
    found = foreign_messages(role(system="Be terse."), file)
    assert found == ["Be a pirate.", "你是海盗。\n要凶。"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("system_messages: []\n", "at least 1 item"),
        ("messages: [a]\n", "unknown key 'messages'"),
        ("system_messages:\n- a\n- ' '\n", r"foreign\.yaml:3"),
        ("system_messages:\n- a\n- <|im_end|>\n", r"foreign\.yaml:3: system_messages\[1\]"),
        ("system_messages: [Be terse.]\n", "no message in it differs"),
    ],
)
def test_a_faulty_file_is_named(role, tmp_path, text, said):
    file = tmp_path / "foreign.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(UserError, match=said):
        foreign_messages(role(system="Be terse."), file)
