package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * What one host answered at one moment. Immutable.
 *
 * @param facts what it is
 * @param domains what is defined on it
 */
record HostSnapshot(HostFacts facts, ImmutableList<Entry> domains) {

    /** Whether something on it may be any machine: then it cannot be told that a machine is not here. */
    boolean mayHideAMachine() {
        return domains.stream()
                .anyMatch(entry -> entry.isHeld() && entry.description().isUnidentified());
    }

    /** Returns the snapshot with one domain changed. */
    HostSnapshot with(UUID domain, UnaryOperator<Entry> change) {
        return new HostSnapshot(
                facts,
                domains.stream()
                        .map(entry -> entry.stats().uuid().equals(domain) ? change.apply(entry) : entry)
                        .collect(ImmutableList.toImmutableList()));
    }

    HostSnapshot without(UUID domain) {
        return new HostSnapshot(
                facts,
                domains.stream()
                        .filter(entry -> !entry.stats().uuid().equals(domain))
                        .collect(ImmutableList.toImmutableList()));
    }

    HostSnapshot plus(Entry entry) {
        return new HostSnapshot(
                facts, ImmutableList.<Entry>builder().addAll(domains).add(entry).build());
    }

    /**
     * One domain.
     *
     * @param description its definition
     * @param stats its state and use
     * @param allocation what it is allocated now, or would start with
     * @param load its CPU time since the snapshot before, as a fraction of its vCPUs' time; 0 where it is not known
     */
    record Entry(DomainDescription description, DomainStats stats, Resources allocation, double load) {

        Entry withAllocation(Resources changed) {
            return new Entry(description, stats, changed, load);
        }

        Entry withState(int state) {
            return new Entry(description, stats.withState(state), allocation, load);
        }

        /** Whether it is held by the host now: it runs, is suspended, or is not known to be off. */
        boolean isHeld() {
            return stats.power() != PowerState.OFF;
        }
    }
}
