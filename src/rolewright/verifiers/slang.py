"""Words that a role of a certain register does not use, in English and Chinese."""

from typing import Final, Literal

Register = Literal["slang", "vulgar", "colloquial"]

# Only words without a plain sense, Chinese ones not inside other words either: 木有 is in 树木有,
# 妈的 in 妈妈的, 我操 in 我操作, 集美 a place, 真香 what food is.
BANNED: Final[dict[Register, tuple[str, ...]]] = {
    "slang": (
        *("lol", "lmao", "rofl", "omg", "omfg", "brb", "btw", "tbh", "ngl", "imo", "imho", "idk"),
        *("ikr", "fomo", "yolo", "bruh", "no cap", "fr fr", "thx", "plz", "pls", "u r", "gr8"),
        *("sus", "yeet", "rizz", "bestie", "lowkey", "highkey"),
        *("yyds", "xswl", "awsl", "nbcs", "u1s1", "dddd", "zqsg", "yysy", "emo了", "打call"),
        *("绝绝子", "栓Q", "芭比Q", "破防了", "摆烂", "无语子", "宝子们", "老铁们", "盆友", "杠精"),
        *("舔狗", "吃瓜群众", "凡尔赛文学", "柠檬精", "尊嘟假嘟", "泰裤辣", "奥利给", "绷不住了"),
        *("笑死我了", "笑不活了", "有一说一", "厚礼蟹", "退退退", "完犊子", "小破站"),
    ),
    "vulgar": (
        *("fuck", "fucking", "fucked", "fucker", "motherfucker", "shit", "shitty", "bullshit"),
        *("damn", "goddamn", "crap", "asshole", "bitch", "bastard", "piss off", "wtf", "stfu"),
        *("dumbass", "dickhead", "cunt", "twat", "wanker", "bollocks"),
        *(
            "卧槽",
            "我艹",
            "操你妈",
            "草泥马",
            "尼玛",
            "他妈的",
            "傻逼",
            "傻B",
            "煞笔",
            "牛逼",
            "装逼",
        ),
        *("逼格", "屌丝", "屌爆", "滚蛋", "狗屁", "放屁", "王八蛋", "混蛋", "婊子", "贱人", "脑残"),
    ),
    "colloquial": (
        *("gonna", "wanna", "gotta", "kinda", "sorta", "lemme", "gimme", "dunno", "ain't", "y'all"),
        *("yeah", "yep", "yup", "nope", "nah", "hey", "dude", "guys", "cuz"),
        *("咋", "啥", "咱们", "甭", "忒", "倍儿", "贼好", "老好了", "整不明白", "得嘞", "哎呀妈"),
        *("哥们", "姐们", "这嘎达", "歇菜"),
    ),
}
