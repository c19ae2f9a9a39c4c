"""Specs of summary.py, run by test.sh: python3 -m unittest discover -s scripts -p '*_test.py'"""

import contextlib
import io
import pathlib
import tempfile
import unittest
import uuid
from xml.sax.saxutils import quoteattr

import summary

CLASS = "Mercure.Specs.Live.DeliverySpecs"


def trx(results: list[tuple[str, str, str]], errors: list[str]) -> str:
    """Of (name, outcome, message), as the logger of dotnet test writes it."""
    definitions, outcomes = "", ""
    for name, outcome, message in results:
        test = uuid.uuid4()
        method = name.split("(")[0]
        definitions += (
            f'<UnitTest name={quoteattr(name)} id="{test}"><TestMethod className="{method.rpartition(".")[0]}" '
            f'name={quoteattr(method.rpartition(".")[2])} /></UnitTest>')
        inner = "" if outcome == "Passed" else f"<Output><ErrorInfo><Message>{message}</Message></ErrorInfo></Output>"
        outcomes += f'<UnitTestResult testId="{test}" testName={quoteattr(name)} outcome="{outcome}">{inner}</UnitTestResult>'
    infos = "".join(f'<RunInfo outcome="Error"><Text>{error}</Text></RunInfo>' for error in errors)
    return (
        f'<TestRun xmlns="{summary.NAMESPACE["t"]}"><Results>{outcomes}</Results><TestDefinitions>{definitions}</TestDefinitions>'
        f"<ResultSummary><RunInfos>{infos}</RunInfos></ResultSummary></TestRun>")


class SummarySpecs(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.first = pathlib.Path(directory.name, "results")
        self.second = pathlib.Path(directory.name, "again")
        self.first.mkdir()
        self.second.mkdir()

    def write(self, directory: pathlib.Path, *results: tuple[str, str, str], errors: list[str] | None = None) -> None:
        named = [(f"{CLASS}.{name}", outcome, message) for name, outcome, message in results]
        (directory / f"{uuid.uuid4()}.trx").write_text(trx(named, errors or []))

    def run_summary(self, *arguments: object) -> tuple[int, list[str]]:
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
            code = summary.main([str(argument) for argument in arguments])
        return code, out.getvalue().splitlines()

    def report(self, status: int = 0) -> tuple[int, list[str]]:
        return self.run_summary("report", self.first, self.second, status)

    def again(self) -> list[str]:
        return self.run_summary("again", self.first)[1]

    def test_all_passed(self) -> None:
        self.write(self.first, ("One", "Passed", ""), ("Two(a: 1)", "Passed", ""))
        self.assertEqual([], self.again())
        self.assertEqual((0, ["2 passed, 0 failed"]), self.report())

    def test_a_spec_that_passes_when_it_is_run_again_is_unstable(self) -> None:
        self.write(
            self.first, ("One", "Passed", ""), ("Two", "Failed", "Not within 20 s"), errors=[f"[xUnit.net 00:00:00.87]     {CLASS}.Two [FAIL]"])
        self.write(self.second, ("Two", "Passed", ""))
        self.assertEqual([f"{CLASS}.Two"], self.again())
        self.assertEqual((0, [f"unstable: {CLASS}.Two: Not within 20 s", "2 passed, 0 failed"]), self.report(1))

    def test_a_spec_that_fails_twice_has_failed(self) -> None:
        self.write(self.first, ("One", "Passed", ""), ("Two", "Failed", "wrong"))
        self.write(self.second, ("Two", "Failed", "wrong again"))
        self.assertEqual((1, [f"failed: {CLASS}.Two: wrong", "1 passed, 1 failed"]), self.report(1))

    def test_a_spec_that_did_not_run_again_has_failed(self) -> None:
        self.write(self.first, ("One", "Passed", ""), ("Two", "Failed", "wrong"))
        self.assertEqual((1, [f"failed: {CLASS}.Two: wrong", "1 passed, 1 failed"]), self.report(1))

    def test_the_method_of_a_theory_runs_again_and_each_case_is_judged(self) -> None:
        self.write(self.first, ('Two(a: "x.y(1)")', "Failed", "wrong"), ("Two(a: 2)", "Failed", "wrong"), ("Two(a: 3)", "Passed", ""))
        self.write(self.second, ('Two(a: "x.y(1)")', "Passed", ""), ("Two(a: 2)", "Failed", "wrong"), ("Two(a: 3)", "Passed", ""))
        self.assertEqual([f"{CLASS}.Two"], self.again())
        code, lines = self.report(1)
        self.assertEqual(1, code)
        self.assertEqual([f'unstable: {CLASS}.Two(a: "x.y(1)"): wrong', f"failed: {CLASS}.Two(a: 2): wrong", "2 passed, 1 failed"], lines)

    def test_a_case_that_fails_only_when_it_is_run_again_is_unstable(self) -> None:
        self.write(self.first, ("Two(a: 1)", "Failed", "slow"), ("Two(a: 2)", "Passed", ""))
        self.write(self.second, ("Two(a: 1)", "Passed", ""), ("Two(a: 2)", "Failed", "slow"))
        self.assertEqual((0, [f"unstable: {CLASS}.Two(a: 1): slow", f"unstable: {CLASS}.Two(a: 2): slow", "2 passed, 0 failed"]), self.report(1))

    def test_cases_of_one_name_all_have_to_pass(self) -> None:
        self.write(self.first, ("Two(a: ···)", "Failed", "wrong"), ("Two(a: ···)", "Passed", ""))
        self.write(self.second, ("Two(a: ···)", "Passed", ""), ("Two(a: ···)", "Failed", "wrong"))
        self.assertEqual(1, self.report(1)[0])

    def test_a_counter_example_is_final(self) -> None:
        self.write(self.first, ("One", "Passed", ""), ("Two", "Failed", "FsCheck.Xunit.PropertyFailedException :\nFalsifiable, after 1 test"))
        self.write(self.second, ("Two", "Passed", ""))
        self.assertEqual([], self.again())
        self.assertEqual(1, self.report(1)[0])

    def test_many_failures_are_not_run_again(self) -> None:
        self.write(self.first, *[(f"Spec{i}", "Failed", "wrong") for i in range(summary.MOST_RUN_AGAIN + 1)])
        self.assertEqual([], self.again())

    def test_a_skipped_spec_fails_the_run(self) -> None:
        self.write(self.first, ("One", "Passed", ""), ("Two", "NotExecuted", "php is not installed"))
        self.assertEqual((1, [f"skipped: {CLASS}.Two: php is not installed", "1 passed, 1 failed"]), self.report())

    def test_a_spec_skipped_for_want_of_a_privilege_does_not(self) -> None:
        self.write(self.first, ("One", "Passed", ""), ("Two", "NotExecuted", "needs a privilege: no mount"))
        self.assertEqual((0, [f"skipped: {CLASS}.Two: needs a privilege: no mount", "1 passed, 0 failed"]), self.report())

    def test_a_crash_names_what_ran(self) -> None:
        self.write(self.first, ("One", "Passed", ""), errors=["Test host process crashed: boom\n at A.B()\n at Mercure.Specs.Two()"])
        (self.first / "Sequence_1.xml").write_text(
            '<TestSequence><Test Name="One" DisplayName="One" Completed="True" /><Test Name="Two" DisplayName="Two(a: 1)" Completed="False" /></TestSequence>')
        self.assertEqual(
            (1, ["the run: Test host process crashed: boom", "  at Mercure.Specs.Two()", "did not end: Two(a: 1)", "1 passed, 2 failed"]), self.report(1))

    def test_a_run_that_fails_without_a_reason_fails(self) -> None:
        self.write(self.first, ("One", "Passed", ""))
        self.assertEqual((1, ["the run ended with exit code 1, though no spec failed", "1 passed, 1 failed"]), self.report(1))

    def test_a_file_that_ends_half_way_fails_the_run(self) -> None:
        self.write(self.first, ("One", "Passed", ""))
        (self.first / "half.trx").write_text("<TestRun><Results>")
        self.assertEqual([], self.again())
        code, lines = self.report(1)
        self.assertEqual((1, "1 passed, 1 failed"), (code, lines[-1]))

    def test_nothing_passed_is_a_failure(self) -> None:
        self.assertEqual((1, ["0 passed, 0 failed"]), self.report())


if __name__ == "__main__":
    unittest.main()
