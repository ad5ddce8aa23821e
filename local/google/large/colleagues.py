"""The people whose files fill a large Drive: those of the seeds, and colleagues who exist for it alone. Pure data."""

from local.people import GOOGLE_ACCOUNTS, GoogleAccount

__all__ = ["COLLEAGUES", "EVERYBODY"]

_NAMES = (
    "Erin Falk", "Farid Haddad", "Greta Lind", "Hugo Marsh", "Ines Prado", "Jonas Keller", "Kaya Demir", "Liam Doyle",
    "Mei Tan", "Nils Berg", "Olga Petrova", "Pavel Novotny", "Quinn Harper", "Rosa Marin", "Sven Dahl", "Tara Singh",
    "Umar Khan", "Vera Costa", "Wendy Park", "Xavier Roux", "Zoe Barnes", "Amara Obi", "Bruno Silva", "Chloe Martin",
)  # fmt: skip
_NAMES_JA = (
    ("鈴木", "健一", "kenichi"),
    ("佐藤", "美咲", "misaki"),
    ("高橋", "翔太", "shota"),
    ("伊藤", "さくら", "sakura"),
)


def _account(number: int, address: str, display: str, given: str, family: str) -> GoogleAccount:
    return GoogleAccount(
        f"{address}@gmail.example",
        display,
        given,
        family,
        f"1000000000000000{number:05}",
        f"100000000000000{number:05}",
    )


COLLEAGUES: tuple[GoogleAccount, ...] = (
    *(_account(101 + at, name.split()[0].lower(), name, *name.split()) for at, name in enumerate(_NAMES)),
    *(
        _account(201 + at, address, f"{family} {given}", given, family)
        for at, (family, given, address) in enumerate(_NAMES_JA)
    ),
)
EVERYBODY: tuple[GoogleAccount, ...] = (*GOOGLE_ACCOUNTS, *COLLEAGUES)
