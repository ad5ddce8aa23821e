"""The tool for the details of one file or folder."""

from datetime import datetime
from zoneinfo import ZoneInfo

from strands import tool
from strands.types.tools import ToolContext, ToolResult

from tools.desk import Visit, run
from tools.errors import DriveForbiddenError, FileNotVisibleError
from tools.files import File, Permission, Person
from tools.finding.places import Place
from tools.listing import column, count, kind_of, path_text, quoted, size

_ROLES = {
    "owner": "owner",
    "organizer": "manager",
    "fileOrganizer": "content manager",
    "writer": "can edit",
    "commenter": "can comment",
    "reader": "can view",
}
_PRODUCTS = {
    "document": "Google Docs",
    "spreadsheet": "Google Sheets",
    "presentation": "Google Slides",
    "form": "Google Forms",
    "drawing": "Google Drawings",
    "script": "Apps Script",
    "site": "Google Sites",
    "vid": "Google Vids",
}
_GOOGLE = "application/vnd.google-apps."
_MOST_PEOPLE = 30
_LONGEST_ROLE = 40  # of those that Drive may have one day
_MOST_DESCRIPTION = 1000


@tool(context=True)
def get_file(tool_context: ToolContext, file: str) -> ToolResult:
    """Show the details of one file or folder.

    Kind, full path, owner, who has access, latest change, size, description, where a shortcut leads. Use me for
    "who can see it", "where is it", "how big is it", "who changed it last".

    Args:
        file: A handle such as "[3]", a pasted Drive URL, a path such as "Finance/2026/Q3 budget", or an exact name.
    """
    return run(tool_context, lambda visit: _details(visit, file))


def _details(visit: Visit, reference: str) -> str:
    file = visit.locator.file(reference)
    finder = visit.finder
    place = finder.places.of(finder.access_token, [file]).get(file.parent_id)
    target = _target(visit, file)
    access = _access(visit, file)
    listed = [file, *([place.folder] if place else []), *([target] if target else [])]
    paths = {place.folder.id: path_text(place.names)} if place else {}
    if file.is_folder:  # a folder is shown by its path, which ends in its name
        paths |= {file.id: path_text(finder.places.place(finder.access_token, file).names)}
    numbers = visit.number(listed, paths)
    visit.show([file], paths)
    lines = [f"[{numbers[file.id]}] {quoted(file.name)}", *_facts(file, place, numbers, visit.zone)]
    if access:
        lines.append(f"Access: {access}")
    if target:
        lines.append(f"Shortcut to: [{numbers[target.id]}] {quoted(target.name)} | {kind_of(target)}")
    elif file.is_shortcut:
        lines.append("Shortcut to: something that is gone, or that the person has no access to")
    return "\n".join(lines)


def _facts(file: File, place: Place | None, numbers: dict[str, int], zone: ZoneInfo) -> list[str]:
    product = _PRODUCTS.get(file.mime_type.removeprefix(_GOOGLE)) if file.mime_type.startswith(_GOOGLE) else None
    holds_content = not (file.is_folder or file.is_shortcut)
    facts = {
        "Kind": f"{kind_of(file)} ({product})" if product else kind_of(file),
        "In": f"[{numbers[place.folder.id]}] {quoted(path_text(place.names))}" if place else "",
        "Owner": _who(file.owner) or ("the shared drive" if file.drive_id else ""),
        "Created": _moment(file.created, zone),
        "Changed": _event(file.modified, file.changed_by, zone),
        "Opened by the person": _moment(file.viewed, zone),
        "Shared with the person": _event(file.shared_with_me, file.shared_by, zone),
        "Size": size(file.size_bytes) if file.size_bytes is not None else "",
        "Description": quoted(file.description[:_MOST_DESCRIPTION]) if file.description.strip() else "",
        "Starred": "yes" if file.is_starred else "",
        "In the trash": "yes" if file.is_trashed else "",
        "Download": "not allowed by the owner" if holds_content and not file.may_download else "",
    }
    return [f"{name}: {said}" for name, said in facts.items() if said]


def _access(visit: Visit, file: File) -> str:
    """Say who may do what. Drive tells it to those who may share the file, and not to its readers."""
    try:
        permissions = visit.api.permissions(visit.finder.access_token, file.id)
    except (DriveForbiddenError, FileNotVisibleError):
        shared = "shared with others" if file.is_shared else "not known"
        return f"{shared}; only those who may share it can see with whom"
    people = [_permission(each) for each in permissions[:_MOST_PEOPLE]]
    left = len(permissions) - len(people)
    return ", ".join([*people, *([f"and {count(left, 'other')}"] if left > 0 else [])])


def _permission(each: Permission) -> str:
    is_word = each.role.isascii() and each.role.isalpha() and len(each.role) <= _LONGEST_ROLE
    role = _ROLES.get(each.role) or (each.role if is_word else "another role")
    if each.type == "anyone":
        return f"anyone with the link ({role})"
    if each.type == "domain":
        return f"everybody at {column(each.domain or each.name)} ({role})"
    who = column(each.name or each.email or "somebody")
    who = f"{who} <{column(each.email)}>" if each.email and each.name else who
    return f"{'the group ' if each.type == 'group' else ''}{who} ({role})"


def _target(visit: Visit, file: File) -> File | None:
    if not file.target_id:
        return None
    try:
        return visit.locator.by_id(file.target_id)
    except FileNotVisibleError:
        return None


def _who(person: Person | None) -> str:
    if not person or not (person.name or person.email):
        return ""
    name = column(person.name or person.email)
    address = f" <{column(person.email)}>" if person.email and person.name else ""
    return f"{name}{address}{' (the person themselves)' if person.is_me else ''}"


def _event(moment: datetime | None, person: Person | None, zone: ZoneInfo) -> str:
    when, who = _moment(moment, zone), _who(person)
    return f"{when} by {who}" if when and who else when


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    if moment is None:
        return ""
    try:
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    except OverflowError:  # at either end of the calendar
        return moment.date().isoformat()
