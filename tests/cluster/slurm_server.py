"""A Slurm of one node on this machine: its daemons, their key and their ports in a folder."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.cluster.processes import free_ports, server, until

TOOLS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
LACKING = [name for name in TOOLS if shutil.which(name) is None]

# No cgroups and no systemd are needed. What is short here is long where people share a cluster: how
# soon a job is ended after its signal (KillWait), and a queued-again one begins (cred_expire).
CONFIG = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
MpiDefault=none
KillWait=5
MinJobAge=60
SchedulerParameters=sched_interval=1
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=1000
PartitionName=main Nodes={host} Default=YES State=UP
"""


@contextmanager
def slurm(folder: Path, cpus: int) -> Iterator[Path]:
    """The path of its configuration, which is what SLURM_CONF has to be, while it works."""
    for name in ("state", "spool"):
        (folder / name).mkdir()
    folder.chmod(0o711)
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    config = folder / "slurm.conf"
    host = socket.gethostname().partition(".")[0]
    values = {"host": host, "user": getpass.getuser(), "ports": free_ports(2), "cpus": cpus}
    config.write_text(CONFIG.format(folder=folder, **values))
    variables = os.environ | {"SLURM_CONF": str(config)}
    munge = [f"--{name}-file={folder}/munged.{name}" for name in ("log", "pid", "seed")]
    socket_path = folder / "munge.socket"
    with ExitStack() as stack:

        def start(name: str, *options: str) -> None:
            command = [str(shutil.which(name)), *options]
            stack.enter_context(server(command, folder / f"{name}.log", variables))

        def said() -> str:
            return "\n".join(path.read_text()[-2000:] for path in folder.glob("*.log"))

        start("munged", "-F", "-f", f"-S{socket_path}", f"--key-file={key}", *munge)
        until(socket_path.exists, 10, said)
        start("slurmctld", "-D")
        start("slurmd", "-D")

        def is_idle() -> bool:
            answer = subprocess.run(
                ["sinfo", "-h", "-o", "%T"], env=variables, capture_output=True, text=True
            )
            return answer.stdout.strip() == "idle"

        until(is_idle, 30, said)
        yield config
        # Jobs outlive their slurmd: they end before it, so that nothing is left.
        subprocess.run(["scancel", "--me"], env=variables, capture_output=True)
        deadline = time.monotonic() + 15
        while _listed(variables) and time.monotonic() < deadline:
            time.sleep(0.2)


def _listed(variables: dict[str, str]) -> str:
    return subprocess.run(
        ["squeue", "--me", "--noheader"], env=variables, capture_output=True, text=True
    ).stdout.strip()
