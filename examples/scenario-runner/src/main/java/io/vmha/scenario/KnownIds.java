package io.vmha.scenario;

import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.HashSet;
import java.util.Set;

/** The hosts and VMs that there are at a place of a file: events add some and remove some. Confined to one thread. */
final class KnownIds {
    private final Set<HostId> hosts = new HashSet<>();
    private final Set<VmId> vms = new HashSet<>();

    KnownIds(Inventory start) {
        start.hosts().forEach(host -> hosts.add(host.id()));
        start.vms().forEach(vm -> vms.add(vm.id()));
    }

    VmId vm(YamlValue value) {
        VmId id = value.checked(known -> VmId.of(known.text()));
        if (!vms.contains(id)) {
            throw value.error("no VM " + id);
        }
        return id;
    }

    HostId host(YamlValue value) {
        HostId id = value.checked(known -> HostId.of(known.text()));
        if (!hosts.contains(id)) {
            throw value.error("no host " + id);
        }
        return id;
    }

    void add(YamlValue value, VirtualMachine vm) {
        if (!hosts.contains(vm.host())) {
            throw value.error("VM " + vm.id() + " is on host " + vm.host() + ", which does not exist");
        }
        if (!vms.add(vm.id())) {
            throw value.error("two VMs with the id " + vm.id());
        }
    }

    void add(YamlValue value, Host host) {
        if (!hosts.add(host.id())) {
            throw value.error("two hosts with the id " + host.id());
        }
    }

    VmId removedVm(YamlValue value) {
        VmId id = vm(value);
        vms.remove(id);
        return id;
    }

    HostId removedHost(YamlValue value) {
        HostId id = host(value);
        hosts.remove(id);
        return id;
    }
}
