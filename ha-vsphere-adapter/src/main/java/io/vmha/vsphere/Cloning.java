package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.vsphere.Slots.Slot;
import io.vmha.vsphere.Vcenter.Machine;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.PropertySet;
import io.vmha.vsphere.internal.vim.VimClient.CloneOrder;
import io.vmha.vsphere.internal.vim.Words;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes machines anew from templates, so that a clone that was cut off anywhere is finished by the next try: it is made under
 * a name of its own that tells plan and step, the old machine is renamed, and then the clone takes the name. Thread-safe: has
 * no state.
 */
final class Cloning {
    private static final String ORIGIN = "vmha.origin";
    private static final String EXTRA = "config.extraConfig";

    private final Vcenter vcenter;
    private final Placement placement;
    private final Starts starts;

    Cloning(Vcenter vcenter, Placement placement, Starts starts) {
        this.vcenter = vcenter;
        this.placement = placement;
        this.starts = starts;
    }

    void clone(TemplateId template, VmId id, HostId host, CallContext call, Deadline deadline) {
        Snapshot snapshot = vcenter.knowing(template, deadline);
        if (!snapshot.hosts().containsKey(host)) {
            snapshot = vcenter.knowing(host, deadline);
        }
        String step = call.plan()
                .map(plan -> plan + "-" + call.step())
                .orElseGet(() -> UUID.randomUUID().toString());
        String origin = template + "/" + step;
        List<ManagedObject> machines = machines(deadline);
        ManagedObject old = meantBy(id, machines);
        if (old != null && hasOrigin(old, origin, deadline)) {
            return;
        }
        requireReplaceable(id, old);
        String unfinished = Names.aside(id.value(), "new-" + step);
        MoRef source = Optional.ofNullable(snapshot.templates().get(template)).orElseThrow();
        MoRef made = called(unfinished, machines)
                .map(ManagedObject::ref)
                .orElseGet(() -> make(source, unfinished, host, origin, deadline));
        adopt(made, attributes(old), deadline);
        if (old != null) {
            rename(old.ref(), Names.aside(id.value(), "old-" + step), deadline);
        }
        rename(made, id.value(), deadline);
        settle(id, host, deadline);
    }

    /** The machine that an id means, of those that there are now; machines of other names may share theirs as they like. */
    private static @Nullable ManagedObject meantBy(VmId id, List<ManagedObject> machines) {
        for (Map.Entry<ManagedObject, String> one : Names.unique(machines).entrySet()) {
            if (one.getValue().equals(id.value())) {
                return one.getKey();
            }
        }
        if (machines.stream().anyMatch(vm -> nameOf(vm).equals(id.value()))) {
            throw new AdapterException.Permanent(
                    Cause.REFUSED, "several VMs are called " + Words.of(id.value()) + ": none of them is meant");
        }
        return null;
    }

    private static void requireReplaceable(VmId id, @Nullable ManagedObject old) {
        if (old == null) {
            return;
        }
        if (old.flag(InventoryProperties.TEMPLATE)) {
            throw new AdapterException.Permanent(Cause.IN_USE, id + " is a template");
        }
        if (SnapshotBuilder.power(old) != PowerState.OFF) {
            throw new AdapterException.Permanent(Cause.IN_USE, id + " is " + SnapshotBuilder.power(old));
        }
    }

    private static String nameOf(ManagedObject vm) {
        return Names.decode(vm.text(InventoryProperties.NAME));
    }

    private static Optional<ManagedObject> called(String name, List<ManagedObject> machines) {
        List<ManagedObject> found =
                machines.stream().filter(vm -> nameOf(vm).equals(name)).toList();
        if (found.size() > 1) {
            throw new AdapterException.Permanent(Cause.REFUSED, "several VMs are called " + Words.of(name));
        }
        return found.stream().findFirst();
    }

    /** Some servers put a clone where its template is, whatever they are told. */
    private void settle(VmId id, HostId host, Deadline deadline) {
        Snapshot now = vcenter.discover(deadline);
        if (now.vms().containsKey(id)) {
            Machine vm = vcenter.machine(id, deadline);
            if (!vm.host().equals(Optional.of(host))) {
                placement.relocate(vm, host, now, deadline);
            }
        }
    }

    private List<ManagedObject> machines(Deadline deadline) {
        List<PropertySet> set = List.of(new PropertySet(
                "VirtualMachine",
                List.of(
                        InventoryProperties.NAME,
                        InventoryProperties.POWER,
                        InventoryProperties.CONNECTION,
                        InventoryProperties.TEMPLATE,
                        InventoryProperties.CUSTOM)));
        return Faults.reading("reading machines", () -> vcenter.client().inventory(set, List.of(), deadline)).stream()
                .filter(object -> object.ref().type().equals("VirtualMachine"))
                .toList();
    }

    private boolean hasOrigin(ManagedObject vm, String origin, Deadline deadline) {
        ManagedObject read =
                Faults.reading("reading " + vm.ref(), () -> vcenter.client().read(vm.ref(), List.of(EXTRA), deadline));
        return read.node(EXTRA).map(XmlNode::children).orElse(List.of()).stream()
                .anyMatch(option -> option.textAt("key").equals(ORIGIN)
                        && option.textAt("value").equals(origin));
    }

    private MoRef make(MoRef template, String name, HostId host, String origin, Deadline deadline) {
        Snapshot snapshot = vcenter.snapshot(deadline);
        ManagedObject source = Faults.reading(
                "reading " + template,
                () -> vcenter.client()
                        .read(template, List.of(InventoryProperties.PARENT, InventoryProperties.DATASTORE), deadline));
        MoRef folder = source.ref(InventoryProperties.PARENT)
                .orElseThrow(() -> new AdapterException.Permanent(Cause.REFUSED, template + " is in no folder"));
        CloneOrder order = new CloneOrder(
                folder, Names.encode(name), Vcenter.host(snapshot, host), Vcenter.pool(snapshot, host), ORIGIN, origin);
        // A clone has its disks where its template has them.
        Slot slot = starts.clones().take(host, source.refs(InventoryProperties.DATASTORE), deadline);
        try {
            vcenter.run("cloning " + name, client -> client.cloneVm(template, order, deadline), deadline);
        } finally {
            slot.close();
        }
        return called(name, machines(deadline))
                .map(ManagedObject::ref)
                .orElseThrow(() -> new AdapterException.OutcomeUnknown(Cause.REFUSED, name + " was not found"));
    }

    /** The custom attributes of the machine that is replaced, by key. */
    private static Map<Integer, String> attributes(@Nullable ManagedObject old) {
        Map<Integer, String> values = new HashMap<>();
        if (old != null) {
            for (XmlNode value :
                    old.node(InventoryProperties.CUSTOM).map(XmlNode::children).orElse(List.of())) {
                value.numberAt("key").ifPresent(key -> values.put(key, value.textAt("value")));
            }
        }
        return values;
    }

    private void adopt(MoRef made, Map<Integer, String> attributes, Deadline deadline) {
        attributes.forEach((key, value) -> Faults.changing(
                "setting attributes of " + made, () -> vcenter.client().setField(made, key, value, deadline)));
    }

    private void rename(MoRef vm, String name, Deadline deadline) {
        vcenter.run("renaming " + vm, client -> client.rename(vm, Names.encode(name), deadline), deadline);
    }
}
