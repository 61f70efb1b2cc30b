package io.vmha.detection;

import io.vmha.fault.FaultSubject;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Tells a host's failure from those of its VMs. Confined to its {@link LivenessTracker}, whose senders it looks at. */
final class SilentHosts {
    private final DetectionConfig config;
    private final Map<FaultSubject, Watched> watched;

    SilentHosts(DetectionConfig config, Map<FaultSubject, Watched> watched) {
        this.config = config;
        this.watched = watched;
    }

    /** Whether a VM should be heard of: who is off, failed already, or on a host that is out of service need not send. */
    static boolean isExpected(VirtualMachine vm, Inventory inventory) {
        return vm.power() == PowerState.ON
                && vm.health() != VmHealth.FAILED
                && inventory.hostOf(vm).isAvailable();
    }

    /** Whether enough of a host's VMs fell silent together, while the host is not heard of. */
    boolean isUnreachable(HostId host, Inventory inventory) {
        Watched itself = watched.get(new FaultSubject.OfHost(host));
        if (itself != null && !itself.isSilent()) {
            return false;
        }
        List<Watched> vms = expectedVmsOn(host, inventory);
        Instant last = vms.stream()
                .filter(Watched::isSilent)
                .map(vm -> vm.lastHeard)
                .max(Comparator.naturalOrder())
                .orElse(Instant.MIN);
        // Who fell silent long before the others did says nothing about the host.
        long silent = 0;
        long heard = 0;
        boolean isHostSilentToo = false;
        for (Watched vm : vms) {
            if (!vm.isSilent()) {
                heard++;
            } else if (!vm.lastHeard.plus(config.together()).isBefore(last)) {
                silent++;
                isHostSilentToo |= vm.isHostSilentToo;
            }
        }
        boolean isShown = itself != null || isHostSilentToo || silent >= config.silentVmsAtLeast();
        return isShown && silent >= config.silentShare() * (silent + heard);
    }

    /** The VMs of a host that are watched and should be heard of. */
    List<Watched> expectedVmsOn(HostId host, Inventory inventory) {
        if (inventory.host(host).filter(Host::isAvailable).isEmpty()) {
            return List.of();
        }
        List<Watched> senders = new ArrayList<>();
        for (VirtualMachine vm : inventory.vmsOn(host)) {
            Watched sender = watched.get(new FaultSubject.OfVm(vm.id()));
            if (sender != null && isExpected(vm, inventory)) {
                senders.add(sender);
            }
        }
        return senders;
    }
}
