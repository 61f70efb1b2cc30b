#!/bin/bash
# Draws dashboard.png: the dashboard of a center that lives through four minutes of faults, by a real Prometheus. As root on Debian.
set -euo pipefail
cd "$(dirname "$0")/../.."
mvn -q -ntp test -pl ha-core/metrics -am -DexcludedTags=fuzz -Dtest=DashboardPictureTest -Dsurefire.failIfNoSpecifiedTests=false "$@"
cp ha-core/metrics/target/dashboard.png ha-core/metrics/
