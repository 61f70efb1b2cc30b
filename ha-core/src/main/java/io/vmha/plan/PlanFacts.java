package io.vmha.plan;

import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.Optional;
import java.util.Set;

/** What a planner should know besides the inventory. Pure: the same question gets the same answer while a plan is made. */
public interface PlanFacts {
    /** Whether a VM is confirmed off, so that no step has to do that. */
    boolean isConfirmedOff(VmId vm);

    /** Whether the inventory shows the faults that were decided about; if not, what they mean follows from their triggers. */
    boolean showsFaults();

    /** Whether the database that a VM uses accepts writes, so that it need not be promoted. */
    boolean acceptsWrites(VmId vm);

    /**
     * The VM by which the database that accepts writes now can be told to stop that, so that the one of the given VM may be promoted;
     * empty where none accepts writes, or none of its VMs is well.
     */
    default Optional<VmId> wellWriterBeside(VmId vm) {
        return Optional.empty();
    }

    /**
     * The host that does not answer, and on which the VM that served a VM's requests may be running still, though it was taken out of
     * the inventory; empty where there is no such server, or where its host can be asked.
     */
    default Optional<HostId> lostHostOfGoneServer(VmId owner) {
        return Optional.empty();
    }

    /**
     * The hosts that do not answer, and on which other databases of the set of a VM may be running that may accept writes: they are off
     * before the VM's database is promoted.
     */
    default Set<HostId> lostHostsOfOtherWriters(VmId promoted) {
        return Set.of();
    }
}
