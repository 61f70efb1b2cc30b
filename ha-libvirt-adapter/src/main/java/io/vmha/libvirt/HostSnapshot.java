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

    /**
     * What the host's machines can be allocated together: what it has, or what its settings allow, less what domains use
     * that are none of the library's. At least one millicore and one MiB, as a host of the inventory has.
     */
    Resources pool(LibvirtHost settings) {
        Resources foreign = domains.stream()
                .filter(entry -> !(entry.description().profile() instanceof VmProfile))
                .map(Entry::claim)
                .reduce(Resources.NONE, Resources::plus);
        Resources left = settings.capacity().orElse(facts.size()).minus(foreign);
        return Resources.of(Math.max(1, left.cpuMillis()), Math.max(1, left.memoryMiB()));
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

        /** What it takes of its host's pool: a machine of the inventory always, another domain only while it runs. */
        Resources claim() {
            if (description.profile() instanceof VmProfile) {
                return allocation;
            }
            return stats.power() == PowerState.OFF ? Resources.NONE : allocation;
        }
    }
}
