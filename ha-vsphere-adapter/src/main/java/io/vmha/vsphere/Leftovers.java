package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.PropertySet;
import io.vmha.vsphere.internal.vim.Words;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.util.List;

/**
 * What clones left behind: machines that were set aside, and clones that did not take their name. Their names tell whose they are, and
 * a machine of the inventory never has such a name. Thread-safe: has no state.
 */
final class Leftovers {
    private static final String PATH = "config.files.vmPathName";
    private static final String DEVICES = "config.hardware.device";

    private final Vcenter vcenter;

    Leftovers(Vcenter vcenter) {
        this.vcenter = vcenter;
    }

    List<String> of(VmId vm, HostId host, Deadline deadline) {
        return find(vm, host, deadline).stream().map(Leftovers::nameOf).sorted().toList();
    }

    /** vCenter refuses to delete a machine that is on, should it have been started since it was read. */
    void delete(VmId vm, HostId host, Deadline deadline) {
        List<ManagedObject> found = find(vm, host, deadline);
        for (ManagedObject left : found) {
            PowerState power = SnapshotBuilder.power(left);
            if (power != PowerState.OFF) {
                throw new AdapterException.Permanent(
                        Cause.IN_USE,
                        Words.of(nameOf(left)) + ", which was left behind, is " + power + ": nothing is deleted");
            }
        }
        found.forEach(left -> requireDisksOfItsOwn(left, deadline));
        for (ManagedObject left : found) {
            vcenter.run("deleting " + Words.of(nameOf(left)), client -> client.destroy(left.ref(), deadline), deadline);
        }
    }

    private List<ManagedObject> find(VmId vm, HostId host, Deadline deadline) {
        Snapshot unused = vcenter.knowing(host, deadline);
        List<PropertySet> set = List.of(new PropertySet(
                "VirtualMachine",
                List.of(
                        InventoryProperties.NAME,
                        InventoryProperties.POWER,
                        InventoryProperties.CONNECTION,
                        InventoryProperties.TEMPLATE)));
        return Faults.reading("reading machines", () -> vcenter.client().inventory(set, List.of(), deadline)).stream()
                .filter(object -> object.ref().type().equals("VirtualMachine"))
                .filter(object -> !object.flag(InventoryProperties.TEMPLATE))
                .filter(object -> Names.isLeftOf(vm.value(), nameOf(object)))
                .toList();
    }

    /** vCenter deletes every disk that a machine has, those too that lie in another machine's folder or are shared. */
    private void requireDisksOfItsOwn(ManagedObject left, Deadline deadline) {
        ManagedObject read = Faults.reading(
                "reading " + left.ref(), () -> vcenter.client().read(left.ref(), List.of(PATH, DEVICES), deadline));
        String folder = folder(read.text(PATH));
        for (XmlNode device : read.node(DEVICES).map(XmlNode::children).orElse(List.of())) {
            if (!device.xsiType().equals("VirtualDisk")) {
                continue;
            }
            String file = device.textAt("backing", "fileName");
            boolean isShared = device.textAt("backing", "sharing").equals("sharingMultiWriter");
            if (isShared || !folder(file).equals(folder)) {
                throw new AdapterException.Permanent(
                        Cause.IN_USE,
                        Words.of(nameOf(left)) + " has the disk " + Words.of(file)
                                + ", which may be another machine's: nothing is deleted");
            }
        }
    }

    private static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }

    private static String nameOf(ManagedObject vm) {
        return Names.decode(vm.text(InventoryProperties.NAME));
    }
}
