"""Bob's My Drive. Its "Q3 budget" is another file than Alice's, and Ben changed it last week too: a leak shows."""

from local.google.shelves import DOC, FORM, JPEG, PDF, SHEET, SLIDES, XLSX, ZIP, Row, Shelf, read, write
from local.people import ALICE, BEN, BOB, CAROL

SHELF = Shelf(
    BOB.email,
    (
        Row("Q3 budget", SHEET, "Money", "last fri 12:00", BEN.email, opened="2d", shared=(write(BEN.email),),
            text="Team,Planned\nSales,999000"),
        Row("Sales pipeline", SHEET, "Money", "2d", opened="3h", text="Customer,Stage\nNorthwind,Offer"),
        Row("Commission 2026.xlsx", XLSX, "Money", "3w", opened="3w", text="Who,Amount\nBob,12000"),
        Row("Roadmap 2026", SLIDES, "Plans", "10d", opened="5d", text="Sales roadmap"),
        Row("Hiring plan", DOC, "Plans", "5w", opened="4w", text="Two more in sales."),
        Row("Team rota", SHEET, "", "6d", opened="1d", shared=(write(CAROL.email),), text="Week,Who\n47,Bob"),
        Row("Price list", SHEET, "", "18d", shared=(read(ALICE.email),), shared_when="17d", opened="18d",
            opened_by={ALICE.email: "13d"}, text="Item,Price\nLicence,400"),
        Row("Customer call notes", DOC, "Customers", "9d", opened="8d", text="Northwind wants a discount."),
        Row("Northwind contract.pdf", PDF, "Customers", "8w", opened="7w", text="Contract with Northwind."),
        Row("Feedback form", FORM, "Customers", "9w", opened="1d"),
        Row("Office party.jpg", JPEG, "Personal", "40w", padding_bytes=300_000),
        Row("Notes", DOC, "Personal", "12d", opened="10d", text="Buy a bicycle."),
        Row("顧客リスト", SHEET, "Customers", "6w", text="名前\n山田商店"),
        Row("Backup.zip", ZIP, "Personal", "50w", padding_bytes=90_000),
        Row("Old pipeline", SHEET, "Money", "30w", trashed=True),
    ),
)  # fmt: skip
