package io.vmha.scenario;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableHost;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The hosts and machines of a scenario.
 *
 * @param inventory what there is at the start
 */
record ScenarioInventory(Inventory inventory) {
    private static final Set<String> HOST_KEYS =
            ImmutableSet.of("id", "role", "cpuMillis", "memoryMiB", "rack", "cpuPlatform");
    private static final Set<String> VM_KEYS = ImmutableSet.of(
            "id", "type", "host", "cpuMillis", "memoryMiB", "load", "priority", "template", "antiAffinity");

    static ScenarioInventory read(YamlValue hosts, YamlValue vms) {
        Inventory inventory = Inventory.empty();
        for (YamlValue value : hosts.list()) {
            Host host = value.checked(ScenarioInventory::host);
            if (inventory.host(host.id()).isPresent()) {
                throw value.error("two hosts with the id " + host.id());
            }
            inventory = inventory.with(host);
        }
        for (YamlValue value : vms.list()) {
            VirtualMachine vm = value.checked(ScenarioInventory::vm);
            if (inventory.vm(vm.id()).isPresent()) {
                throw value.error("two VMs with the id " + vm.id());
            }
            Inventory before = inventory;
            inventory = value.checked(ignored -> before.with(vm));
        }
        if (inventory.hosts().isEmpty()) {
            throw hosts.error("the inventory is empty: at least one host is needed");
        }
        if (inventory.vms().isEmpty()) {
            throw vms.error("the inventory is empty: at least one VM is needed");
        }
        return new ScenarioInventory(inventory);
    }

    private static Host host(YamlValue value) {
        Map<String, YamlValue> keys = value.mapping(HOST_KEYS);
        ImmutableHost.Builder host = Host.builder()
                .id(id(value, keys))
                .role(value.required(keys, "role").oneOf(ClusterRole.class))
                .capacity(resources(value, keys));
        Optional.ofNullable(keys.get("rack")).ifPresent(rack -> host.rack(RackId.of(rack.text())));
        Optional.ofNullable(keys.get("cpuPlatform"))
                .ifPresent(platform -> host.cpuPlatform(CpuPlatform.parse(platform.text())));
        return host.build();
    }

    private static HostId id(YamlValue value, Map<String, YamlValue> keys) {
        return HostId.of(value.required(keys, "id").text());
    }

    private static VirtualMachine vm(YamlValue value) {
        Map<String, YamlValue> keys = value.mapping(VM_KEYS);
        ImmutableVirtualMachine.Builder vm = VirtualMachine.builder()
                .id(VmId.of(value.required(keys, "id").text()))
                .type(VmType.of(value.required(keys, "type").text()))
                .host(HostId.of(value.required(keys, "host").text()))
                .allocation(resources(value, keys));
        Optional.ofNullable(keys.get("load")).ifPresent(load -> vm.load(load.number()));
        Optional.ofNullable(keys.get("priority"))
                .ifPresent(priority -> vm.priority((int) priority.integer(Integer.MIN_VALUE, Integer.MAX_VALUE)));
        Optional.ofNullable(keys.get("template")).ifPresent(template -> vm.template(TemplateId.of(template.text())));
        Optional.ofNullable(keys.get("antiAffinity"))
                .ifPresent(groups ->
                        groups.list().forEach(group -> vm.addAntiAffinity(AntiAffinityGroup.of(group.text()))));
        return vm.build();
    }

    private static Resources resources(YamlValue value, Map<String, YamlValue> keys) {
        return Resources.of(
                value.required(keys, "cpuMillis").integer(0, Long.MAX_VALUE),
                value.required(keys, "memoryMiB").integer(0, Long.MAX_VALUE));
    }

    VmId knownVm(YamlValue value) {
        VmId id = value.checked(known -> VmId.of(known.text()));
        if (inventory.vm(id).isEmpty()) {
            throw value.error("no VM " + id);
        }
        return id;
    }

    HostId knownHost(YamlValue value) {
        HostId id = value.checked(known -> HostId.of(known.text()));
        if (inventory.host(id).isEmpty()) {
            throw value.error("no host " + id);
        }
        return id;
    }
}
