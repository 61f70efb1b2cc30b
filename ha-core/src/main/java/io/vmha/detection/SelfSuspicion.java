package io.vmha.detection;

import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells the silence of senders from the deafness of whoever listens: where most of those who should be heard of fall silent
 * together, and not on one host alone, it is the listener that is suspect. Confined to its {@link LivenessTracker}.
 *
 * <p>Whoever is half way through the delay that is allowed to it counts as silent here, so that this is known before the first
 * of many is suspected.
 */
final class SelfSuspicion {
    /** All senders are looked at to judge, which is not done for each of many findings of one moment. */
    private static final Duration JUDGED_FOR = Duration.ofMillis(250);

    private static final int HOSTS_AT_LEAST = 2;

    private final DetectionConfig config;
    private Instant judgedAt = Instant.MIN;
    private Optional<Instant> since = Optional.empty();

    SelfSuspicion(DetectionConfig config) {
        this.config = config;
    }

    private record Silent(Instant lastHeard, HostId host) {}

    /** Since when the listener is suspect, as of the last judgement. */
    Optional<Instant> since() {
        return since;
    }

    /** Whether the listener is suspect at that moment. */
    boolean holds(Collection<Watched> watched, Inventory inventory, Instant now) {
        if (now.isBefore(judgedAt) || !now.isBefore(judgedAt.plus(JUDGED_FOR))) {
            judgedAt = now;
            since = isDeaf(watched, inventory, now) ? since.or(() -> Optional.of(now)) : Optional.empty();
        }
        return since.isPresent();
    }

    private boolean isDeaf(Collection<Watched> watched, Inventory inventory, Instant now) {
        List<Silent> silent = new ArrayList<>();
        long heard = 0;
        Instant last = Instant.MIN;
        for (Watched sender : watched) {
            Optional<HostId> host = expectedOn(sender.subject, inventory);
            if (host.isPresent() && !now.isBefore(halfWay(sender))) {
                silent.add(new Silent(sender.lastHeard, host.get()));
                last = last.isBefore(sender.lastHeard) ? sender.lastHeard : last;
            } else if (host.isPresent()) {
                heard++;
            }
        }
        // Who fell silent long before the others did says nothing about the listener.
        long together = 0;
        Set<HostId> hosts = new HashSet<>();
        for (Silent one : silent) {
            if (!one.lastHeard().plus(config.together()).isBefore(last)) {
                together++;
                hosts.add(one.host());
            }
        }
        return hosts.size() >= HOSTS_AT_LEAST && together > config.selfSuspicionShare() * (together + heard);
    }

    private Instant halfWay(Watched sender) {
        SilenceLimit limit = config.limitOf(sender.subject);
        return sender.suspectedAt().minus(limit.slack().dividedBy(2));
    }

    private static Optional<HostId> expectedOn(FaultSubject subject, Inventory inventory) {
        return subject.accept(new FaultSubject.Visitor<Optional<HostId>>() {
            @Override
            public Optional<HostId> visitOfVm(FaultSubject.OfVm vm) {
                return inventory
                        .vm(vm.vm())
                        .filter(found -> SilentHosts.isExpected(found, inventory))
                        .map(VirtualMachine::host);
            }

            @Override
            public Optional<HostId> visitOfHost(FaultSubject.OfHost host) {
                return inventory.host(host.host()).filter(Host::isAvailable).map(Host::id);
            }
        });
    }
}
