"""Judges the specs from their trx files.

summary.py again DIRECTORY                    prints the methods of the specs that failed and may pass if they are run again
summary.py report DIRECTORY AGAIN [STATUS]    prints how the specs went; the last line is "N passed, N failed"

DIRECTORY holds the results of the whole run, AGAIN those of the second run of what failed, STATUS is the exit code of the whole run.
A spec that failed in one run and passed in the other is unstable: it counts as passed. The exit code is 0 if all passed.
"""

import collections
import dataclasses
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

NAMESPACE = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}

# More than this is a fault, not a coincidence.
MOST_RUN_AGAIN = 15

# A skip is accepted for this reason alone; see Mercure.Specs/Settings/Needs.cs.
ACCEPTED_SKIP = "needs a privilege: "

# A property that has found a counter-example has found a fault: the next run tries other examples.
COUNTER_EXAMPLE = "Falsifiable"

# What the runner says of results that are in the file as well.
REPEATED = re.compile(r"^\[xUnit\.net .*(\[FAIL\]$|\[Test (Class|Collection|Assembly) Cleanup Failure )")


@dataclasses.dataclass(frozen=True)
class Result:
    """One case of one spec; a theory has many."""

    method: str
    name: str
    outcome: str
    message: str

    @property
    def failed(self) -> bool:
        return self.outcome not in ("Passed", "NotExecuted")

    @property
    def may_pass(self) -> bool:
        return self.failed and COUNTER_EXAMPLE not in self.message

    @property
    def why(self) -> str:
        return next((line for line in self.message.splitlines() if line.strip()), "no reason was given").strip()


@dataclasses.dataclass
class Run:
    results: list[Result]
    errors: list[str]

    def failures(self) -> dict[str, Result]:
        """By name: a failed case counts once."""
        return {result.name: result for result in self.results if result.failed}

    def passes(self) -> set[str]:
        return {result.name for result in self.results if result.outcome == "Passed"} - self.failures().keys()


def read(directory: str) -> Run:
    run = Run([], [])
    for path in sorted(pathlib.Path(directory).rglob("*.trx")):
        try:
            read_results(ElementTree.parse(path), run)
        except ElementTree.ParseError as error:
            run.errors.append(f"{path.name} can't be read: {error}")
    for path in sorted(pathlib.Path(directory).rglob("Sequence_*.xml")):
        for test in ElementTree.parse(path).iterfind(".//Test"):
            if test.get("Completed") == "False":
                run.errors.append(f"did not end: {test.get('DisplayName') or test.get('Name')}")
    run.errors = list(dict.fromkeys(run.errors))
    return run


def read_results(trx: ElementTree.ElementTree, run: Run) -> None:
    methods = {}
    for test in trx.iterfind(".//t:UnitTest", NAMESPACE):
        method = test.find("t:TestMethod", NAMESPACE)
        # A theory's case may have its arguments here
        methods[test.get("id")] = f"{method.get('className')}.{method.get('name').split('(')[0].split('.')[-1]}"
    for result in trx.iterfind(".//t:UnitTestResult", NAMESPACE):
        message = result.findtext(".//t:ErrorInfo/t:Message", "", NAMESPACE) or result.findtext(".//t:StdOut", "", NAMESPACE)
        run.results.append(Result(methods[result.get("testId")], result.get("testName"), result.get("outcome"), message))
    for info in trx.iterfind(".//t:RunInfo[@outcome='Error']", NAMESPACE):
        lines = info.findtext("t:Text", "", NAMESPACE).strip().splitlines()
        if lines and not REPEATED.search(lines[0]):
            # Of the stack, what is a spec's
            run.errors.append("\n  ".join([f"the run: {lines[0]}", *[line.strip() for line in lines[1:] if "Mercure.Specs" in line][:3]]))


def again(directory: str) -> int:
    failures = read(directory).failures().values()
    methods = list(dict.fromkeys(result.method for result in failures if result.may_pass))
    if len(methods) > MOST_RUN_AGAIN:
        print(f"{len(methods)} specs failed: none of them is run again", file=sys.stderr)
        return 0
    for method in methods:
        print(method)
    return 0


def report(directory: str, again_directory: str, status: int) -> int:
    first, second = read(directory), read(again_directory)
    final, unstable = judge(first, second)

    skips = [result for result in first.results if result.outcome == "NotExecuted"]
    for result in skips:
        print(f"skipped: {result.name}: {result.why}")
    errors = first.errors + second.errors
    if status and not first.failures() and not errors:
        errors.append(f"the run ended with exit code {status}, though no spec failed")
    for error in errors:
        print(error)
    for result in unstable:
        print(f"unstable: {result.name}: {result.why}")
    for result in final:
        print(f"failed: {result.name}: {result.why}")

    refused = [result for result in skips if not result.why.startswith(ACCEPTED_SKIP)]
    cases = collections.Counter(result.name for result in first.results if result.outcome != "NotExecuted")
    passed = sum(cases.values()) - sum(cases[result.name] for result in final if result.name in cases)
    failed = len(final) + len(refused) + len(errors)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def judge(first: Run, second: Run) -> tuple[list[Result], list[Result]]:
    """The failed and the unstable."""
    final, unstable = [], []
    for name, result in first.failures().items():
        (unstable if result.may_pass and name in second.passes() else final).append(result)
    for name, result in second.failures().items():
        if name not in first.failures():
            (unstable if result.may_pass and name in first.passes() else final).append(result)
    return final, unstable


def main(arguments: list[str]) -> int:
    match arguments:
        case ["again", directory]:
            return again(directory)
        case ["report", directory, again_directory]:
            return report(directory, again_directory, 0)
        case ["report", directory, again_directory, status]:
            return report(directory, again_directory, int(status))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
