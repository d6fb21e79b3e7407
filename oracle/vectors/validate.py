"""What is wrong with a file of vectors: its form, without any further package, and its results.

The form is checked against the essentials of `oracle/schemas/vectors.schema.json`; then every exact result, tolerance
and flag is computed anew from the inputs. A file of another version is right if this one computes the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).parents[1] / "schemas"
Schema = Mapping[str, Any]

_TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of `vectors` or `report`."""
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def complaints(contents: Any, *, recompute: bool = True) -> list[str]:
    """What is wrong with a document; nothing if it is right."""
    whole = schema("vectors")
    found = list(violations(contents, whole, whole, "$"))
    found = found or list(_contradictions(contents))
    return found if found or not recompute else list(_differences(contents))


def violations(value: Any, part: Schema, whole: Schema, place: str) -> Iterator[str]:
    """Where a value is not as the schema says; the keywords that our schemas use."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        yield from violations(value, whole["$defs"][name], whole, place)
    tried = [list(violations(value, option, whole, place)) for option in part.get("anyOf", ())]
    if tried and all(tried):
        yield max(tried, key=lambda found: max(len(said.partition(": ")[0]) for said in found))[0]
    types = part.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(_TYPES[name](value) for name in types):
        yield f"{place}: expected {' or '.join(types)}, got {_short(value)}"
        return
    options = part.get("enum", [part["const"]] if "const" in part else [value])
    if value not in options:
        yield f"{place}: expected {' or '.join(map(str, options))}, got {_short(value)}"
    if isinstance(value, str):
        yield from _string(value, part, place)
    elif isinstance(value, list):
        yield from _array(value, part, whole, place)
    elif isinstance(value, dict):
        yield from _object(value, part, whole, place)
    elif "minimum" in part and value is not None and value < part["minimum"]:
        yield f"{place}: expected at least {part['minimum']}, got {value}"


def _string(value: str, part: Schema, place: str) -> Iterator[str]:
    if "pattern" in part and not re.search(part["pattern"], value):
        yield f"{place}: {_short(value)} does not have the form {part['pattern']}"
    if len(value) < part.get("minLength", 0):
        yield f"{place}: expected some text"


def _array(value: list[Any], part: Schema, whole: Schema, place: str) -> Iterator[str]:
    if not part.get("minItems", 0) <= len(value) <= part.get("maxItems", len(value)):
        yield f"{place}: expected at least {part.get('minItems', 0)} entries, got {len(value)}"
    if part.get("uniqueItems") and len({json.dumps(entry) for entry in value}) < len(value):
        yield f"{place}: an entry stands there twice"
    for number, entry in enumerate(value):
        yield from violations(entry, part.get("items", {}), whole, f"{place}[{number}]")


def _object(value: dict[str, Any], part: Schema, whole: Schema, place: str) -> Iterator[str]:
    known, other = part.get("properties", {}), part.get("additionalProperties", {})
    yield from (f"{place}: {name} is missing" for name in part.get("required", ()) if name not in value)
    if len(value) < part.get("minProperties", 0):
        yield f"{place}: expected some entries"
    for name, entry in value.items():
        if name not in known and other is False:
            yield f"{place}: {name} is not expected"
        else:
            yield from violations(entry, known.get(name, other or {}), whole, f"{place}.{name}")


def _contradictions(contents: Mapping[str, Any]) -> Iterator[str]:
    """What a schema cannot say: names that do not fit each other."""
    parameters = [entry["name"] for entry in contents["parameters"]]
    flags = [entry["id"] for entry in contents["flags"]]
    for number, entry in enumerate(contents["flags"]):
        if entry["id"] in flags[:number]:
            yield f"$.flags[{number}].id: {entry['id']} stands there twice"
        if max(entry["cases"]) > len(contents["cases"]):
            yield f"$.flags[{number}].cases: there are {len(contents['cases'])} cases"
    for name in sorted(set(flags) & set(contents["not_told_apart"])):
        yield f"$.not_told_apart: {name} is told apart"
    for number, case in enumerate(contents["cases"]):
        if list(case["inputs"]) != parameters:
            yield f"$.cases[{number}].inputs: expected {', '.join(parameters)}"
        if case["id"] != number + 1:
            yield f"$.cases[{number}].id: expected {number + 1}"
        if case["tolerance"].keys() != case["outputs"].keys():
            yield f"$.cases[{number}].tolerance: expected {', '.join(case['outputs'])}"


def _differences(contents: Mapping[str, Any]) -> Iterator[str]:
    """Where the file is not what this version computes from its inputs."""
    from .document import document
    from .stored import drawn

    try:
        anew = document(contents["equation"], drawn(contents), version=contents["rlproof"])
    except (ValueError, ArithmeticError, TypeError, KeyError) as error:
        yield f"$.cases: the equation is not defined there: {error}"
        return
    yield from differing(json.loads(json.dumps(anew)), contents, "$")


def differing(one: Any, other: Any, place: str) -> Iterator[str]:
    """Where two JSON values differ: the right one first."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            yield from differing(one.get(name), other.get(name), f"{place}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from differing(first, second, f"{place}[{number}]")
    elif one != other:
        yield f"{place}: expected {_short(one)}, got {_short(other)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:56]} ..."
