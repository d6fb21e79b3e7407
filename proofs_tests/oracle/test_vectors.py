"""Vectors: their form, their results, what they tell apart, and that the same version writes the same bytes."""

import copy
import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import arb
from jsonschema import Draft202012Validator

import rlproof
from rlproof.cli import main
from rlproof.oracle.cases import each, to_float
from rlproof.oracle.vectors.document import document, is_about_samples, left_out, text
from rlproof.oracle.vectors.encoding import DIGITS, decimal, decode, encode
from rlproof.oracle.vectors.facts import exact_outputs, in_doubles, subject
from rlproof.oracle.vectors.stored import FOLDER, drawn, first_cases, stored
from rlproof.oracle.vectors.validate import complaints, differing, schema
from rlproof.spec import numbers
from rlproof.spec.decision_process import MDP
from rlproof.spec.registry import equations

SHIPPED = sorted(path.stem for path in FOLDER.glob("*.json"))
SAMPLE = ("gae.advantage", "td.n_step_return", "divergence.kl", "ppo.kl_penalty", "importance_sampling.ratio")
"""The files whose flags, too, are computed anew in every run."""
CONSUMER = Path(__file__).parent / "consumer" / "gae.mjs"
VALIDATOR = Draft202012Validator(schema("vectors"))
LARGEST = 2 * 2**20
GAE = stored("gae.advantage") or {}


def as_text(name: str) -> str:
    """A shipped file."""
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def contents(name: str) -> dict[str, Any]:
    """A copy of a shipped document, to be spoilt."""
    return json.loads(as_text(name))


def test_every_equation_about_samples_has_a_file() -> None:
    """What has none says why; together the files stay small."""
    wanted = [entry.id for entry in equations() if is_about_samples(entry.id) and left_out(entry.id) is None]
    assert sorted(wanted) == SHIPPED
    assert sum((FOLDER / f"{name}.json").stat().st_size for name in SHIPPED) < LARGEST


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_holds_what_the_specification_gives(name: str) -> None:
    """Form, names, exact results and tolerances; and every deviation is told apart or listed as not."""
    found = contents(name)
    assert complaints(found, recompute=False) == []
    assert found["rlproof"] == rlproof.__version__
    about = subject(name)
    known = {deviation.id for deviation in about.deviations}
    assert {entry["id"] for entry in found["flags"]} | set(found["not_told_apart"]) == known
    for case, facts in zip(found["cases"], map(about.facts, drawn(found)), strict=True):
        outputs = exact_outputs(about.contract.compute, facts)
        right = {output: json.loads(json.dumps(encode(value))) for output, value in outputs.items()}
        assert list(differing(right, case["outputs"], "outputs")) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_specification_in_doubles_is_within_the_tolerance(name: str) -> None:
    """A right function that starts from the doubles of a file passes."""
    about = subject(name)
    for case, facts in zip(contents(name)["cases"], map(about.facts, drawn(contents(name))), strict=True):
        with np.errstate(all="ignore"):
            got = about.contract.compute(in_doubles(facts))
        for output, entry in case["outputs"].items():
            assert_within(got[output], entry, case["tolerance"][output]["float64"])


def assert_within(got: Any, entry: Any, bound: Any) -> None:
    """Each number is within its bound of the nearest double, itself half a unit in the last place off."""
    if isinstance(entry, dict) and "record" in entry:
        parts = zip(got, entry["fields"].values(), bound, strict=True)
        for part in parts:
            assert_within(*part)
        return
    expected = entry["float64"] if isinstance(entry, dict) else entry
    rows = zip(np.ravel(np.asarray(got, dtype=float)), flat(expected), flat(bound), strict=True)
    for number, wanted, allowed in rows:
        assert number == wanted or abs(number - wanted) <= allowed + abs(wanted) * 2.0**-53


def flat(nested: Any) -> list[float]:
    """The numbers of a nested list, those that JSON cannot hold read from their names."""
    return [float(number) for number in np.ravel(np.asarray(nested, dtype=object))]


@pytest.mark.parametrize("name", SAMPLE)
def test_the_same_version_writes_the_same_bytes(name: str, tmp_path: Path) -> None:
    """`rlproof vectors export` gives the shipped file, flags included."""
    assert main(["vectors", "export", name, "--out", str(tmp_path)]) == 0
    assert (tmp_path / f"{name}.json").read_text(encoding="utf-8") == as_text(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(SHIPPED) - set(SAMPLE)))
def test_every_file_is_written_anew_with_the_same_bytes(name: str) -> None:
    """As above, of all files."""
    assert text(document(name, drawn(contents(name)), version=rlproof.__version__)) == as_text(name)


@pytest.mark.parametrize("name", SAMPLE)
def test_the_published_schema_accepts_the_files(name: str) -> None:
    """A validator of JSON Schema that knows nothing of ours agrees with ours."""
    assert list(VALIDATOR.iter_errors(contents(name))) == []


@pytest.mark.parametrize("name", ["vectors", "report"])
def test_the_schemas_are_schemas(name: str) -> None:
    """Both have the form that draft 2020-12 prescribes."""
    Draft202012Validator.check_schema(schema(name))


def remove(name: str) -> Callable[[dict[str, Any]], None]:
    """A change that leaves out an entry of the document."""
    return lambda found: found.pop(name) and None


def put(value: Any, *place: Any) -> Callable[[dict[str, Any]], None]:
    """A change that writes a value to a place."""

    def change(found: Any) -> None:
        for step in place[:-1]:
            found = found[step]
        found[place[-1]] = value

    return change


FORMS = [
    remove("cases"),
    remove("not_told_apart"),
    put([], "cases"),
    put("another", "format"),
    put(1, "equation"),
    put("nothing", "surprise"),
    put("unknown", "parameters", 0, "kind"),
    put({"exact": ["1/0"], "float64": [1.0]}, "cases", 0, "inputs", "rewards"),
    put({"exact": ["0.5"], "float64": [0.5]}, "cases", 0, "outputs", "advantage"),
    put({"exact": ["1"]}, "cases", 0, "outputs", "advantage"),
    put(0, "cases", 0, "id"),
    put("0.1", "cases", 0, "tolerance", "advantage", "float64"),
    put([], "flags", 0, "cases"),
    put(True, "flags", 0, "references"),
    put("mishap", "flags", 0, "kind"),
    put([1, 1], "flags", 0, "cases"),
]
"""Changes of the form of a file."""

CONTENTS = [
    put({"exact": ["1000"], "float64": [1000.0]}, "cases", 0, "outputs", "advantage"),
    put([0.5], "cases", 0, "tolerance", "advantage", "float64"),
    put(1000, "flags", 0, "cases", 0),
    put("another sentence", "flags", 0, "description"),
    put(["truncation_as_termination"], "not_told_apart"),
    put([True], "cases", 0, "inputs", "terminated"),
    put({}, "cases", 0, "inputs"),
]
"""Changes that leave the form, and make the file wrong."""


@pytest.mark.parametrize("spoil", FORMS)
def test_a_planted_mistake_of_form_is_found_by_both_validators(spoil: Callable[[dict[str, Any]], None]) -> None:
    """Negative control: our validator complains about what a validator of JSON Schema complains about."""
    found = contents("gae.advantage")
    spoil(found)
    assert not VALIDATOR.is_valid(found)
    assert complaints(found, recompute=False) != []


@pytest.mark.parametrize("spoil", CONTENTS)
def test_a_planted_wrong_entry_is_found(spoil: Callable[[dict[str, Any]], None]) -> None:
    """Negative control: a result, tolerance or flag that is not what this version computes is a complaint."""
    found = contents("gae.advantage")
    spoil(found)
    assert complaints(found) != []


def test_validate_counts_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A right file passes; a wrong one, one that is no JSON, and an empty folder fail."""
    (tmp_path / "right.json").write_text(as_text("divergence.kl"), encoding="utf-8")
    assert main(["vectors", "validate", str(tmp_path / "right.json")]) == 0
    assert "1 loaded, 1 run, 0 failed" in capsys.readouterr().out
    (tmp_path / "wrong.json").write_text(as_text("divergence.kl").replace('"doubled"', '"tripled"'), encoding="utf-8")
    (tmp_path / "none.json").write_text("{", encoding="utf-8")
    assert main(["vectors", "validate", str(tmp_path)]) == 1
    assert "3 loaded, 3 run, 2 failed" in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    assert main(["vectors", "validate", str(tmp_path / "empty")]) == 1


def test_export_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt id, and an equation that has several right results, write nothing."""
    assert main(["vectors", "export", "gae.advantages", "--out", str(tmp_path)]) == 2
    assert "nothing is exported" in capsys.readouterr().err
    assert main(["vectors", "export", "policy.greedy", "--out", str(tmp_path)]) == 2
    assert "left out" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_an_equation_about_processes_can_be_exported(tmp_path: Path) -> None:
    """What is not shipped is drawn; the file has the same form and reads back."""
    assert main(["vectors", "export", "mdp.eta", "--out", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "mdp.eta.json").read_text(encoding="utf-8"))
    assert complaints(found) == []
    assert list(VALIDATOR.iter_errors(found)) == []
    assert found["cases"][0]["inputs"]["mdp"]["record"] == "MDP"


def test_the_corners_of_an_estimate_are_there() -> None:
    """One step and several, flags everywhere and nowhere, no discount and none but discount."""
    cases = [each(to_float, case, "float64") for case in drawn(GAE)]
    assert {1, 3} <= {len(case["rewards"]) for case in cases}
    for flag in ("terminated", "truncated"):
        assert any(case[flag].all() for case in cases)
        assert not all(case[flag].any() for case in cases)
    for parameter in ("gamma", "gae_lambda"):
        assert {0.0, 1.0} <= {float(case[parameter]) for case in cases}


def test_mistakes_of_libraries_are_told_apart_and_from_each_other() -> None:
    """Of the estimator's deviations that were seen in libraries each shows, on cases of its own."""
    seen = {entry["id"]: tuple(entry["cases"]) for entry in GAE["flags"] if entry["references"]}
    known = {deviation.id for deviation in subject("gae.advantage").deviations if deviation.references}
    assert seen.keys() == known - set(GAE["not_told_apart"])
    assert "truncation_as_termination" in seen
    assert len(set(seen.values())) >= len(seen) - 2


def test_shipped_cases_come_first_and_are_completed() -> None:
    """The oracle gets a file's cases; words that a file lacks are drawn in the sizes of the case."""
    plain = first_cases("td.error", ("rewards", "values"))
    assert len(plain) == len(stored("td.error")["cases"])  # type: ignore[index]
    completed = first_cases("td.error", ("rewards", "values", "advantages", "clip_epsilon"))
    assert len(completed) == len(plain)
    for one, other in zip(plain, completed, strict=True):
        assert list(one["rewards"]) == list(other["rewards"])
        assert len(other["advantages"]) == len(other["rewards"])
    assert first_cases("mdp.eta", ("mdp",)) == []


@pytest.mark.parametrize(
    ("number", "down", "up"),
    [
        (Fraction(0), "0", "0"),
        (Fraction(1, 3), "3" * DIGITS + f"e-{DIGITS}", "3" * (DIGITS - 1) + f"4e-{DIGITS}"),
        (Fraction(-1, 3), "-" + "3" * (DIGITS - 1) + f"4e-{DIGITS}", "-" + "3" * DIGITS + f"e-{DIGITS}"),
        (Fraction(1), "1" + "0" * (DIGITS - 1) + f"e-{DIGITS - 1}", "1" + "0" * (DIGITS - 1) + f"e-{DIGITS - 1}"),
    ],
)
def test_decimals_are_rounded_outwards(number: Fraction, down: str, up: str) -> None:
    """Both ends have so many digits, and enclose the number."""
    assert (decimal(number, up=False), decimal(number, up=True)) == (down, up)
    assert Fraction(down) <= number <= Fraction(up)


@pytest.mark.parametrize("exponent", [-700, -3, 0, 5, 700])
def test_an_enclosure_encloses(exponent: int) -> None:
    """Of pi at any size; its double is the nearest."""
    with numbers.precision(256):
        value = arb.pi() * arb(2) ** exponent
        lower, upper = (Fraction(end) for end in encode(value)["enclosure"])
        assert arb(numbers.rational(lower)) < value < arb(numbers.rational(upper))
    assert upper - lower < abs(upper) * Fraction(1, 10 ** (DIGITS - 2))
    assert encode(value)["float64"] == math.ldexp(math.pi, exponent)


def test_what_is_not_finite_is_named() -> None:
    """JSON has no infinity."""
    assert encode(arb("inf"))["float64"] == "inf"
    assert encode(-arb("inf"))["enclosure"] == ["-inf", "-inf"]


@pytest.mark.parametrize(
    "value",
    [
        numbers.rational("3/4"),
        numbers.exact([["1/3", "-2"], ["0", "9/10"]]),
        np.array([True, False]),
        np.array([[1, 2]]),
        3,
        MDP([[[1]]], [["1/2"]], [1], "9/10"),
    ],
)
def test_what_is_written_reads_back(value: Any) -> None:
    """Numbers, flags, counts and processes."""
    written = json.loads(json.dumps(encode(value)))
    assert encode(decode(written)) == encode(value)


def test_files_are_lines_of_readable_json() -> None:
    """What fits into a line is one; nothing else than JSON is written."""
    assert json.loads(text(GAE)) == GAE
    lines = as_text("gae.advantage").splitlines()
    assert max(map(len, lines)) < 400
    assert any(re.match(r' {4}"rewards": \{"exact": \[', line) for line in lines)


@pytest.fixture
def node() -> str:
    """The interpreter of the consumer."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no `node` on the path: the consumer in JavaScript does not run (apt install nodejs)")
    return found


@pytest.mark.parametrize(
    ("planted", "code", "said"),
    [
        (None, 0, None),
        ("truncation_as_termination", 1, "truncation_as_termination"),
        ("truncated_ignored", 1, "truncated_ignored"),
        ("negated", 1, "negated"),
    ],
)
def test_a_program_in_another_language_is_held_against_a_file(
    node: str, planted: str | None, code: int, said: str | None
) -> None:
    """It reads a file, agrees, and with a planted mistake fails on the cases that the mistake's flag names."""
    command = [node, str(CONSUMER), str(FOLDER / "gae.advantage.json"), *([planted] if planted else [])]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == code, result.stderr
    found = json.loads(result.stdout)
    assert found["run"] == found["loaded"] == len(GAE["cases"])
    assert found["may_be"] == [] if said is None else said in found["may_be"]


def test_a_spoilt_file_fails_the_consumer(node: str, tmp_path: Path) -> None:
    """Negative control: one wrong result in the file, and the right function fails on that case."""
    spoilt = copy.deepcopy(contents("gae.advantage"))
    spoilt["cases"][2]["outputs"]["advantage"]["float64"][0] += 1e-6
    (tmp_path / "spoilt.json").write_text(json.dumps(spoilt), encoding="utf-8")
    result = subprocess.run([node, CONSUMER, tmp_path / "spoilt.json"], capture_output=True, text=True, check=False)
    assert (result.returncode, json.loads(result.stdout)["failed"]) == (1, 1)
