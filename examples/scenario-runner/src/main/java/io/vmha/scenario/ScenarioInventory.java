package io.vmha.scenario;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The hosts and VMs of a scenario.
 *
 * @param inventory what there is at the start
 * @param desired what is wanted of VMs, where that is not what their power says
 */
record ScenarioInventory(Inventory inventory, Map<VmId, DesiredState> desired) {
    /** Far beyond any host, and such that the sizes of all that a file can hold have a sum. */
    private static final long MAX_SIZE = 1_000_000_000_000L;

    private static final double MAX_LOAD = 1_000_000;
    private static final Set<String> HOST_KEYS =
            ImmutableSet.of("id", "role", "cpuMillis", "memoryMiB", "rack", "cpuPlatform", "labels");
    private static final Set<String> VM_KEYS = ImmutableSet.of(
            "id",
            "type",
            "host",
            "cpuMillis",
            "memoryMiB",
            "load",
            "priority",
            "template",
            "antiAffinity",
            "labels",
            "power",
            "desired",
            "member");

    /** What a VM's power may be declared to be. */
    private enum DeclaredPower {
        ON,
        OFF
    }

    ScenarioInventory {
        desired = ImmutableMap.copyOf(desired);
    }

    static ScenarioInventory read(YamlValue hosts, YamlValue vms) {
        Inventory inventory = Inventory.empty();
        for (YamlValue value : hosts.list()) {
            Host host = host(value);
            if (inventory.host(host.id()).isPresent()) {
                throw value.error("two hosts with the id " + host.id());
            }
            inventory = inventory.with(host);
        }
        ImmutableMap.Builder<VmId, DesiredState> desired = ImmutableMap.builder();
        for (YamlValue value : vms.list()) {
            DeclaredVm declared = vm(value);
            VirtualMachine vm = declared.vm();
            if (inventory.vm(vm.id()).isPresent()) {
                throw value.error("two VMs with the id " + vm.id());
            }
            Inventory before = inventory;
            inventory = value.checked(ignored -> before.with(vm));
            declared.desired().ifPresent(wanted -> desired.put(vm.id(), wanted));
        }
        if (inventory.hosts().isEmpty()) {
            throw hosts.error("the inventory is empty: at least one host is needed");
        }
        if (inventory.vms().isEmpty()) {
            throw vms.error("the inventory is empty: at least one VM is needed");
        }
        return new ScenarioInventory(inventory, desired.buildOrThrow());
    }

    /** Reads a host, as it stands under {@code hosts} or is added by an event. */
    static Host host(YamlValue value) {
        return value.checked(ScenarioInventory::uncheckedHost);
    }

    private static Host uncheckedHost(YamlValue value) {
        Map<String, YamlValue> keys = value.mapping(HOST_KEYS);
        Host.Builder host = Host.builder()
                .id(HostId.of(value.required(keys, "id").text()))
                .role(value.required(keys, "role").oneOf(ClusterRole.class))
                .capacity(resources(value, keys));
        Optional.ofNullable(keys.get("rack")).ifPresent(rack -> host.rack(RackId.of(rack.text())));
        Optional.ofNullable(keys.get("cpuPlatform"))
                .ifPresent(platform -> host.cpuPlatform(CpuPlatform.parse(platform.text())));
        host.putAllLabels(labels(keys));
        return host.build();
    }

    /** Reads a VM, as it stands under {@code vms} or is added by an event. */
    static DeclaredVm vm(YamlValue value) {
        return value.checked(ScenarioInventory::uncheckedVm);
    }

    private static DeclaredVm uncheckedVm(YamlValue value) {
        Map<String, YamlValue> keys = value.mapping(VM_KEYS);
        VirtualMachine.Builder vm = VirtualMachine.builder()
                .id(VmId.of(value.required(keys, "id").text()))
                .type(VmType.of(value.required(keys, "type").text()))
                .host(HostId.of(value.required(keys, "host").text()))
                .allocation(resources(value, keys));
        Optional.ofNullable(keys.get("load")).ifPresent(load -> vm.load(load(load)));
        Optional.ofNullable(keys.get("priority"))
                .ifPresent(priority -> vm.priority((int) priority.integer(Integer.MIN_VALUE, Integer.MAX_VALUE)));
        Optional.ofNullable(keys.get("template")).ifPresent(template -> vm.template(TemplateId.of(template.text())));
        Optional.ofNullable(keys.get("antiAffinity"))
                .ifPresent(groups ->
                        groups.list().forEach(group -> vm.addAntiAffinity(AntiAffinityGroup.of(group.text()))));
        Optional.ofNullable(keys.get("member")).ifPresent(member -> vm.member(member.text()));
        vm.putAllLabels(labels(keys));
        if (Optional.ofNullable(keys.get("power"))
                .filter(power -> power.oneOf(DeclaredPower.class) == DeclaredPower.OFF)
                .isPresent()) {
            vm.power(PowerState.OFF).health(VmHealth.STOPPED);
        }
        return DeclaredVm.of(
                vm.build(), Optional.ofNullable(keys.get("desired")).map(wanted -> wanted.oneOf(DesiredState.class)));
    }

    private static Map<String, String> labels(Map<String, YamlValue> keys) {
        ImmutableMap.Builder<String, String> labels = ImmutableMap.builder();
        Optional.ofNullable(keys.get("labels"))
                .ifPresent(value -> value.entries().forEach((name, label) -> labels.put(name, label.text())));
        return labels.buildOrThrow();
    }

    /** A load as a fraction of an allocation; sums of any number of them are finite. */
    static double load(YamlValue value) {
        return value.number(MAX_LOAD);
    }

    /** The size of a host or VM. */
    static Resources resources(YamlValue value, Map<String, YamlValue> keys) {
        return Resources.of(
                value.required(keys, "cpuMillis").integer(0, MAX_SIZE),
                value.required(keys, "memoryMiB").integer(0, MAX_SIZE));
    }
}
