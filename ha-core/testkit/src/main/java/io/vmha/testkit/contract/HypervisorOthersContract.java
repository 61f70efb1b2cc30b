package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmha.adapter.Capability;
import io.vmha.adapter.MachineReading;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** That an adapter tells one VM from another: it reads and changes the one that it is asked for, and leaves all others alone. */
abstract class HypervisorOthersContract extends HypervisorContract {

    /** The testbed's other VMs, and where they are. */
    private Map<VmId, HostId> others() {
        Map<VmId, HostId> others = new LinkedHashMap<>();
        testbed.neighbour().ifPresent(vm -> others.put(vm, testbed.host()));
        testbed.vmOnOtherHost().ifPresent(vm -> others.put(vm, testbed.otherHost()));
        assumeThat(others).as("the testbed has other VMs").isNotEmpty();
        return others;
    }

    /** As discovery tells them; how loaded each is depends on what its guest does. */
    private Map<VmId, VirtualMachine> discovered(Iterable<VmId> vms) {
        Inventory inventory = adapter.discover(call()).toInventory();
        Map<VmId, VirtualMachine> found = new TreeMap<>();
        vms.forEach(vm -> found.put(vm, inventory.requireVm(vm).withLoad(0)));
        return found;
    }

    @Test
    void discoveryTellsTheMachinesOfEveryHost() {
        Map<VmId, HostId> others = others();
        Inventory inventory = adapter.discover(call()).toInventory();

        others.forEach((vm, host) -> {
            assertThat(inventory.vm(vm)).as("%s on %s", vm, host).isPresent();
            assertThat(inventory.requireVm(vm).host()).as("host of %s", vm).isEqualTo(host);
            assertThat(inventory.requireVm(vm).power()).as("power of %s", vm).isEqualTo(PowerState.ON);
        });
    }

    @Test
    void whatIsReadOfAMachineIsItsOwn() {
        Map<VmId, HostId> others = others();
        if (can(Capability.POWER_OFF)) {
            adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        }
        Inventory discovered = adapter.discover(call()).toInventory();

        others.forEach((vm, host) -> {
            assertThat(adapter.powerState(vm, call())).as("power of %s", vm).isEqualTo(PowerState.ON);
            MachineReading reading = adapter.read(vm, call());
            assertThat(reading.power()).as("power of %s", vm).isEqualTo(PowerState.ON);
            assertThat(reading.host()).as("host of %s", vm).isEqualTo(host);
            assertThat(reading.allocation())
                    .as("allocation of %s", vm)
                    .isEqualTo(discovered.requireVm(vm).allocation());
        });
    }

    @Test
    void whatIsDoneToOneMachineChangesNoOther() {
        Iterable<VmId> others = others().keySet();
        Map<VmId, VirtualMachine> before = discovered(others);
        if (can(Capability.REALLOCATE)) {
            adapter.reallocate(testbed.vm(), testbed.grown(), call());
        }
        if (can(Capability.POWER_OFF)) {
            adapter.powerOff(testbed.vm(), Duration.ZERO, call());
        }
        assertThat(discovered(others)).isEqualTo(before);
        if (can(Capability.POWER_OFF) && can(Capability.POWER_ON)) {
            adapter.powerOn(testbed.vm(), testbed.host(), call());
        }
        assertThat(discovered(others)).isEqualTo(before);
    }

    @Test
    void everyMachineIsPoweredOffWhereItIsAskedFor() {
        if (!can(Capability.POWER_OFF)) {
            return;
        }
        for (VmId vm : others().keySet()) {
            adapter.powerOff(vm, Duration.ZERO, call());
            assertThat(adapter.powerState(vm, call())).as("power of %s", vm).isEqualTo(PowerState.OFF);
            assertThat(adapter.read(vm, call()).power()).as("power of %s", vm).isEqualTo(PowerState.OFF);
        }
        assertThat(actualPower()).isEqualTo(PowerState.ON);
    }
}
