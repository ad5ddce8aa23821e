"""The Drives of Ben, Yuki and Dana: mostly what they share with Alice, Bob and Carol."""

from local.google.items import Permission
from local.google.shelves import DOC, FOLDER, PDF, SHEET, SLIDES, Row, Shelf, read, write
from local.people import ALICE, BEN, BOB, CAROL, DANA, YUKI

_ALICE, _BOB, _CAROL = ALICE.email, BOB.email, CAROL.email

_BEN_SHELF = Shelf(
    BEN.email,
    (
        Row("Hiring plan", SHEET, "Hiring", "last tue 10:20", opened="6d", shared=(write(_ALICE),),
            shared_when="40d", opened_by={_ALICE: "30h"}, text="Role,Start\nEngineer,2027-01-15\nDesigner,2027-02-01"),
        Row("Interview questions", DOC, "Hiring", "6w", shared=(read(_ALICE),), opened_by={_ALICE: "5w"},
            text="What did you learn last year?"),
        # Ben's own, shared with nobody: no person of ours may ever see it.
        Row("Salaries", SHEET, "Hiring", "last thu 08:00", opened="5d", text="Name,Salary"),
        Row("Sales targets", SHEET, "Sales", "last wed 10:00", shared=(write(_BOB),), text="Quarter,Target\nQ4,12"),
    ),
)  # fmt: skip

_YUKI_SHELF = Shelf(
    YUKI.email,
    (
        Row("共有", FOLDER, shared=(read(_ALICE),), shared_when="90d"),
        Row("翻訳メモ", DOC, "共有", "13d", opened_by={_ALICE: "12d"}, text="用語集:予算 = budget"),
        Row("Glossary", SHEET, "共有", "15d", text="日本語,English\n会議,meeting"),
        Row("写真の選び方", DOC, "", "7w", shared=(read(_CAROL),), text="明るい写真"),
    ),
)

_DANA_SHELF = Shelf(
    DANA.email,
    (
        Row("Apollo risks", DOC, "", "8d", shared=(write(_ALICE),), opened_by={_ALICE: "7d"}, text="The supplier."),
        Row("Apollo results", SLIDES, "", "19d", shared=(read(_ALICE),), text="Results"),
        # Anyone with the link may read it; nobody finds it by searching until they have opened it.
        Row("Open handbook.pdf", PDF, "", "28w", shared=(Permission("reader", type="anyone"),), text="Handbook"),
    ),
)  # fmt: skip

SHELVES = (_BEN_SHELF, _YUKI_SHELF, _DANA_SHELF)
