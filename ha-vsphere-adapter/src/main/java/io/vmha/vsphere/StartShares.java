package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.model.PowerState;
import io.vmha.vsphere.Vcenter.Machine;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.ShareChange;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives a VM low CPU shares before it is started, and its own back when it serves. What it had is written into the VM's
 * configuration, so that another center can give it back. Thread-safe: has no state.
 */
final class StartShares {
    private static final String BEFORE = "vmha.sharesBefore";
    private static final String EXTRA = "config.extraConfig";
    private static final String AMOUNT = "config.cpuAllocation.shares.shares";
    private static final String LOW = "low";
    private static final Pattern KEPT = Pattern.compile("(normal|high|custom):(\\d{1,9})");

    private final Vcenter vcenter;

    StartShares(Vcenter vcenter) {
        this.vcenter = vcenter;
    }

    /** Lowers the shares of a VM that is about to be started; one that is low already, or whose shares are not told, stays so. */
    void lower(Machine vm, Deadline deadline) {
        ManagedObject now = read(vm, deadline);
        String level = now.text(InventoryProperties.CPU_SHARES);
        String before = level + ":" + now.amount(AMOUNT, Integer.MAX_VALUE);
        if (KEPT.matcher(before).matches()) {
            change(vm, "lowering the shares of ", new ShareChange(LOW, 0, BEFORE, before), deadline);
        }
    }

    /** Whether the VM runs with shares that were lowered for its start. */
    boolean isLowered(Machine vm, Deadline deadline) {
        return vm.power() == PowerState.ON && mark(read(vm, deadline)).isPresent();
    }

    /** Gives a VM the shares back that it had before it was started; shares that were changed meanwhile stay as they are. */
    void restore(Machine vm, Deadline deadline) {
        ManagedObject now = read(vm, deadline);
        Matcher before = KEPT.matcher(mark(now).orElse(""));
        if (!before.matches()) {
            return;
        }
        boolean ours = now.text(InventoryProperties.CPU_SHARES).equals(LOW);
        String level = ours ? before.group(1) : now.text(InventoryProperties.CPU_SHARES);
        long shares = ours ? Long.parseLong(before.group(2)) : now.amount(AMOUNT, Integer.MAX_VALUE);
        change(vm, "giving back the shares of ", new ShareChange(level, shares, BEFORE, ""), deadline);
    }

    private ManagedObject read(Machine vm, Deadline deadline) {
        return Faults.reading(
                "reading " + vm.id(),
                () -> vcenter.client()
                        .read(vm.ref(), List.of(InventoryProperties.CPU_SHARES, AMOUNT, EXTRA), deadline));
    }

    private static Optional<String> mark(ManagedObject vm) {
        return vm.node(EXTRA).map(XmlNode::children).orElse(List.of()).stream()
                .filter(option -> option.textAt("key").equals(BEFORE))
                .map(option -> option.textAt("value"))
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /**
     * Changes the shares and reads nothing back: they weigh, and decide nothing.
     *
     * @throws AdapterException if the server refused or did not answer
     */
    private void change(Machine vm, String what, ShareChange change, Deadline deadline) {
        vcenter.run(what + vm.id(), client -> client.reshare(vm.ref(), change, deadline), deadline);
    }
}
