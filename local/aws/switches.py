"""What is not proven about AWS, as switches: the default is the reading that `README.md` defends."""

from dataclasses import asdict, dataclass, fields


class UnknownSwitchError(Exception):
    """Cause: a name that is no switch, or a value that is no boolean."""


@dataclass
class Switches:
    """Read at every request, so a switch works at once."""

    # AWS Support: the JWT itself is compared, not its issuer and subject.
    strict_identifier: bool = True
    # Field reports: other customParameters than at consent ask for consent again.
    parameters_must_match: bool = True
    # Nobody has reported whether scopes are part of the vault's key.
    scopes_in_vault_key: bool = False
    # `state` is sent back when the caller gave a customState; whether also without one is unknown.
    state_without_custom_state: bool = False
    # No report of a denial ever reaching the return URL.
    denial_redirects: bool = False
    # No report of the managed Runtime setting this header.
    inject_oauth2_callback_url: bool = False

    def set(self, name: str, value: object) -> None:
        """Turn one switch. Raises `UnknownSwitchError`."""
        if name not in {field.name for field in fields(self)}:
            raise UnknownSwitchError(f"There is no switch named {name!r}.")
        if not isinstance(value, bool):
            raise UnknownSwitchError(f"The switch {name!r} takes true or false.")
        setattr(self, name, value)

    def as_dict(self) -> dict[str, bool]:
        """Every switch and its value."""
        return asdict(self)
