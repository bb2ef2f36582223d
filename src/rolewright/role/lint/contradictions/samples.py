"""Texts that keep a rule which asks for no phrase in particular."""

DISCLOSURES = (
    "I am an AI.",
    "I'm a robot.",
    "As a chatbot, yes.",
    "This is a digital assistant.",
    "我是机器人。",
    "我是人工智能助手。",
    "在下是智能客服。",
    "本内容由AI生成。",
    "作为语言模型，可以。",
)
MARKDOWN = {
    "heading": "# Sea",
    "code block": "```\nsea\n```",
    "bold text": "**sea**",
    "italic text": "*sea*",
    "inline code": "`sea`",
    "bullet": "- sea",
    "quotation": "> sea",
    "link": "[sea](a.b)",
    "table": "a | b\n---|---\n1 | 2",
    "rule": "---",
}
REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I must decline.",
    "I'd rather not.",
    "That is beyond what I do.",
    "抱歉，我无法回答这个问题。",
    "我不能告诉您。",
    "恕难从命。",
    "这超出了我的能力。",
)
WORDS = {
    "en": ("Yes", "House", "Three boats", "Green", "Sunday", "My key", "Fly", "Why not ask Bob?"),
    "zh": ("好", "是", "水", "山上有风", "三", "绿", "周日", "门开着", "借书证"),
    "ja": ("はい", "うみ", "やま", "そら", "どうぞ", "みどり", "かぎ", "ください"),
    "ko": ("네", "바다", "산", "하늘", "문", "초록", "일요일", "열쇠"),
    "ru": ("Да", "Море", "Гора", "Небо", "Три", "Ключ", "Дом", "Жёлтый"),
    "ar": ("نعم", "بحر", "جبل", "سماء", "ثلاثة", "مفتاح", "بيت", "كل يوم"),
}
