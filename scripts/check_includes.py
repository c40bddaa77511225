#!/usr/bin/env python3
"""Checks who includes whom under src/ (docs/architecture.md says why), and where heavy headers may stand.

  scripts/check_includes.py [--self-test]

Prints file:line: and the rule for each #include that breaks one; exit code 1 if there is any.
"""
import os
import re
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))

# What a layer may include, beside its own files. 'interfaces' are the headers that stand directly in engines/.
MAY_INCLUDE = {
    "core": (),
    "nouns": ("core",),
    "interfaces": ("core", "nouns"),
    "engines": ("core", "nouns", "interfaces"),
    "verbs": ("core", "nouns", "interfaces"),
    "shell": ("core",),
    "main": ("core", "nouns", "interfaces", "engines", "verbs", "shell"),
}

# Headers (or whole folders) of engines that interfaces, other engines and verbs may include as well: libraries of
# plain functions and records, with nothing behind them that could be exchanged. Never engines/libvirt.
PUBLIC = (
    "engines/machine/record.h",
    "engines/vhdx/",
)
# The same for engines alone: the daemon's one database.
SHARED = ("engines/state/database.h",)

# Third-party headers that cost compile time or tie code to a library: pattern, where they may be, in words.
HEAVY = [
    (r"libvirt/", lambda path: path.startswith("src/engines/libvirt/"), "libvirt only in engines/libvirt"),
    (r"CLI/", lambda path: path == "src/shell/host/command_line.cpp", "CLI11 only in shell/host/command_line.cpp"),
    (r"nlohmann/json\.hpp$", lambda path: path.endswith(".cpp"), "nlohmann/json.hpp only in .cpp files"),
    (r"boost/", lambda path: path in ("src/engines/process.cpp", "src/core/big_integer.cpp"),
     "Boost only in engines/process.cpp and core/big_integer.cpp"),
    (r"doctest/", lambda path: is_test(path), "doctest only in tests"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def is_test(path):
    """x_test.cpp, and what tests share: syntax_test.h, test_support.h, test_main.cpp."""
    return re.search(r"(^|/)test_\w+\.\w+$|_test\.\w+$", path) is not None


def layer(path):
    """Layer of a path below src/, as 'core/value.h'."""
    parts = path.split("/")
    if len(parts) == 1:
        return "main"
    if parts[0] == "engines" and len(parts) == 2:
        return "interfaces"
    return parts[0]


def broken_rule(path, target):
    """The rule that `path` breaks by including `target` (both below src/), or None. A test may include all."""
    if is_test(path):
        return None
    source, wanted = layer(path), layer(target)
    if source not in MAY_INCLUDE or wanted not in MAY_INCLUDE:
        return f"src/{path if source not in MAY_INCLUDE else target} is in no layer that docs/architecture.md knows"
    if wanted in MAY_INCLUDE[source] or (source == wanted != "engines"):
        return None
    if wanted == "engines":
        if source == "engines" and path.split("/")[1] == target.split("/")[1]:
            return None
        if source in ("interfaces", "engines", "verbs") and target.startswith(PUBLIC):
            return None
        if source == "engines" and target.startswith(SHARED):
            return None
        return f"{source} may not include the inside of engines/{target.split('/')[1]}"
    return f"{source} may not include {wanted}"


def check(files):
    """files: (path from the root, text) pairs. Yields 'path:line: rule'."""
    for path, text in files:
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, target = match.groups()
            rule = broken_rule(path.removeprefix("src/"), target) if quote == '"' else None
            for pattern, allowed, words in HEAVY:
                if re.match(pattern, target) and not allowed(path):
                    rule = words
            if rule:
                yield f"{path}:{number}: {rule} ({target})"


def source_files(root):
    for folder, folders, names in os.walk(os.path.join(root, "src")):
        folders.sort()
        for name in sorted(names):
            if name.endswith((".h", ".cpp", ".inc")):
                path = os.path.join(folder, name)
                with open(path) as f:
                    yield os.path.relpath(path, root), f.read()


def self_test():
    cases = [  # path, include line, whether it is allowed
        ("src/core/value.cpp", '#include "core/value.h"', True),
        ("src/core/value.cpp", '#include "nouns/vm.h"', False),
        ("src/nouns/vm.h", '#include "core/value.h"', True),
        ("src/nouns/vm.h", '#include "engines/hypervisor.h"', False),
        ("src/engines/hypervisor.h", '#include "nouns/vm.h"', True),
        ("src/engines/hypervisor.h", '#include "engines/block/server.h"', False),
        ("src/engines/block/server.cpp", '#include "engines/block_server.h"', True),
        ("src/engines/block/server.cpp", '#include "engines/block/inner.h"', True),
        ("src/engines/block/server.cpp", '#include "engines/libvirt/connection.h"', False),
        ("src/engines/block/server.cpp", '#include "verbs/vm/stop_vm.h"', False),
        ("src/verbs/vm/stop_vm.cpp", '#include "engines/hypervisor.h"', True),
        ("src/verbs/vm/stop_vm.cpp", '#include "engines/libvirt/connection.h"', False),
        ("src/verbs/vm/stop_vm.cpp", '#include "shell/parser.h"', False),
        ("src/verbs/vm/stop_vm_test.cpp", '#include "engines/memory/hypervisor.h"', True),
        ("src/shell/bind/binder.cpp", '#include "core/cmdlet.h"', True),
        ("src/shell/bind/binder.cpp", '  #  include "nouns/vm.h"', False),
        ("src/shell/bind/binder.cpp", '// #include "nouns/vm.h"', True),
        ("src/main.cpp", '#include "engines/libvirt/hypervisor.h"', True),
        ("src/other/x.cpp", '#include "core/value.h"', False),
        ("src/core/value.cpp", "#include <libvirt/libvirt.h>", False),
        ("src/engines/libvirt/api.h", "#include <libvirt/libvirt.h>", True),
        ("src/core/json.h", "#include <nlohmann/json.hpp>", False),
        ("src/core/json.cpp", "#include <nlohmann/json.hpp>", True),
        ("src/core/json.h", "#include <nlohmann/json_fwd.hpp>", True),
        ("src/shell/host.cpp", "#include <CLI/CLI.hpp>", False),
        ("src/shell/host/command_line.cpp", "#include <CLI/CLI.hpp>", True),
        ("src/engines/process.cpp", "#include <boost/process/v2/process.hpp>", True),
        ("src/engines/block/servers.cpp", "#include <boost/process/v2/process.hpp>", False),
        ("src/core/value.cpp", "#include <doctest/doctest.h>", False),
        ("src/engines/vhdx/test_support.h", "#include <doctest/doctest.h>", True),
        ("src/engines/metering/metering.cpp", '#include "engines/state/database.h"', True),
        ("src/verbs/vm/stop_vm.cpp", '#include "engines/state/database.h"', False),
        ("src/verbs/vhd/get_vhd.cpp", '#include "engines/vhdx/image.h"', True),
    ]
    for path, line, allowed in cases:
        found = list(check([(path, "\n" + line)]))
        assert (not found) == allowed, (path, line, found)
        assert allowed or found[0].startswith(f"{path}:2: "), found
    assert not any(header.startswith("engines/libvirt/") for header in PUBLIC + SHARED)
    print("check_includes: self-test passed")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    if sys.argv[1:]:
        sys.exit(__doc__)
    files = list(source_files(ROOT))
    found = list(check(files))
    print("\n".join(found + [f"check_includes: {len(files)} files, {len(found)} forbidden includes"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
