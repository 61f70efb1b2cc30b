package io.vmha.policy;

import com.google.common.collect.Sets;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.Optional;

/** Which hosts a machine may be placed on, and how full it would make them. Pure functions. */
final class HostPlacement {
    private HostPlacement() {}

    static Optional<String> refusal(VirtualMachine vm, Host current, Host host, Inventory others) {
        if (host.role() != current.role()) {
            return Optional.of("it is in the other cluster");
        }
        if (host.health() != HostHealth.UP) {
            return Optional.of("it is " + host.health());
        }
        if (host.inMaintenance()) {
            return Optional.of("it is in maintenance");
        }
        if (!vm.allocation().fitsIn(others.freeOn(host.id()))) {
            return Optional.of("it lacks the room: " + others.freeOn(host.id()) + " free");
        }
        if (!keepsAntiAffinity(vm, host.id(), others)) {
            return Optional.of("it runs a VM of the same anti-affinity group");
        }
        return Optional.empty();
    }

    private static boolean keepsAntiAffinity(VirtualMachine vm, HostId host, Inventory others) {
        return vm.antiAffinity().isEmpty()
                || others.vmsOn(host).stream()
                        .allMatch(other -> Sets.intersection(vm.antiAffinity(), other.antiAffinity())
                                .isEmpty());
    }

    /** The larger of the two shares that would be allocated, 0 to 1. */
    static double fullnessWith(VirtualMachine vm, Host host, Inventory others) {
        Resources used = others.allocatedOn(host.id()).plus(vm.allocation());
        return used.shareOf(host.capacity());
    }
}
