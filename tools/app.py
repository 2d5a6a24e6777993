"""Serve the collection as apps without code: ``python tools/app.py [options]``; ``--help`` lists them.

One Voilà server with a gallery as its front door. Kernels are kept ready for the next visitors, are stopped when their
page has gone or rests, and are counted. What a visitor does not need is not served: see ``OPEN``.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

from jupyter_server._tz import utcnow
from jupyter_server.base.handlers import FileFindHandler, Template404
from jupyter_server.services.kernels.connection.base import BaseKernelWebsocketConnection
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.ioloop import IOLoop
from traitlets import Integer, List, Unicode
from traitlets.config import Config
from voila.app import Voila, _kernel_id_regex
from voila.handler import BaseVoilaHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import AllowListFileHandler, MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from app_pages import write

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = Path(__file__).resolve().parent / "app"
IMPORTS = "import intimacy.evidence, intimacy.labs, intimacy.lessons, intimacy.widgets"
FULL = "All places are taken"
"""What a visitor is told when there is no kernel left; the page says what to do."""
OPEN = (
    AllowListFileHandler,
    FileFindHandler,
    MultiStaticFileHandler,
    TemplateStaticFileHandler,
    TornadoVoilaHandler,
    VoilaKernelWebsocketHandler,
)
"""Of Voilà's handlers, those that a page needs: pictures, its own scripts, the page itself and its kernel's line."""
MESSAGES = ("comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request")
POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
SETTLED = Config(
    Voila={"ip": "127.0.0.1", "tornado_settings": {"headers": HEADERS}},
    VoilaConfiguration={
        "template": "apps",
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "extension_allowlist": [
            "@voila-dashboards/widgets-manager8",
            "@jupyter-widgets/jupyterlab-manager",
            "anywidget",
        ],
        "file_allowlist": [r"figures/\w+\.png"],
        "show_tracebacks": False,
        "strip_sources": True,
    },
    Kernels={
        "cull_idle_timeout": 1200,
        "cull_interval": 15,
        "allow_tracebacks": False,
        "kernel_manager_class": f"{__name__}.Kernel",
    },
    # Ports of this machine could be read by its other users.
    KernelManager={"transport": "ipc" if os.name == "posix" else "tcp"},
)


class Kernel(ServerKernelManager):
    """A kernel whose page hears that an error has come, and neither which nor where.

    Jupyter looks for these words here and has them elsewhere: without them the first error would cut the page off.
    """

    traceback_replacement_message = "Python stopped at an error. What it was is not shown here."


class Kernels(AsyncMappingKernelManager):
    """Kernels for visitors: some kept ready, never more than so many, and none for a page that has gone."""

    ready = Integer(2, min=0, help="kernels kept ready for the next visitors, with the collection imported").tag(
        config=True
    )
    most = Integer(20, min=1, help="visitors' kernels at most; more are asked to come back").tag(config=True)
    gone = Integer(60, min=1, help="seconds after which the kernel of a page that has gone is stopped").tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.waiting: dict[str, asyncio.Task[None]] = {}
        self.coming: set[str] = set()
        self.listeners: dict[str, list[Callable[[], None]]] = {}

    @property
    def visitors(self) -> int:
        """How many kernels visitors have or are about to have."""
        return len({*self.list_kernel_ids()} - self.waiting.keys() | self.coming)

    def fill(self) -> None:
        """Begin to start kernels until enough are ready."""
        while len(self.waiting) < self.ready:
            kernel_id = str(uuid.uuid4())
            self.waiting[kernel_id] = asyncio.ensure_future(self._prepare(kernel_id))

    async def _prepare(self, kernel_id: str) -> None:
        await super().start_kernel(kernel_id=kernel_id, kernel_name="python3", path="")
        client = self.get_kernel(kernel_id).client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        await client.execute(IMPORTS, store_history=False, reply=True)
        client.stop_channels()

    async def start_kernel(self, **kwargs: Any) -> str:
        """Return a kernel that is ready, or one that is started now.

        Raises:
            HTTPError: with status 503, when as many visitors as may be are there.
        """
        if self.visitors >= self.most:
            raise web.HTTPError(503, reason=FULL)
        # Taken before anything is awaited, or the next visitor would get the same kernel.
        kernel_id = next(iter(self.waiting), str(uuid.uuid4()))
        prepared = self.waiting.pop(kernel_id, None)
        self.coming.add(kernel_id)
        try:
            await (prepared or super().start_kernel(kernel_id=kernel_id, **kwargs))
            self.get_kernel(kernel_id).last_activity = utcnow()
            return kernel_id
        finally:
            self.coming.remove(kernel_id)
            self.fill()

    def notify_disconnect(self, kernel_id: str) -> None:
        """Begin to count the time that a page has been gone."""
        super().notify_disconnect(kernel_id)
        if kernel_id in self:
            self.get_kernel(kernel_id).last_activity = utcnow()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Stop a kernel that rests: soon if its page has gone, else after the time that a page may rest."""
        if kernel_id in self.waiting or kernel_id in self.coming:
            return
        kernel = self.get_kernel(kernel_id)
        limit = self.cull_idle_timeout if self._kernel_connections.get(kernel_id) else self.gone
        rested = (utcnow() - kernel.last_activity).total_seconds() > limit
        if kernel.execution_state == "dead" or (rested and kernel.execution_state != "busy"):
            self.log.info("Stopping the kernel %s.", kernel_id)
            await self.shutdown_kernel(kernel_id)

    def add_restart_callback(self, kernel_id: str, callback: Callable[[], None], event: str = "restart") -> None:
        """Remember also which pages want to be told that a kernel is dead."""
        super().add_restart_callback(kernel_id, callback, event)
        # The server's own would take the kernel off its list, and leave the process running.
        is_page = isinstance(getattr(callback, "__self__", None), BaseKernelWebsocketConnection)
        if event == "dead" and is_page:
            self.listeners.setdefault(kernel_id, []).append(callback)

    def remove_restart_callback(self, kernel_id: str, callback: Callable[[], None], event: str = "restart") -> None:
        """Forget a page that has gone."""
        super().remove_restart_callback(kernel_id, callback, event)
        if callback in self.listeners.get(kernel_id, []):
            self.listeners[kernel_id].remove(callback)

    async def shutdown_kernel(self, kernel_id: str, *args: Any, **kwargs: Any) -> None:
        """Stop a kernel. Its page is told that it is dead: it would not notice before the learner moves something."""
        for tell in self.listeners.pop(kernel_id, []):
            tell()
        await super().shutdown_kernel(kernel_id, *args, **kwargs)

    async def shutdown_all(self, *args: Any, **kwargs: Any) -> None:
        """Stop all kernels, also those that are still starting."""
        await asyncio.gather(*self.waiting.values(), return_exceptions=True)
        self.waiting.clear()
        await super().shutdown_all(*args, **kwargs)


class Headed(web.RequestHandler):
    """A file that comes with the headers of a page, which Voilà sends with pages only."""

    def set_default_headers(self) -> None:
        """Set them."""
        for name, value in HEADERS.items():
            self.set_header(name, value)


class PictureFile(Headed, AllowListFileHandler):
    """A picture of the gallery."""


class OwnFile(Headed, MultiStaticFileHandler):
    """A script or style of Voilà's own."""


class TemplateFile(Headed, TemplateStaticFileHandler):
    """A script or style of a template."""


FILES = {
    AllowListFileHandler: PictureFile,
    MultiStaticFileHandler: OwnFile,
    TemplateStaticFileHandler: TemplateFile,
}


class Look(KernelHandler):
    """What a page asks of its own kernel, by an id that nobody else can guess: that it is there, and nothing else."""

    SUPPORTED_METHODS = ("GET",)


class GoodBye(VoilaShutdownKernelHandler):
    """A page that is left says so, and its kernel stops."""

    def check_xsrf_cookie(self) -> None:
        """Refuse what does not come from a page of ours: Voilà's page sends no token that could be checked instead."""
        if "Origin" not in self.request.headers or not self.check_origin():
            raise web.HTTPError(403)


class Gallery(BaseVoilaHandler):
    """The front door."""

    @web.authenticated
    def get(self) -> None:
        """Show all notebooks, labs and games."""
        self.finish(self.render_template("gallery.html", lessons=self.settings["lessons"], base_url=self.base_url))


class Nowhere(Template404, BaseVoilaHandler):
    """What stands at every other address: that there is no such app."""


class Apps(Voila):
    """Voilà on what ``app_pages`` writes, with a gallery, and with fewer doors."""

    examples = "python tools/app.py --port=8866 --most=30"
    classes: ClassVar[list[Any]] = [*Voila.classes, Kernels]
    aliases: ClassVar[dict[str, str]] = {
        **Voila.aliases,
        "ip": "Voila.ip",
        "name": "Apps.names",
        "folder": "Voila.root_dir",
        "ready": "Kernels.ready",
        "most": "Kernels.most",
        "gone": "Kernels.gone",
        "idle": "Kernels.cull_idle_timeout",
        "every": "Kernels.cull_interval",
    }

    names = List(Unicode(), help="names of this machine under which a web server in front passes the apps on").tag(
        config=True
    )

    @property
    def is_closed(self) -> bool:
        """Whether only programs on this machine can reach the apps."""
        return self.ip == "localhost" or ip_address(self.ip).is_loopback

    def initialize(self, argv: list[str] | None = None) -> None:
        """Read the options, and no configuration from elsewhere: it could open a door."""
        self.config_file_paths = []
        self.root_dir = str(ROOT / "build" / "app")
        self.update_config(SETTLED)
        super().initialize(argv)
        self.voila_configuration.multi_kernel_manager_class = Kernels

    def init_settings(self) -> dict[str, Any]:
        """Write the pages, and begin to make kernels ready."""
        Path(self.root_dir).mkdir(parents=True, exist_ok=True)
        settings = super().init_settings()
        self.kernel_manager.allowed_message_types = list(MESSAGES)
        settings["lessons"] = write(Path(self.root_dir))
        # Another site can let its own name point to this machine, and its page would then pass for one of ours.
        settings["allow_remote_access"] = not self.is_closed
        settings["local_hostnames"] = ["localhost", *self.names]
        settings["default_handler_class"] = Nowhere
        settings["default_handler_args"] = {"voila_configuration": self.voila_configuration}
        IOLoop.current().add_callback(self.kernel_manager.fill)
        return settings

    def init_handlers(self) -> list[Any]:
        """Return the gallery and what pages need; there is no list of files, of kernels or of contents."""
        named = {"voila_configuration": self.voila_configuration}
        login = self.identity_provider.get_handlers() if self.identity_provider.token else []
        return [
            (self.server_url, Gallery, named),
            (url_path_join(self.server_url, f"/api/kernels/{_kernel_id_regex}"), Look),
            (url_path_join(self.server_url, f"/voila/api/shutdown/{_kernel_id_regex}"), GoodBye),
            *((path, FILES.get(door, door), *more) for path, door, *more in super().init_handlers() if door in OPEN),
            *login,
        ]

    def listen(self) -> None:
        """Say who can come in, and serve."""
        if not self.is_closed:
            print(
                f"Everyone who reaches this machine at {self.ip} can open the apps. They cannot run code or read its "
                "files, but they use its memory. For the open web, put a server with TLS and a rate limit before it.",
                file=sys.stderr,
            )
        super().listen()

    def stop(self) -> None:
        """Stop all kernels where they were started: Voilà itself would from another event loop."""
        self.ioloop.run_sync(self.kernel_manager.shutdown_all)
        super().stop()


def main() -> None:
    """Serve."""
    # Matrices are small here, and threads that wait for one another make 0.1 ms into 50 where cores are shared.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(TEMPLATES), os.environ.get("JUPYTER_PATH", "")]).rstrip(
        os.pathsep
    )
    Apps.launch_instance()


if __name__ == "__main__":
    sys.exit(main())
