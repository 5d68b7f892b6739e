"""Ray: runs are jobs of a Ray cluster, through the REST interface of its Jobs API.

The interface asks for nothing that this package lacks: Ray itself has to be installed where the
cluster is. https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html
"""

import ipaddress
import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests

from resnet_viz.runs.engines.demand import Demand, demand
from resnet_viz.runs.engines.engine import (
    ENDED,
    RUNNING,
    WAITING,
    Engine,
    EngineError,
    Job,
    Resources,
)
from resnet_viz.runs.engines.orders import command, order
from resnet_viz.runs.starting import LOG
from resnet_viz.training.config import RunConfig

NAME = "ray"
ADDRESS_VARIABLE = "RESNET_VIZ_RAY_ADDRESS"
ADDRESS_VARIABLES = (ADDRESS_VARIABLE, "RAY_API_SERVER_ADDRESS", "RAY_ADDRESS")
USUAL = "http://127.0.0.1:8265"
CONNECT_SECONDS, SECONDS = 3.0, 10.0  # in which it has to be there, and to answer
STATES = {"PENDING": WAITING, "RUNNING": RUNNING}  # of all others nothing more comes


class Unit(Engine):
    """A cluster at ``RESNET_VIZ_RAY_ADDRESS``, else ``RAY_ADDRESS``, else on this machine.

    Raises:
        EngineError: if the cluster is on another machine and not guarded by a token.
    """

    def __init__(self, worker: tuple[str, ...]) -> None:
        super().__init__(worker)
        self.address = _address()
        host = urlsplit(self.address).hostname or ""
        self._session = requests.Session()
        local = is_loopback(host)
        self._session.trust_env = not local  # no proxy stands before this machine
        if token := _token():
            self._session.headers["Authorization"] = f"Bearer {token}"
        if not local:
            self._want_guard(token)

    def submit(self, jobs: Sequence[Job]) -> list[str]:
        """Submit each with what it demands."""
        gpus = self.resources().gpus
        return [self._submit(job, demand(job.config, gpus)) for job in jobs]

    def stop(self, job: str) -> None:
        """Have Ray end it: SIGTERM, and SIGKILL three seconds later."""
        self._ask("POST", f"/api/jobs/{job}/stop", missing={})

    def poll(self, jobs: Sequence[str]) -> dict[str, str]:
        """What Ray says of each."""
        return {job: STATES.get(self._about(job).get("status", ""), ENDED) for job in jobs}

    def logs(self, job: str) -> str:
        """What Ray says of a job, and what the job said before its worker began."""
        about = self._about(job).get("message") or ""
        said = self._ask("GET", f"/api/jobs/{job}/logs", missing={}).get("logs") or ""
        return "\n".join(filter(None, [said.rstrip(), about]))

    def resources(self) -> Resources:
        """CPUs and GPUs of the nodes that are alive."""
        nodes = self._nodes()
        totals = [node.get("resources_total") or {} for node in nodes]
        cpus, gpus = (int(sum(of.get(kind, 0) for of in totals)) for kind in ("CPU", "GPU"))
        status = self._ask("GET", "/api/cluster_status").get("data") or {}
        report = (status.get("clusterStatus") or {}).get("loadMetricsReport") or {}
        usage = report.get("usage") or {}
        return Resources(
            cpus=cpus,
            gpus=gpus,
            cpus_free=_free(cpus, usage.get("CPU")),
            gpus_free=_free(gpus, usage.get("GPU")),
            nodes=len(nodes),
        )

    def takes(self, there: Sequence[RunConfig], waiting: Sequence[RunConfig]) -> list[int]:
        """As many as the cluster can work on at once: one that waits long in Ray fails there."""
        has = self.resources()
        room = Demand(has.cpus, has.gpus)
        for config in there:
            room -= demand(config, has.gpus)
        taken = []
        for index, config in enumerate(waiting):
            left = room - demand(config, has.gpus)
            if left.cpus >= 0 and left.gpus >= 0:
                room = left
                taken.append(index)
        return taken

    def is_here(self) -> bool:
        """Whether all nodes have addresses of this machine."""
        mine = {entry.address for entries in psutil.net_if_addrs().values() for entry in entries}
        return all(node.get("node_ip") in mine for node in self._nodes())

    def _submit(self, job: Job, wanted: Demand) -> str:
        called = f"resnet_viz-{job.run_id}-{job.token[:8]}"
        order(job, NAME, self.worker, called=called, told={ADDRESS_VARIABLE: self.address})
        folder = shlex.quote(str(job.folder))
        answer = self._ask(
            "POST",
            "/api/jobs/",
            json={
                "entrypoint": f"{command()} {folder} {job.token} >> {folder}/{LOG} 2>&1",
                "submission_id": called,
                "entrypoint_num_cpus": wanted.cpus,
                "entrypoint_num_gpus": wanted.gpus,
            },
        )
        return str(answer.get("submission_id") or called)

    def _about(self, job: str) -> dict[str, Any]:
        return self._ask("GET", f"/api/jobs/{job}", missing={})

    def _nodes(self) -> list[dict[str, Any]]:
        answer = self._ask("GET", "/api/v0/nodes?detail=true&limit=10000")
        listed = ((answer.get("data") or {}).get("result") or {}).get("result") or []
        nodes = [node for node in listed if node.get("state") == "ALIVE"]
        if not nodes:
            raise EngineError(f"The Ray cluster at {self.address} has no node yet: wait a moment.")
        return nodes

    def _ask(
        self, method: str, path: str, *, json: Any = None, missing: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The answer; ``missing`` is it where the cluster does not know what is asked about."""
        try:
            response = self._session.request(
                method, self.address + path, json=json, timeout=(CONNECT_SECONDS, SECONDS)
            )
            if response.status_code in (401, 403):
                raise EngineError(
                    f"The Ray cluster at {self.address} wants its token: put it into "
                    "RAY_AUTH_TOKEN, or its file's path into RAY_AUTH_TOKEN_PATH."
                )
            if response.status_code == 404 and missing is not None:
                return missing
            response.raise_for_status()
            answer = response.json()
        except requests.exceptions.ConnectionError as error:
            raise EngineError(
                f"No Ray cluster answers at {self.address}: start one with ray start --head, or "
                f"put its dashboard's address into {ADDRESS_VARIABLE}."
            ) from error
        except requests.exceptions.RequestException as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
            raise EngineError(
                f"The Ray cluster at {self.address} could not do what was asked ({reason}): look "
                "at its dashboard."
            ) from error
        return answer if isinstance(answer, dict) else {}

    def _want_guard(self, token: str | None) -> None:
        """Refuse a cluster on another machine that whoever reaches it may run programs on."""
        if token is None:
            raise EngineError(
                f"The Ray cluster at {self.address} is on another machine, and there is no token "
                "for it: start it with RAY_AUTH_MODE=token, and put its token into RAY_AUTH_TOKEN."
            )
        try:
            status = requests.get(
                f"{self.address}/api/version", timeout=(CONNECT_SECONDS, SECONDS)
            ).status_code
        except requests.exceptions.RequestException:
            return  # the first question says so
        if status < 400:
            raise EngineError(
                f"The Ray cluster at {self.address} takes jobs from anybody without a token: start "
                "it with RAY_AUTH_MODE=token."
            )


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _free(total: int, usage: list[float] | None) -> int | None:
    """What is left of a kind of resource, of which Ray tells how much is used of how much."""
    return max(0, int(total - usage[0])) if usage else None if total else 0


def _address() -> str:
    name, value = next(
        ((name, value) for name in ADDRESS_VARIABLES if (value := os.environ.get(name))),
        ("", USUAL),
    )
    address = value.rstrip("/")
    if "://" not in address and name == ADDRESS_VARIABLE:
        address = f"http://{address}"
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
        raise EngineError(
            f"{name} is {value!r}, which is not the address of a Ray dashboard: put one such as "
            f"http://head:8265 into {ADDRESS_VARIABLE}."
        )
    return address


def _token() -> str | None:
    """The cluster's token, where Ray itself looks for it."""
    if os.environ.get("RAY_AUTH_MODE", "token").lower() == "disabled":
        return None
    if token := os.environ.get("RAY_AUTH_TOKEN", "").strip():
        return token
    path = os.environ.get("RAY_AUTH_TOKEN_PATH") or "~/.ray/auth_token"
    try:
        return Path(path).expanduser().read_text().strip() or None
    except OSError:
        return None
