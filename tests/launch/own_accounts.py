"""Two students with accounts of their own, in a world where accounts can be added: what each can see of the other.

``test_deploy.py`` runs this as root behind ``unshare --mount``. It prints what the first student's kernel found.
"""

import asyncio
import sys

from class_hub import running_hub
from class_load import everyone
from class_student import Student

LOOK = """
import getpass, json, os
from pathlib import Path

def found(path):
    try:
        return sorted(os.listdir(path))
    except PermissionError:
        return "closed"

kernel = Path(f"/proc/{os.getpid()}/cmdline").read_bytes().split(bytes(1))
connection = next(Path(os.fsdecode(each)) for each in kernel if each.endswith(b".json"))
print(json.dumps({
    "account": getpass.getuser(),
    "home": os.path.expanduser("~"),
    "collection": found(os.path.expanduser("~/intimacy")),
    "other home": found("/home/student02"),
    "class folder": found(FOLDER),
    "secrets": [name for name in os.environ if name.startswith("CLASS_")],
    "transport": json.loads(connection.read_text())["transport"],
    "connection": oct(connection.stat().st_mode & 0o777),
}))
"""


async def main() -> None:
    """Seat two, let them arrive, and let the first one look around."""
    async with running_hub(CLASS_ACCOUNTS="own", CLASS_SEATS=2) as hub:
        students = [Student("student01", hub), Student("student02", hub)]
        await everyone(students, Student.arrive)
        print((await students[0].run(f"FOLDER = {str(hub.folder)!r}\n{LOOK}"))["text"])
        await everyone(students, Student.leave)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
