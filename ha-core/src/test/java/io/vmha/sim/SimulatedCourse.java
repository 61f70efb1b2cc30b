package io.vmha.sim;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.Capability;
import io.vmha.center.config.CenterConfig;
import io.vmha.model.Inventory;
import io.vmha.policy.FailoverConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything that is decided before a simulation starts. What it leaves open is up to {@link Chance}.
 *
 * @param seed the seed of chance
 * @param inventory what there is
 * @param config the operator's choices about how plans are carried out
 * @param failover the operator's choices about failover
 * @param errorRate the share of calls that fail, while faults are injected
 * @param isSlow whether threads are held up now and then
 * @param isDurable whether the journal is one on a disk
 * @param isAsynchronous whether databases acknowledge commits before a replica has them
 * @param lacks what others can do and this platform cannot
 * @param resync how often the center reads the platform; empty: only where it needs to
 * @param events what happens, in order
 */
record SimulatedCourse(
        long seed,
        Inventory inventory,
        CenterConfig config,
        FailoverConfig failover,
        double errorRate,
        boolean isSlow,
        boolean isDurable,
        boolean isAsynchronous,
        Lacks lacks,
        Optional<Duration> resync,
        List<CourseEvent> events) {

    /**
     * What a platform cannot do.
     *
     * @param databases whether nobody can read its databases and promote them
     * @param capabilities what its adapter says that it cannot do
     */
    record Lacks(boolean databases, ImmutableSet<Capability> capabilities) {
        static final Lacks NOTHING = new Lacks(false, ImmutableSet.of());
    }

    /** The course that a seed stands for. */
    static SimulatedCourse of(long seed) {
        return new RandomCourse(seed).course();
    }

    /** How often the databases are read: of courses with a limit of their lag, half have it kept by what was read of late. */
    Duration databaseInterval() {
        boolean isOften = failover.maxReplicationLag().isPresent() && seed % 2 == 0;
        return Duration.ofSeconds(isOften ? 5 : 20);
    }

    SimulatedCourse with(List<CourseEvent> fewer) {
        return new SimulatedCourse(
                seed,
                inventory,
                config,
                failover,
                errorRate,
                isSlow,
                isDurable,
                isAsynchronous,
                lacks,
                resync,
                List.copyOf(fewer));
    }

    /** The same with a journal that outlives its center. */
    SimulatedCourse onDisk() {
        return new SimulatedCourse(
                seed, inventory, config, failover, errorRate, isSlow, true, isAsynchronous, lacks, resync, events);
    }

    boolean has(CourseEvent.Kind kind) {
        return events.stream().anyMatch(event -> event.kind() == kind);
    }
}
