#!/bin/sh
# Print the Python to build the environment with: $PYTHON if it is set, else the best one on the PATH.
# A name on the PATH is tried and not trusted: version managers leave names behind that do not run.

if [ -n "${PYTHON:-}" ]; then
    if "$PYTHON" -c "" 2>/dev/null; then
        printf '%s\n' "$PYTHON"
        exit 0
    fi
    echo "PYTHON=$PYTHON does not run: name a Python 3.11 to 3.14, or leave PYTHON out and let make find one." >&2
    exit 1
fi

fits='import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'
for check in "$fits" ""; do
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        if "$name" -c "$check" 2>/dev/null; then
            printf '%s\n' "$name"
            exit 0
        fi
    done
done
echo "There is no Python on this computer: install Python 3.11 to 3.14 from https://www.python.org/downloads/ and try again." >&2
exit 1
