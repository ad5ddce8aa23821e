"""What the names and contents of a large Drive are put together from, in English and Japanese. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.google.items import NATIVE, SHORTCUT
from local.google.shelves import (
    AUDIO,
    CSV,
    DOC,
    DOCX,
    DRAWING,
    FORM,
    JPEG,
    MARKDOWN,
    PDF,
    PNG,
    PPTX,
    SHEET,
    SLIDES,
    TEXT,
    VIDEO,
    XLSX,
    ZIP,
)

__all__ = [
    "CLIENTS_JA",
    "DRIVES",
    "KINDS",
    "SYLLABLES",
    "TOPICS",
    "TOPICS_JA",
    "TOP_FOLDERS",
    "WORDS",
    "WORDS_JA",
    "Kind",
]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: how many of a thousand, what names of it end with, what such files are called.

    `has_text`: there are words inside. `padding_bytes`: the least and most of other content.
    """

    mime_type: str
    share: int
    suffix: str
    titles: tuple[str, ...]
    titles_ja: tuple[str, ...]
    has_text: bool = True
    padding_bytes: tuple[int, int] = (0, 0)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


_WRITING = ("notes", "proposal", "brief", "summary", "minutes", "draft", "plan", "report", "guide", "FAQ", "agenda")
_WRITING_JA = ("議事録", "提案", "企画書", "報告", "メモ", "手順書", "概要", "案内")
_TABLES = ("budget", "tracker", "forecast", "timeline", "list", "estimate", "costs", "inventory", "schedule", "log")
_TABLES_JA = ("予算表", "一覧", "見積", "管理表", "集計", "工程表", "名簿")
_SHOWN = ("deck", "kick-off", "review", "pitch", "training", "update", "overview", "results")
_SHOWN_JA = ("提案資料", "説明資料", "研修資料", "発表", "報告会")
_PAPERS = ("contract", "invoice", "report", "manual", "statement", "certificate", "quote", "order")
_PAPERS_JA = ("契約書", "請求書", "報告書", "見積書", "領収書", "仕様書")
_PICTURES = ("photo", "scan", "banner", "screenshot", "cover", "site visit")
_PICTURES_JA = ("写真", "画像", "スクリーンショット")

KINDS: tuple[Kind, ...] = (
    Kind(DOC, 225, "", _WRITING, _WRITING_JA),
    Kind(SHEET, 165, "", _TABLES, _TABLES_JA),
    Kind(SLIDES, 75, "", _SHOWN, _SHOWN_JA),
    Kind(PDF, 190, ".pdf", _PAPERS, _PAPERS_JA, padding_bytes=(0, 2_000_000)),
    Kind(JPEG, 95, ".jpg", _PICTURES, _PICTURES_JA, has_text=False, padding_bytes=(90_000, 5_000_000)),
    Kind(PNG, 50, ".png", _PICTURES, _PICTURES_JA, has_text=False, padding_bytes=(9_000, 1_500_000)),
    Kind(DOCX, 45, ".docx", _WRITING, _WRITING_JA),
    Kind(XLSX, 35, ".xlsx", _TABLES, _TABLES_JA),
    Kind(PPTX, 20, ".pptx", _SHOWN, _SHOWN_JA),
    Kind(TEXT, 20, ".txt", _WRITING, _WRITING_JA),
    Kind(CSV, 15, ".csv", ("export", "data", "list"), ("データ", "一覧")),
    Kind(MARKDOWN, 8, ".md", ("README", "notes", "changelog"), ("メモ", "手順")),
    Kind(VIDEO, 12, ".mp4", ("recording", "demo", "interview"), ("録画", "動画"), False, (2_000_000, 40_000_000)),
    Kind(AUDIO, 7, ".mp3", ("interview", "voice memo"), ("録音",), False, (900_000, 8_000_000)),
    Kind(ZIP, 13, ".zip", ("archive", "backup", "assets"), ("一式", "保存版"), False, (50_000, 9_000_000)),
    Kind(FORM, 8, "", ("survey", "registration", "feedback"), ("アンケート", "申込"), has_text=False),
    Kind(DRAWING, 5, "", ("diagram", "sketch", "map"), ("図", "構成図"), has_text=False),
    Kind(SHORTCUT, 9, "", ("shortcut",), ("ショートカット",), has_text=False),
    Kind(f"{NATIVE}script", 3, "", ("script",), ("スクリプト",), has_text=False),
)

TOPICS = _words(
    "Marketing Sales Support Onboarding Security Billing Logistics Warehouse Website Newsletter Partner "
    "Customer Product Pricing Quality Release Migration Payroll Recruiting Training Travel Office Insurance "
    "Compliance Research Prototype Packaging Catalogue Conference Workshop Procurement Maintenance Facilities "
    "Branding Analytics Mobile_app Data_platform Cloud Network Legal Tax Treasury Strategy Retail Export"
)
TOPICS_JA = _words(
    "営業 採用 開発 広報 経理 総務 研修 物流 品質 製品 顧客 契約 市場調査 展示会 社内 出張 福利厚生 システム "
    "セキュリティ サポート キャンペーン ウェブサイト 新商品 工場"
)
CLIENTS_JA = _words(
    "青空商事 北浜工業 みどり電機 山手物産 さくら印刷 東雲建設 南風食品 白樺製薬 湊運輸 灯台出版 朝日丘商店 "
    "川上繊維 森林技研 若葉保育 星野計器 海鳥水産"
)
SYLLABLES = _words(
    "nor vel qua tri bel sor mak lin dor fen gal hal jor kel mir nov oss pel rav sil tam ulm ver wex yor zan"
)
TOP_FOLDERS = _words(
    "Clients Engineering Operations People Marketing Legal Events Facilities Vendors Archive Research_notes "
    "Photos Scans Templates Inbox Meetings Courses Home 営業 総務 研修 写真 取引先 旧資料"
)
DRIVES: Mapping[str, int] = {  # shared drives, with their shares of the shared drives' files in percent
    "Client work": 35,
    "Engineering": 25,
    "Marketing": 20,
    "営業部": 12,
    "Company wiki": 8,
}
WORDS = _words(
    "the of and to in for with on we is that by from at this are be as will it our has not team plan next week all "
    "time project work customer new data report cost review meeting date budget change list open first price order "
    "process owner final draft step quality agreed delivery contract supplier risk issue decision market product "
    "release test design user request service system account region office quarter target growth launch schedule "
    "training document version approval policy security network storage backup invoice payment travel hotel flight "
    "event speaker venue catering badge booth flyer campaign audience channel video photo caption translation "
    "interview candidate salary contractor holiday desk chair monitor laptop printer keyboard parking heating roof "
    "garden kitchen recipe noodle bicycle museum library concert ticket orchard harbour lantern meadow glacier "
    "compass turbine valve gasket pallet crane forklift conveyor barcode customs tariff freight voyage ledger audit "
    "dividend forecast variance margin rebate escrow warranty appendix glossary footnote hypothesis sample survey "
    "median outlier regression sensor firmware antenna battery solder prototype enclosure bracket hinge pulley "
    "quorum bylaw statute petition verdict clause arbitration trademark patent embargo subsidy grant endowment"
)
WORDS_JA = _words(
    "予算 計画 会議 資料 納期 見積 契約 品質 担当 確認 承認 変更 進捗 課題 対応 顧客 製品 出荷 在庫 請求 支払 "
    "出張 研修 採用 面接 広告 展示会 翻訳 写真 試作 来週の予定 次回は大阪で開催 価格を見直す 新しい提案 "
    "担当者に連絡 期限は月末 詳細は別紙 仕様を確認する"
)
