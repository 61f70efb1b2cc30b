package io.vmha.policy;

import com.google.common.collect.Sets;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import java.util.Optional;

/**
 * Why a host may not take one VM, by the first rule that it breaks: up and of the same cluster, not in maintenance, the same CPU
 * for a live migration, the user's rules, anti-affinity, room. For words; {@link WorkingHosts} is what chooses. Immutable.
 */
final class HostPlacement {
    private final PolicyRules rules;
    private final VirtualMachine vm;
    private final Host current;
    private final Inventory inventory;
    private final Inventory others;
    private final boolean isLive;

    /** The VM need not be in the inventory; a live one leaves its host. */
    HostPlacement(PolicyRules rules, VirtualMachine vm, Host current, Inventory inventory, boolean isLive) {
        this.rules = rules;
        this.vm = vm;
        this.current = current;
        this.inventory = inventory;
        this.others = inventory.without(vm.id());
        this.isLive = isLive;
    }

    Optional<String> refusal(Host host) {
        if (isLive && host.id().equals(current.id())) {
            return Optional.of("it is the host to be emptied");
        }
        if (host.role() != current.role()) {
            return Optional.of("it is in the other cluster");
        }
        if (host.health() != HostHealth.UP) {
            return Optional.of("it is " + host.health());
        }
        if (host.inMaintenance()) {
            return Optional.of("it is in maintenance");
        }
        if (isLive && !hasSameCpu(current, host)) {
            return Optional.of("its CPU platform is not the same, or not known");
        }
        Optional<String> refusal = rules.placementRefusal(vm, host, () -> inventory);
        if (refusal.isPresent()) {
            return refusal;
        }
        if (!keepsAntiAffinity(host.id())) {
            return Optional.of("it runs a VM of the same anti-affinity group");
        }
        return vm.allocation().fitsIn(others.freeOn(host.id()))
                ? Optional.empty()
                : Optional.of("it lacks the room: " + others.freeOn(host.id()) + " free");
    }

    private boolean keepsAntiAffinity(HostId host) {
        return vm.antiAffinity().isEmpty() || others.vmsOn(host).stream().noneMatch(other -> shareGroup(vm, other));
    }

    /** Whether two different VMs are of one anti-affinity group. */
    static boolean shareGroup(VirtualMachine vm, VirtualMachine other) {
        return !vm.id().equals(other.id())
                && !Sets.intersection(vm.antiAffinity(), other.antiAffinity()).isEmpty();
    }

    /** Whether a running VM can move between them: unknown is not equal. */
    static boolean hasSameCpu(Host from, Host to) {
        return from.cpuPlatform().isPresent() && from.cpuPlatform().equals(to.cpuPlatform());
    }

    /** The larger of the two shares that would be allocated, 0 to 1. */
    static double fullnessWith(VirtualMachine vm, Host host, Inventory others) {
        Resources used = others.allocatedOn(host.id()).plus(vm.allocation());
        return used.shareOf(host.capacity());
    }
}
