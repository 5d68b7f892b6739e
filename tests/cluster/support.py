"""What the tests of every cluster share."""

import os

import pytest

from tests.cluster.processes import until

WANTED = pytest.mark.skipif(
    os.environ.get("RESNET_VIZ_CLUSTER_TESTS", "yes") == "no",
    reason="RESNET_VIZ_CLUSTER_TESTS says no",
)


def follow(starter, run, *statuses, seconds=60.0):
    """The run once it has one of the statuses, with someone looking after the queue meanwhile."""

    def there() -> bool:
        starter.pump()
        return starter.store.run(run.id).status in statuses

    def now() -> str:
        left = starter.store.run(run.id)
        return f"{left.name} is {left.status} {left.error}\n{starter.queues.logs(left)}"

    until(there, seconds, now)
    return starter.store.run(run.id)
