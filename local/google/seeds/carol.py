"""Carol's My Drive: small, with names that Alice and Bob use for other files."""

from local.google.shelves import DOC, JPEG, MARKDOWN, PDF, SHEET, SLIDES, VIDEO, Row, Shelf, read, write
from local.people import BOB, CAROL, YUKI

SHELF = Shelf(
    CAROL.email,
    (
        Row("Brand guide", SLIDES, "Brand", "4d", opened="2h", starred=True, text="Colours and voice"),
        Row("Logo sketches", DOC, "Brand", "3w", opened="2w", text="Round or square?"),
        Row("Logo.jpg", JPEG, "Brand", "4w", padding_bytes=120_000),
        Row("Launch film.mp4", VIDEO, "Brand", "5w", padding_bytes=2_000_000),
        Row("Q3 budget", SHEET, "Planning", "8w", opened="6w", text="Team,Planned\nDesign,50000"),
        Row("Roadmap 2026", DOC, "Planning", "3w", opened="3w", text="Design roadmap"),
        Row("Notes", DOC, "", "30h", opened="29h", text="Call the printer."),
        Row("Printing offer.pdf", PDF, "Planning", "5w", opened="5w", text="Offer for 500 posters."),
        Row("Lunch rota", SHEET, "", "5d", opened="4d", shared=(write(BOB.email),), text="Day,Who\nMonday,Carol"),
        Row("Blog post draft.md", MARKDOWN, "Writing", "7d", opened="7d", text="# How we draw"),
        Row("Interview with Yuki", DOC, "Writing", "6d", YUKI.email, opened="6d", shared=(read(YUKI.email),)),
        Row("Packing list", DOC, "Personal", "20w", opened="19w", text="Tent, lamp, rope"),
        Row("予定表", SHEET, "Personal", "9d", opened="9d", text="日,予定"),
        Row("Cat.jpg", JPEG, "Personal", "60w", padding_bytes=80_000),
        Row("Broken idea", DOC, "Writing", "25w", trashed=True),
    ),
)
