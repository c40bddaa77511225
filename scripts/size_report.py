#!/usr/bin/env python3
"""Prints files under src/ of more than 600 lines and functions of more than 70, but for tests.

  scripts/size_report.py [--self-test]

What is longer and should be stands in scripts/size_allowed.json as {"path": lines, "path:first line of the
function": lines}. That list may only shrink: an entry may be exceeded no more than the limit, and goes when it is
not needed. Exit code 1 if something is too long.
"""
import json
import os
import re
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
FILE_LINES, FUNCTION_LINES = 600, 70
NOT_FUNCTIONS = re.compile(r"\s*(namespace|class|struct|enum|union|extern|if|for|while|switch|do|else|try|case|default)\b")


def functions(lines):
    """(first line, number of lines) of each function, by the indentation that clang-format gives: a line that is
    only a closing brace ends what began at the nearest line above with the same indentation."""
    last_at = {}  # indentation -> number of the last line there
    for number, line in enumerate(lines):
        text = line.strip()
        if not text or text.startswith(("//", "#")):
            continue
        indentation = len(line) - len(line.lstrip())
        if text == "}":
            begin = last_at.get(indentation)
            if begin is not None and begin < number:
                signature = " ".join(lines[begin:number]).split("{")[0]
                if "(" in signature and not NOT_FUNCTIONS.match(signature) and not signature.strip().startswith("}"):
                    yield lines[begin].strip(), number - begin + 1
        last_at[indentation] = number


def too_long(path, text):
    lines = text.splitlines()
    if len(lines) > FILE_LINES:
        yield path, len(lines)
    for signature, length in functions(lines):
        if length > FUNCTION_LINES:
            yield f"{path}:{signature}", length


def report(files, allowed):
    """Lines of the report, and whether all is well."""
    found = dict(entry for path, text in files for entry in too_long(path, text))
    bad = [f"{key}: {lines} lines, {'allowed ' + str(allowed[key]) if key in allowed else 'too long'}"
           for key, lines in sorted(found.items()) if lines > allowed.get(key, 0)]
    bad += [f"{key}: is in the list of what may be long, and need not be" for key in allowed if key not in found]
    return bad


def self_test():
    body = "".join(f"  x = {i};\n" for i in range(68))
    cases = {
        "void f() {\n" + body + "}\n": [],
        "void f() {\n  y();\n" + body + "}\n": ["a.cpp:void f() {"],
        "Result<T> f(int a,\n            int b) {\n" + body + "}\n": ["a.cpp:Result<T> f(int a,"],
        "namespace a {\n" + body + body + "}\n": [],
        "class A {\n  void f() {\n" + body.replace("  x", "    x") + "    y();\n  }\n};\n": ["a.cpp:void f() {"],
        "//\n" * 601: ["a.cpp"],
    }
    for text, wanted in cases.items():
        got = [key for key, _ in too_long("a.cpp", text)]
        assert got == wanted, (text[:40], got)
    long = [("a.cpp", "//\n" * 601)]
    assert report(long, {}) and not report(long, {"a.cpp": 601}) and report(long, {"a.cpp": 600})
    assert report([], {"a.cpp": 601})
    print("size_report: self-test passed")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    files = []
    for folder, _, names in os.walk(os.path.join(ROOT, "src")):
        for name in names:
            if name.endswith((".h", ".cpp")) and not name.endswith(("_test.cpp", "_test.h")):
                with open(os.path.join(folder, name)) as f:
                    files.append((os.path.relpath(os.path.join(folder, name), ROOT), f.read()))
    with open(os.path.join(ROOT, "scripts", "size_allowed.json")) as f:
        bad = report(files, json.load(f))
    print("\n".join(bad + [f"size_report: {len(files)} files, {len(bad)} too long"]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
