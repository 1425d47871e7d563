"""What the tests on servers share."""

from tests.cluster.fixtures import cluster as cluster
from tests.cluster.fixtures import own_server as own_server
from tests.cluster.fixtures import steady_cluster as steady_cluster
