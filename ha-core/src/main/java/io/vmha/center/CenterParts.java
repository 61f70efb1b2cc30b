package io.vmha.center;

import io.vmha.adapter.IsolationLease;
import io.vmha.policy.FailoverConfig;
import java.util.random.RandomGenerator;

/** What the parts of a center share; fixed for its life. */
record CenterParts(
        CenterScheduler scheduler,
        CenterConfig config,
        FailoverConfig failover,
        Leadership leadership,
        long epoch,
        IsolationLease lease,
        RandomGenerator random) {}
