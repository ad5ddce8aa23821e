"""Words for kinds of files, in both languages. Pure.

The kinds are those of `search_files`.
"""

import re

_ENGLISH = {
    "word": "word documents?|word files?|ms word files?|docx files?|docx",
    "excel": "excel (?:sheets?|files?|workbooks?|spreadsheets?)|excels?|xlsx files?|xlsx",
    "powerpoint": "powerpoint (?:files?|presentations?|slides?)|powerpoints?|pptx files?|pptx",
    "spreadsheet": "google sheets?|spreadsheets?|spread sheets?|sheets",
    "presentation": "(?:google )?slides(?: presentations?)?|presentations?|slide ?decks?|decks?",
    "text": "(?:plain )?text files?|txt files?",
    "drawing": "google drawings?|drawings?",
    "document": "google docs?|documents?|docs?",
    "pdf": "pdf files?|pdf documents?|pdfs?",
    "image": "image files?|images?|photos?|pictures?|screenshots?",
    "audio": "audio files?|audio(?: recordings?)?|sound (?:files?|recordings?)|songs?|mp3s?",
    "video": "video files?|videos?|movies?|(?:video |screen )?recordings?",
    "form": "google forms?|forms?|surveys?",
    "archive": "zip files?|zips?|archives?",
    "shortcut": "shortcuts?",
    "folder": "folders?|directories|directory",
}
_JAPANESE = {
    "spreadsheet": "(?:Google)?スプレッドシート|表計算(?:ファイル)?",
    "excel": "(?:Excel|エクセル)(?:ファイル)?",
    "word": "(?:Word|ワード)(?:ファイル|文書)?",
    "powerpoint": "(?:PowerPoint|パワーポイント|パワポ)(?:ファイル)?",
    "presentation": "プレゼンテーション|プレゼン(?:資料)?|スライド",
    "pdf": "(?:PDF|pdf)(?:ファイル)?",
    "drawing": "図形描画|(?:Google)?図形",
    "image": "画像(?:ファイル)?|写真|イメージ",
    "video": "動画(?:ファイル)?|ビデオ",
    "audio": "音声(?:ファイル)?|オーディオ",
    "form": "(?:Google)?フォーム|アンケート",
    "text": "テキスト(?:ファイル)?",
    "archive": "(?:ZIP|zip)(?:ファイル)?|アーカイブ",
    "document": "(?:Google)?ドキュメント|文書",
    "shortcut": "ショートカット",
    "folder": "フォルダー?",
}
KIND_EN = re.compile("|".join(rf"(?P<{kind}>\b(?:{words})\b)" for kind, words in _ENGLISH.items()), re.IGNORECASE)
KIND_JA = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _JAPANESE.items()))

FILE_NOUN_EN = r"(?:files?|things?|items?|stuff|everything|anything|" + "|".join(_ENGLISH.values()) + ")"

# What stands around the words of a file's name in an English question and says nothing about it.
_STOP = """
a about added all also an and any anything are at available been being both by called can change changed changes
changing contain containing contains could created did do does drive edit edited edits else every everything exactly
exist exists far file files find first for from get give google got had happened has have here hey how i i'm
i've id in inside into is it item items its just kindly know last latest like list located look looking lookup
made put many matching me modified most my name named names need new newest nobody now of on one ones only or our owned
pls please recent recently saved search see seen shared show since so some stored stuff tell that the their them there
these thing things this those titled to up updated uploaded want was we were what where which with work would you your
"""
STOP_EN = frozenset(_STOP.split())

KINDS = frozenset(_ENGLISH) | {"file", "shared drive"}

PLURALS_EN = {
    "any": ("file", "files"),
    "word": ("Word document", "Word documents"),
    "excel": ("Excel file", "Excel files"),
    "powerpoint": ("PowerPoint file", "PowerPoint files"),
    "pdf": ("PDF", "PDFs"),
    "text": ("text file", "text files"),
    "audio": ("audio file", "audio files"),
    "archive": ("archive", "archives"),
}
NOUNS_JA = {
    "any": "ファイル",
    "spreadsheet": "スプレッドシート",
    "excel": "Excelファイル",
    "word": "Wordファイル",
    "powerpoint": "PowerPointファイル",
    "presentation": "プレゼンテーション",
    "pdf": "PDF",
    "drawing": "図形描画",
    "image": "画像",
    "video": "動画",
    "audio": "音声ファイル",
    "form": "フォーム",
    "text": "テキストファイル",
    "archive": "アーカイブ",
    "document": "ドキュメント",
    "shortcut": "ショートカット",
    "folder": "フォルダ",
}


def kind_en(noun: str) -> str:
    """Return the kind that an English noun means, or ""."""
    match = KIND_EN.fullmatch(noun.strip())
    return (match.lastgroup or "") if match else ""


def noun_en(kind: str, count: int) -> str:
    """Return "spreadsheet" or "spreadsheets", "file" or "files", …"""
    one, many = PLURALS_EN.get(kind, (kind, kind + "s"))
    return one if count == 1 else many
