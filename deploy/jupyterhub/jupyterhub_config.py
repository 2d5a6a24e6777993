"""JupyterHub for one class on one machine. The environment variables below tune it; ``docs/deploy.md`` says how."""

import os
import sys
from pathlib import Path

from jupyterhub.auth import LocalAuthenticator
from jupyterhub.authenticators.shared import SharedPasswordAuthenticator

c = get_config()  # noqa: F821 - JupyterHub provides it

HERE = Path(__file__).resolve().parent


def whole(name: str, default: int) -> int:
    """Return an environment variable that is a whole number above 0."""
    given = os.environ.get(name) or str(default)
    if not given.isdecimal() or int(given) == 0:
        sys.exit(f"{name} must be a whole number above 0, got {given!r}.")
    return int(given)


address = os.environ.get("CLASS_ADDRESS") or "127.0.0.1"
port = whole("CLASS_PORT", 8000)  # The two ports after it are used too, on this machine only.
seats = whole("CLASS_SEATS", 30)
starts_at_once = whole("CLASS_STARTS_AT_ONCE", 2 * (os.cpu_count() or 1))
megabytes = whole("CLASS_MEGABYTES", 1000)
idle_seconds = whole("CLASS_IDLE_SECONDS", 3600)
accounts = os.environ.get("CLASS_ACCOUNTS") or "own"
folder = Path(os.environ.get("CLASS_FOLDER") or "~/intimacy-class").expanduser().resolve()
password = os.environ.get("CLASS_PASSWORD", "")
teacher_password = os.environ.get("CLASS_TEACHER_PASSWORD", "")


class OwnAccounts(LocalAuthenticator, SharedPasswordAuthenticator):
    """One password for the class, and an account of its own on this machine for every seat."""


KINDS = {"own": (OwnAccounts, "localprocess"), "one": (SharedPasswordAuthenticator, "simple")}

if len(password) < 8:
    sys.exit(f"CLASS_PASSWORD must have at least 8 characters, got {len(password)}.")
if teacher_password and len(teacher_password) < 32:
    sys.exit(f"CLASS_TEACHER_PASSWORD must have at least 32 characters or none, got {len(teacher_password)}.")
if accounts not in KINDS:
    sys.exit(f"CLASS_ACCOUNTS must be one of {', '.join(KINDS)}, got {accounts!r}.")
if accounts == "own" and os.geteuid() != 0:
    sys.exit("CLASS_ACCOUNTS=own starts servers under other accounts: run it as the administrator (root).")

# The database, the cookie secret and, with one account, the homes: for nobody else to read.
folder.mkdir(mode=0o700, parents=True, exist_ok=True)

# Who may come in: seats with a number, so the machine holds no names, and a teacher if there is a password for one.
c.JupyterHub.authenticator_class, c.JupyterHub.spawner_class = KINDS[accounts]
c.LocalAuthenticator.create_system_users = True
c.SharedPasswordAuthenticator.user_password = password
c.SharedPasswordAuthenticator.admin_password = teacher_password
c.Authenticator.allowed_users = {f"student{number:02}" for number in range(1, seats + 1)}
c.Authenticator.admin_users = {"teacher"} if teacher_password else set()
c.Authenticator.allow_existing_users = False

# What listens where: only the proxy can be reached from outside.
c.JupyterHub.bind_url = f"http://{address}:{port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port + 1}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 2}"
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{folder / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")

# A student's server. The spawner does not enforce mem_limit: student_server.py sets it for each process.
c.Spawner.cmd = [sys.executable, str(HERE / "student_server.py")]
c.Spawner.args = [
    # On a machine with several people, kernels must not be reachable by TCP.
    "--KernelManager.transport=ipc",
    f"--MappingKernelManager.cull_idle_timeout={idle_seconds}",
    # With one account, servers run as whoever runs the hub; Jupyter asks that the administrator says so.
    *(["--allow-root"] if accounts == "one" and os.geteuid() == 0 else []),
]
c.Spawner.default_url = "/lab/tree/intimacy/notebooks/00_start_here.ipynb"
c.Spawner.disable_user_config = True
c.Spawner.mem_limit = megabytes * 1_000_000
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "{username}")

# Thirty servers that start at once keep everyone waiting: some start, and the page of the others tries again by itself.
c.JupyterHub.concurrent_spawn_limit = starts_at_once
c.JupyterHub.template_paths = [str(HERE / "templates")]

# Servers that nobody uses are stopped. What a student wrote stays.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={idle_seconds}"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
