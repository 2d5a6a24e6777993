"""Set up the project's environment in ``.venv``: ``python tools/setup.py [lab | test]``.

This file must parse in every Python, old ones too, so that the wrong one gets a sentence and no traceback.
The work is done in ``environment.py``.
"""

import sys

OLDEST = (3, 11)
NEWEST = (3, 14)


def check_version(version):
    """Say in one sentence what is wrong with a Python of this version, or nothing if it will do."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return ""
    fault = "old" if tuple(version[:2]) < OLDEST else "new"
    given, oldest, newest = ("{}.{}".format(*each[:2]) for each in (version, OLDEST, NEWEST))
    return "Python {} is too {}: install Python {} to {} from https://www.python.org/downloads/.".format(  # noqa: UP032
        given, fault, oldest, newest
    )


if __name__ == "__main__":
    wrong = check_version(sys.version_info)
    if wrong:
        sys.exit(wrong)

    import environment

    sys.exit(environment.main(sys.argv[1:]))
