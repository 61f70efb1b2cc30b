package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the hypervisor counts of one guest at one moment, by which it is told whether the guest does anything. Immutable.
 *
 * @param state libvirt's {@code virDomainState}
 * @param use of its disks and network cards; absent where that is not all told, as while a job of another call holds the domain, or
 *     there is nothing that could be counted
 * @param vcpuNanos the CPU time of each vCPU that is online; empty where it is not told
 * @param waitNanos how long its vCPUs waited for a CPU of the host though they had work; absent where it is not told
 */
record GuestCounters(int state, Optional<GuestUse> use, ImmutableList<Long> vcpuNanos, OptionalLong waitNanos) {
    static final GuestCounters NONE = new GuestCounters(0, Optional.empty(), ImmutableList.of(), OptionalLong.empty());

    private static final int MOST_DEVICES = 1_024;
    private static final long LARGE_PACKET = 1_500;

    static GuestCounters of(TypedParameters parameters) {
        ImmutableList.Builder<Long> cpu = ImmutableList.builder();
        OptionalLong wait = OptionalLong.empty();
        long vcpus = Math.min(MOST_DEVICES, parameters.number("vcpu.maximum").orElse(0));
        for (int i = 0; i < vcpus; i++) {
            parameters.number("vcpu." + i + ".time").ifPresent(cpu::add);
            OptionalLong waited = parameters.number("vcpu." + i + ".delay");
            if (waited.isPresent()) {
                wait = OptionalLong.of(wait.orElse(0) + waited.getAsLong());
            }
        }
        return new GuestCounters((int) parameters.number("state.state").orElse(0), use(parameters), cpu.build(), wait);
    }

    private static Optional<GuestUse> use(TypedParameters parameters) {
        long disks = parameters.number("block.count").orElse(-1);
        long cards = parameters.number("net.count").orElse(0);
        if (disks < 0 || disks + cards == 0 || disks + cards > MOST_DEVICES) {
            return Optional.empty();
        }
        long requests = 0;
        boolean told = false;
        for (int i = 0; i < disks; i++) {
            OptionalLong reads = parameters.number("block." + i + ".rd.reqs");
            OptionalLong writes = parameters.number("block." + i + ".wr.reqs");
            // Without its job, a domain's disks have paths and no figures; a drive without a medium has neither.
            if (writes.isEmpty() && parameters.has("block." + i + ".path")) {
                return Optional.empty();
            }
            told |= writes.isPresent();
            requests += reads.orElse(0)
                    + writes.orElse(0)
                    + parameters.number("block." + i + ".fl.reqs").orElse(0);
        }
        long packets = 0;
        long bytes = 0;
        for (int i = 0; i < cards; i++) {
            OptionalLong sent = parameters.number("net." + i + ".tx.pkts");
            told |= sent.isPresent();
            packets += sent.orElse(0);
            // Where the size is not told it may have been anything.
            bytes += parameters.number("net." + i + ".tx.bytes").orElse(LARGE_PACKET * sent.orElse(0));
        }
        return told ? Optional.of(new GuestUse(requests, packets, bytes)) : Optional.empty();
    }
}
