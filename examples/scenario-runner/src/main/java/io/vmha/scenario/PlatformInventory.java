package io.vmha.scenario;

import io.vmha.model.Host;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds a scenario's hosts and machines on a real platform. Pure. */
final class PlatformInventory {
    private PlatformInventory() {}

    /**
     * The machines and hosts that the scenario names, with place, power, size and template as the platform has them, and with
     * racks, loads, priorities and anti-affinity as the scenario has them.
     *
     * @throws ScenarioException naming each host or machine that is not there, or is not what the scenario says
     */
    static Inventory of(Inventory scenario, Inventory platform) {
        List<String> differences = new ArrayList<>();
        Inventory.Builder found = Inventory.builder();
        for (Host host : scenario.hosts()) {
            Optional<Host> actual = platform.host(host.id());
            actual.map(there -> host.role() == there.role() ? "" : "host " + host.id() + " is " + there.role())
                    .or(() -> Optional.of("there is no host " + host.id()))
                    .filter(difference -> !difference.isEmpty())
                    .ifPresent(differences::add);
            actual.ifPresent(there -> found.add(there.withRack(host.rack())));
        }
        for (VirtualMachine vm : scenario.vms()) {
            difference(vm, platform.vm(vm.id())).ifPresent(differences::add);
            platform.vm(vm.id())
                    .ifPresent(there -> found.add(there.withLoad(vm.load())
                            .withPriority(vm.priority())
                            .withAntiAffinity(vm.antiAffinity())
                            .withReplicationLag(vm.replicationLag())));
        }
        if (!differences.isEmpty()) {
            throw new ScenarioException(
                    "the platform does not have what the scenario names: " + String.join("; ", differences));
        }
        return found.build();
    }

    private static Optional<String> difference(VirtualMachine vm, Optional<VirtualMachine> actual) {
        if (actual.isEmpty()) {
            return Optional.of("there is no VM " + vm.id());
        }
        VirtualMachine there = actual.get();
        if (!there.type().equals(vm.type())) {
            return Optional.of("VM " + vm.id() + " is of the type " + there.type());
        }
        if (!there.host().equals(vm.host())) {
            return Optional.of("VM " + vm.id() + " is on " + there.host());
        }
        return there.power() == PowerState.ON
                ? Optional.empty()
                : Optional.of("VM " + vm.id() + " is " + there.power());
    }
}
