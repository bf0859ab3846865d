"""The text of a case that its record keeps: one file from which the same run can be made, whatever files the case came from."""

from __future__ import annotations

from typing import Any

from thermal.case.load import LARGEST_FILE, Tables
from thermal.case.written import to_toml
from thermal.errors import CaseError, CaseErrors


def record_text(tables: Tables) -> str:
    """The case file as read where it stands alone; else its merged tables, with every list as text in its [[rack_table]].

    Raises CaseErrors for a case that would be too large for a case file.
    """
    lists = [path for path, table in tables.lists["rack_table"] if table.file is not None]
    if len(tables.folders) <= 1 and not lists:
        return tables.text
    content: dict[str, Any] = {key: value for key, value in tables.document.items()}
    case = {key: value for key, value in content.get("case", {}).items() if key not in ("extends", "remove")}
    content = {"case": case, **{key: value for key, value in content.items() if key != "case"}}
    if lists:
        content["rack_table"] = [dict(item) for item in content["rack_table"]]
    for path in lists:
        entry, sheet = content["rack_table"][path[1]], tables.sheets[path]
        del entry["file"]
        entry.pop("sheet", None)
        entry["text"] = sheet.text
    names = [*(list(tables.folders) or [tables.file]), *dict.fromkeys(tables.sheets[path].file for path in lists)]
    text = f"# Put together by Hallflow from {', '.join(names)}.\n\n{to_toml(content)}"
    if len(text.encode()) > LARGEST_FILE:
        raise CaseErrors([CaseError(tables.file, f"with what it extends and its lists larger than {LARGEST_FILE >> 10} KiB")])
    return text
