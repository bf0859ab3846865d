"""What is generated from the schema: the page, the JSON schema, and `explain`."""

from __future__ import annotations

import json

import pytest

from thermal.case.document import main, outputs
from thermal.case.explain import explain, tables
from thermal.case.schema import json_schema
from thermal.errors import UsageError


def test_generated_files_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_stale_file_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr("thermal.case.document.DOCS", tmp_path)
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert {path.name for path in outputs()} == {path.name for path in tmp_path.iterdir()}


def test_every_key_says_what_it_means() -> None:
    for table in tables():
        assert table.meaning
        for item in table.keys:
            assert item.meaning.endswith((".", ")")), f"{table.name}.{item.key}"
            assert item.accepted and item.default


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_every_key_can_be_explained(table) -> None:
    assert table.heading in explain(table.name)
    for item in table.keys:
        text = explain(f"{table.name}.{item.key}")
        assert item.meaning in text and item.default in text


def test_explain_reads_paths_as_users_write_them() -> None:
    assert explain("rack.gpu.size") == explain("rack.NAME.size")
    assert "Number of racks" in explain("rack_row[0].count")
    assert "[[supply]]" in explain("[[supply]]")
    assert "hottest" in explain("rack.*.inlet_max")
    assert explain("cell").count("accepted") == 2  # mesh.cell and mesh.refine.cell


@pytest.mark.parametrize("key", ["rack.pwer", "", "[", "[[[", "]", "<script>", "a" * 10_000, "\x1b[31m"])
def test_explain_of_an_unknown_key(key: str) -> None:
    with pytest.raises(UsageError) as caught:
        explain(key)
    assert str(caught.value).isprintable()


def test_schema_knows_the_dialect() -> None:
    schema = json_schema()
    text = json.dumps(schema)
    assert "null" not in text
    assert set(schema["required"]) == {"room", "mesh"}
    rack = schema["$defs"]["RackType"]["properties"]
    assert rack["power"]["type"] == "string" and "kW" in rack["power"]["description"]
    assert schema["$defs"]["Limits"]["properties"]["class"]["enum"] == ["A1", "A2", "A3", "A4", "H1"]
    assert "pattern" in schema["$defs"]["RackRow"]["properties"]["name"]
    assert "from" in schema["$defs"]["Supply"]["properties"]
