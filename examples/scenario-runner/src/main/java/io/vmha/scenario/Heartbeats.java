package io.vmha.scenario;

import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondCheck;
import io.vmha.detection.SecondLook;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The heartbeats of a scenario's hosts and VMs, and what a second look at a silent VM shows. Confined to the scenario's thread.
 */
final class Heartbeats implements SecondCheck {
    private final SimulatedWorld world;
    private final Set<FaultSubject> silent = new HashSet<>();
    private long sequence;

    Heartbeats(SimulatedWorld world) {
        this.world = world;
    }

    void silence(FaultSubject sender) {
        silent.add(sender);
    }

    /** It sends again; so does a VM that was started anew, whatever silenced it before. */
    void hear(FaultSubject sender) {
        silent.remove(sender);
    }

    /** Lets everyone who is alive and not silenced send, hosts before VMs. */
    void beat(Consumer<Heartbeat> center) {
        sequence++;
        Inventory actual = world.actual();
        Set<HostId> hosts = new TreeSet<>();
        actual.hosts().forEach(host -> hosts.add(host.id()));
        Set<VmId> vms = new TreeSet<>();
        actual.vms().forEach(vm -> vms.add(vm.id()));
        hosts.forEach(host -> send(new FaultSubject.OfHost(host), center));
        vms.forEach(vm -> send(new FaultSubject.OfVm(vm), center));
    }

    private void send(FaultSubject sender, Consumer<Heartbeat> center) {
        if (!silent.contains(sender) && world.isAlive(sender)) {
            center.accept(new Heartbeat(sender, 0, sequence));
        }
    }

    /** What the host shows of a VM: one that is silenced is taken for hung, unless its host cannot be asked; one that is nowhere is not off. */
    @Override
    public SecondLook look(VmId id, HostId host, Duration deadline) {
        Inventory actual = world.actual();
        VirtualMachine vm = actual.vm(id).orElse(null);
        if (vm == null) {
            return SecondLook.UNKNOWN;
        }
        FaultSubject place = new FaultSubject.OfHost(vm.host());
        if (silent.contains(place) || !world.isAlive(place)) {
            return SecondLook.HOST_SILENT;
        }
        if (vm.power() != PowerState.ON) {
            return SecondLook.OFF;
        }
        return silent.contains(new FaultSubject.OfVm(id)) ? SecondLook.NO_SIGN_OF_LIFE : SecondLook.ALIVE;
    }
}
