"""Alice's My Drive.

Three spreadsheets are what "which spreadsheets did Ben change last week?" finds for her: "Q3 budget" here,
"Hiring plan" (Ben's, in `others.py`) and "Vendor payments" (shared drive Team Finance). The rows marked
`near miss` each fail that question in exactly one way.
"""

from local.google.seeds.alice_oddities import ODDITIES
from local.google.shelves import (
    AUDIO,
    CSV,
    DOC,
    DOCX,
    DRAWING,
    FOLDER,
    FORM,
    JPEG,
    MARKDOWN,
    PDF,
    PNG,
    PPTX,
    SHEET,
    SHORTCUT,
    SLIDES,
    TEXT,
    VIDEO,
    XLSX,
    ZIP,
    Row,
    Shelf,
    read,
    write,
)
from local.people import ALICE, BEN, BOB, CAROL, DANA, YUKI

_ME, _BEN = ALICE.email, BEN.email
_WITH_BEN = (write(_BEN),)

_FINANCE = (
    Row("Finance", FOLDER, changed="4d", starred=True),
    Row(
        "Q3 budget", SHEET, "Finance/2026", "last thu 15:40", _BEN, opened="26h", starred=True, shared=_WITH_BEN,
        text="Team,Planned,Spent\nPlatform,120000,98500\nResearch,80000,81250\nTravel,15000,4300",
    ),
    Row("Q2 budget", SHEET, "Finance/2026", "20w", opened="18w", text="Team,Planned,Spent\nPlatform,110000,109000"),
    # near miss: the week before
    Row("Travel costs", SHEET, "Finance/2026", "before thu 09:15", _BEN, opened="12d", shared=_WITH_BEN,
        text="Trip,Cost\nLisbon,2300\nOsaka,4100"),
    # near miss: this week
    Row("Headcount forecast", SHEET, "Finance/2026", "this", _BEN, opened="20h", shared=_WITH_BEN,
        text="Month,People\nJanuary,24\nFebruary,26"),
    # near miss: Alice's own change
    Row("Cash flow 2026", SHEET, "Finance/2026", "last wed 11:00", opened="5d", shared=_WITH_BEN,
        text="Month,In,Out\nJanuary,310000,287000"),
    # near miss: in the trash
    Row("Q3 budget (old draft)", SHEET, "Finance/2026", "last tue 09:00", _BEN, trashed=True, shared=_WITH_BEN),
    Row("Budget template", SHEET, "Finance/2026/Budgets", "15w", opened="9w", text="Team,Planned,Spent"),
    Row("Marketing budget 2026", SHEET, "Finance/2026/Budgets", "6w", opened="5w", text="Channel,Planned\nEvents,40"),
    Row("Research budget 2026", SHEET, "Finance/2026/Budgets", "7w", DANA.email, shared=(write(DANA.email),),
        text="Item,Planned\nLab equipment,32000"),
    Row("Budget review.pptx", PPTX, "Finance/2026/Budgets", "8w", text="Budget review\nPlanned and spent"),
    Row("Annual report 2025.pdf", PDF, "Finance/2025", "40w", opened="30w", text="Annual report 2025. Revenue grew."),
    Row("Annual budget 2025", SHEET, "Finance/2025", "50w", created="90w", text="Team,Planned\nPlatform,400000"),
    Row("Invoices 2025.zip", ZIP, "Finance/2025", "46w", padding_bytes=1_500_000),
    Row("Expenses 2025.xlsx", XLSX, "Finance/2025", "44w", opened="41w", text="Date,What,Amount\n2025-03-04,Train,89"),
    Row("Bank export.csv", CSV, "Finance/2025", "47w", text="date,amount\n2025-01-02,-120.50\n2025-01-03,900.00"),
)  # fmt: skip

_PROJECTS = (
    Row("Roadmap 2026", DOC, "Projects", "3h", opened="20m", starred=True, shared=(write(_BEN), read(DANA.email)),
        text="Roadmap 2026. First quarter: search. Second quarter: offline mode. Open question: hiring."),
    Row("Apollo kick-off", SLIDES, "Projects/Apollo", "9d", opened="2d", text="Apollo kick-off\nGoals, people, dates"),
    Row("Apollo architecture", DRAWING, "Projects/Apollo", "5w", opened="4w"),
    Row("Apollo architecture.png", PNG, "Projects/Apollo", "5w", padding_bytes=340_000),
    Row("Notes", DOC, "Projects/Apollo", "8d", opened="3d", text="Apollo notes. Decided: launch in March."),
    Row("Notes", DOC, "Projects/Hermes", "11w", opened="10w", text="Hermes notes. The supplier is late."),
    Row("Apollo contract.docx", DOCX, "Projects/Apollo", "7w", opened="6d", text="Contract about Apollo."),
    Row("Apollo contract signed.pdf", PDF, "Projects/Apollo", "6w", text="Signed contract about Apollo."),
    Row("Customer survey", FORM, "Projects/Apollo", "10w", opened="8w"),
    Row("Customer survey (responses)", SHEET, "Projects/Apollo", "9w", opened="7w", text="When,Score\n2026-01-10,9"),
    Row("Demo recording.mp4", VIDEO, "Projects/Apollo", "3w", opened="2w", padding_bytes=6_000_000),
    Row("Hermes timeline", SHEET, "Projects/Hermes", "12w", text="Step,Due\nPrototype,2026-02-01"),
    Row("Hermes launch plan", DOC, "Projects/Hermes", "13w", opened="12w", text="Launch plan. Tell the press in May."),
    Row("README.md", MARKDOWN, "Projects/Hermes", "14w", text="# Hermes\n\nWhere everything about Hermes is."),
    # near miss: a document, not a spreadsheet
    Row("Offsite notes", DOC, "Projects", "last mon 14:30", _BEN, opened="4d", shared=_WITH_BEN,
        text="Offsite notes. Ben wrote down who brings what."),
    Row("Event log, everything", SHEET, "Projects/Archive", "60w", created="90w", repeat=300_000,
        text="2025-01-01T00:00:00Z,info,nothing happened\n"),
    Row("Vendor payments (shortcut)", SHORTCUT, "Projects", "10d",
        target=("Team Finance", "Payments", "Vendor payments")),
    Row("Lost report", SHORTCUT, "Projects", "33w", target=("nobody", "", "Lost report")),
)  # fmt: skip

_PERSONAL = (
    Row("Notes", DOC, "Personal", "2w", opened="9d", text="Ask Carol about the flat. Water the plants."),
    Row("Shopping list", DOC, "Personal", "28h", opened="28h", text="Milk, rice, batteries"),
    Row("CV Alice Archer.pdf", PDF, "Personal", "52w", opened="25w", text="Alice Archer, engineer"),
    Row("Passport scan.jpg", JPEG, "Personal", "80w", created="80w", padding_bytes=210_000),
    Row("Flat viewing.jpg", JPEG, "Personal", "11d", opened="11d", padding_bytes=480_000),
    Row("Guitar practice.mp3", AUDIO, "Personal", "16w", opened="15w", padding_bytes=900_000),
    Row("Tax 2025", SHEET, "Personal", "32w", opened="31w", text="What,Amount\nTrain,1200"),
    Row("Recipe: ramen", DOC, "Personal", "19w", opened="17w", text="Noodles, broth, egg. ラーメン"),
    Row("Letter to landlord.docx", DOCX, "Personal", "24w", text="Dear landlord, the heating is cold."),
    Row("Old phone backup.zip", ZIP, "Personal", "70w", trashed=True, padding_bytes=400_000),
    Row("Draft poem", DOC, "Personal", "34w", trashed=True, text="Roses are files"),
    Row("todo.txt", TEXT, "", "6h", opened="5h", text="Call Ben. Send the Q3 budget. Book Osaka."),
)  # fmt: skip

_JAPANESE = (
    Row("会議", FOLDER, changed="3d"),
    Row("2026年11月 議事録", DOC, "会議/議事録", "3d", YUKI.email, opened="3d", shared=(write(YUKI.email),),
        text="議事録。出席者:田中、アリス。決定事項:予算を承認する。"),
    Row("2026年10月 議事録", DOC, "会議/議事録", "5w", YUKI.email, opened="30d", shared=(write(YUKI.email),),
        text="議事録。次回は大阪で。"),
    Row("予算表", SHEET, "会議", "16d", YUKI.email, opened="14d", shared=(write(YUKI.email),),
        text="項目,金額\n会場,50000"),
    Row("大阪出張 資料.pdf", PDF, "会議/資料", "6w", opened="5w", text="Osaka trip"),
    Row("カタカナメモ", DOC, "会議/資料", "21w", text="テスト、メモ、ラーメン"),
    Row("提案書.pptx", PPTX, "会議/資料", "22w", opened="20w", text="提案"),
)  # fmt: skip

_GIVEN = (
    Row("Flat share rules", DOC, "Personal", "23w", shared=(read(CAROL.email),), text="Quiet after ten."),
    Row("Team lunch", FORM, "", "29d", opened="27d", shared=(read(BOB.email), read(CAROL.email))),
)

SHELF = Shelf(_ME, (*_FINANCE, *_PROJECTS, *_PERSONAL, *_JAPANESE, *_GIVEN, *ODDITIES))
