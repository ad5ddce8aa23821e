"""The shared drives. Alice is a member of Team Finance and Design, and not of Board."""

from local.google.items import Permission
from local.google.shelves import AUDIO, DOC, PDF, PNG, SHEET, SLIDES, TEXT, VIDEO, XLSX, ZIP, Row, Shelf
from local.people import ALICE, BEN, BOB, CAROL, DANA, YUKI

_TEAM_FINANCE = Shelf(
    ALICE.email,
    (
        Row("Vendor payments", SHEET, "Payments", "last wed 16:05", BEN.email, opened="31h",
            text="Vendor,Due,Amount\nContoso,2026-11-30,8200"),
        Row("Payment rules", DOC, "Payments", "14w", opened="13w", text="Two people approve every payment."),
        Row("Payments 2025.xlsx", XLSX, "Payments", "45w", BEN.email, text="Vendor,Amount\nContoso,91000"),
        # near miss: Dana's change
        Row("Audit checklist", SHEET, "Audit", "last thu 13:00", DANA.email, opened="6d", text="Step,Done\nLedger,yes"),
        # Never opened by Alice: not part of `corpora=user`.
        Row("Audit report.pdf", PDF, "Audit", "26w", DANA.email, text="Audit report. No findings."),
        Row("Ledger archive", SHEET, "Audit", "65w", BEN.email, created="95w", text="Account,Balance"),
    ),
    drive="Team Finance",
    members=(
        Permission("organizer", ALICE.email),
        Permission("fileOrganizer", BEN.email),
        Permission("writer", DANA.email),
        Permission("reader", CAROL.email),
    ),
)  # fmt: skip

# Each is the only one of its kind in a period that people name ("audio of last month"), on every day of the year.
_WORKSHOP = (
    Row("Workshop day one.mp3", AUDIO, "Workshop", "month-1 12 10:00", CAROL.email, opened="month-1 20 09:00",
        padding_bytes=30_000),
    Row("Workshop trial.mp3", AUDIO, "Workshop", "month-2 12 10:00", CAROL.email, opened="month-2 20 09:00",
        padding_bytes=20_000),
    Row("Icon sources.zip", ZIP, "Workshop", "1d", YUKI.email, created="1d", padding_bytes=15_000),
    Row("Printing costs.xlsx", XLSX, "Workshop", "quarter-1 40 10:00", CAROL.email, text="What,Cost\nPosters,310"),
    Row("Studio tour.mp4", VIDEO, "Workshop", "month-6 12 10:00", CAROL.email, padding_bytes=40_000),
    Row("First sketches", DOC, "Workshop", "year-4 132 10:00", CAROL.email, created="year-4 100 10:00",
        text="Pencil first."),
    Row("First logo.png", PNG, "Workshop", "year-4 200 10:00", CAROL.email, created="year-4 200 10:00"),
    # Half past midnight on Thursday in Tokyo.
    Row("Studio log.txt", TEXT, "Workshop", "last wed 15:30", CAROL.email, created="last wed 15:30",
        text="Lights on at three."),
    Row("Print log.txt", TEXT, "Workshop", "last thu 16:00", CAROL.email, created="last thu 16:00",
        text="Ran out of magenta."),
    # More than one portion of reading.
    Row("Workshop transcript.txt", TEXT, "Workshop", "20w", CAROL.email,
        text="Speaker: and then we drew it again.\n" * 1200),
)  # fmt: skip

_DESIGN = Shelf(
    ALICE.email,
    (
        Row("Design review", SLIDES, "Reviews", "12d", YUKI.email, opened="10d", text="What works, what does not"),
        Row("Icons.png", PNG, "Assets", "17w", CAROL.email, padding_bytes=64_000),
        Row("Icon list", SHEET, "Assets", "16w", YUKI.email, text="Icon,File\nfolder,folder.png"),
        Row("デザイン方針", DOC, "", "18d", YUKI.email, opened="15d", text="方針:読みやすさ"),
        Row("Old logo", DOC, "Assets", "90w", CAROL.email, trashed=True),
        *_WORKSHOP,
    ),
    drive="Design",
    members=(
        Permission("writer", ALICE.email),
        Permission("organizer", YUKI.email),
        Permission("writer", CAROL.email),
    ),
)

_BOARD = Shelf(
    BOB.email,
    (
        Row("Board minutes", DOC, "", "last wed 18:00", opened="2d", text="The board met."),
        Row("Board budget", SHEET, "", "last tue 17:00", BEN.email, opened="3d", text="Item,Amount\nBonus,70000"),
    ),
    drive="Board",
    members=(
        Permission("organizer", BOB.email),
        Permission("writer", BEN.email),
        Permission("reader", CAROL.email),
    ),
)

SHELVES = (_TEAM_FINANCE, _DESIGN, _BOARD)
