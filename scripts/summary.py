"""Prints how the specs went, from their trx files: the failed ones, then one line with the sums."""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

NAMESPACE = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}


def main(directory: str) -> int:
    passed = failed = skipped = 0
    for path in sorted(pathlib.Path(directory).rglob("*.trx")):
        for result in ElementTree.parse(path).iterfind(".//t:UnitTestResult", NAMESPACE):
            outcome = result.get("outcome")
            if outcome == "Passed":
                passed += 1
            elif outcome == "NotExecuted":
                skipped += 1
                print(f"skipped: {result.get('testName')}")
            else:
                failed += 1
                print(f"failed: {result.get('testName')}")

    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


sys.exit(main(sys.argv[1]))
