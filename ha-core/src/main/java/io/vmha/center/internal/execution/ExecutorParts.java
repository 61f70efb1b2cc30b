package io.vmha.center.internal.execution;

import io.vmha.adapter.IsolationLease;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.leader.Leadership;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.policy.FailoverConfig;
import java.util.random.RandomGenerator;

/**
 * What an executor works with. Immutable.
 *
 * @param scheduler time and threads
 * @param config how plans are carried out
 * @param failover what operators chose about failover at the start
 * @param leadership whether this center leads
 * @param epoch the epoch that it leads in
 * @param lease when VMs that cannot be reached have isolated themselves
 * @param random jitter of backoffs
 */
public record ExecutorParts(
        CenterScheduler scheduler,
        CenterConfig config,
        FailoverConfig failover,
        Leadership leadership,
        long epoch,
        IsolationLease lease,
        RandomGenerator random) {}
