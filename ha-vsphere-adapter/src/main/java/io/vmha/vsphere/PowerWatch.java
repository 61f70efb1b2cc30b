package io.vmha.vsphere;

import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.vsphere.MeantOff.Mark;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells which VMs went off without this adapter's doing. An update may be older than what the adapter did since: what it
 * tells is asked for again before it counts. Confined to the thread that watches.
 */
final class PowerWatch {
    private final MeantOff meant;
    private final Function<VmId, PowerState> reading;
    private final Map<VmId, PowerState> known = new HashMap<>();

    /** The reading asks the server, and throws {@code AdapterException} where it cannot. */
    PowerWatch(MeantOff meant, Function<VmId, PowerState> reading) {
        this.meant = meant;
        this.reading = reading;
    }

    /**
     * Whether the VM is off now, was last known to be on, and is not meant to be off. A state that vCenter cannot tell
     * changes nothing; where the reading fails, the next update asks again.
     */
    boolean wentOff(VmId vm, PowerState now) {
        PowerState before = known.get(vm);
        if (now == PowerState.UNKNOWN || now == before) {
            return false;
        }
        boolean fault = now == PowerState.OFF
                && before == PowerState.ON
                && !meant.isMeant(vm)
                && reading.apply(vm) == PowerState.OFF
                && !meant.isMeant(vm);
        if (now == PowerState.ON && before == PowerState.OFF) {
            Optional<Mark> mark = meant.done(vm);
            if (mark.isPresent() && reading.apply(vm) == PowerState.ON) {
                meant.drop(vm, mark.get());
            }
        }
        known.put(vm, now);
        return fault;
    }

    /** Forgets VMs that are no more. */
    void retain(Collection<VmId> vms) {
        known.keySet().retainAll(vms);
    }
}
