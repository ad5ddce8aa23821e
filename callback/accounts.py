"""Whether the Google account that was connected is one that was expected. Pure.

Only after the exchange does anybody know which account the person has chosen at Google, so this is asked after a
completion, and an account that must not be connected is given back at once.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["AccountPolicy", "Concern", "EmailRule", "is_refused", "judge_account"]

# What is done when the address of the Google account is not the one that somebody signed in with.
EmailRule = Literal["any", "warn", "same"]

# What is to be said about a connected account; the empty one: nothing.
Concern = Literal["", "insufficient", "unknown", "other_email", "refused_unknown", "refused_domain", "refused_email"]


@dataclass(frozen=True)
class AccountPolicy:
    """Which accounts are expected. `domains`: those of the e-mail address, lower case; empty: any.

    `email`: must it be the address with which the person signed in here (`same`), should it (`warn`), or may it be any.
    """

    domains: frozenset[str]
    email: EmailRule

    @property
    def is_strict(self) -> bool:
        """Say whether some accounts must not be connected."""
        return bool(self.domains) or self.email == "same"

    def expected(self, person_email: str) -> tuple[str, ...]:
        """Return the addresses or domains to name to somebody who has chosen another account."""
        if self.email != "any" and person_email:
            return (person_email,)
        return tuple(sorted(self.domains))


def judge_account(account_email: str, person_email: str, policy: AccountPolicy) -> Concern:
    """Judge the address that Google names; an empty one could not be found out, and is none of those that may be.

    `person_email` is verified by the identity provider, or empty. Where the provider vouches for no address, `same`
    lets nothing pass, and `warn` has nothing to compare.
    """
    if not account_email:
        return "refused_unknown" if policy.is_strict else "unknown"
    _, at, domain = account_email.rpartition("@")
    if policy.domains and (not at or domain.lower() not in policy.domains):
        return "refused_domain"
    is_same = account_email.casefold() == person_email.casefold()
    if policy.email == "same" and not is_same:
        return "refused_email"
    if policy.email == "warn" and person_email and not is_same:
        return "other_email"
    return ""


def is_refused(concern: Concern) -> bool:
    """Say whether the account must be given back."""
    return concern.startswith("refused_")
