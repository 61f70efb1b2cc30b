package io.vmha.center.journal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is desired, apart from any journal, so that it can be taken to one of another format: what operators and the orchestrator want,
 * VMs' open faults, who serves whom, whose history is a replica set's, and what was left behind. Plans are not in it: it is given to a
 * center only while none is open. Neither is what a reading tells, such as that a host is lost, or which database accepts writes.
 * Immutable.
 *
 * <p>As JSON it is one object: {@code format} is {@code "vmha-desired-state"} and {@code version} is {@value #VERSION}; the other keys
 * are the names of these components ({@code paused}, {@code automation}, {@code vms}, {@code hosts}, {@code replicaSets},
 * {@code leftovers}),
 * and so on inwards. What is absent is empty or false; times are ISO-8601 in UTC. A later version of this library reads the versions
 * before it.
 *
 * @param settings what operators chose for the whole center
 * @param vms every VM, by id
 * @param hosts every host, by id
 * @param replicaSets what must not be forgotten of each replica set, but for the rule for commits, which is read again
 * @param leftovers what was left behind on the platform
 */
public record DesiredExport(
        CenterSettings settings,
        List<Vm> vms,
        List<Host> hosts,
        List<ReplicaSetState> replicaSets,
        List<Leftover> leftovers) {
    /** The version of the JSON that is written, and the latest that is read. */
    public static final int VERSION = 1;

    /** What of a VM's marks is desired; the others are observed. */
    private static final Set<VmState.Flag> MARKS = ImmutableSet.copyOf(EnumSet.of(
            VmState.Flag.LAG_ACCEPTED,
            VmState.Flag.LIMITED,
            VmState.Flag.REJECTED,
            VmState.Flag.RETURNING,
            VmState.Flag.TO_START));

    /**
     * A VM.
     *
     * @param id its id
     * @param desired what is wanted of it
     * @param servedBy the VM that serves its requests, where that is another one
     * @param marks what else is wanted or was chosen: LAG_ACCEPTED, LIMITED, REJECTED, RETURNING, TO_START
     * @param faults its open faults, the oldest first
     */
    public record Vm(
            VmId id, DesiredState desired, Optional<VmId> servedBy, Set<VmState.Flag> marks, List<OpenFault> faults) {
        /** Copies the collections; marks that are observed are left out. */
        public Vm {
            marks = marks.stream().filter(MARKS::contains).sorted().collect(ImmutableSet.toImmutableSet());
            faults = ImmutableList.copyOf(faults);
        }
    }

    /**
     * A host.
     *
     * @param id its id
     * @param inMaintenance whether it is out of service
     */
    public record Host(HostId id, boolean inMaintenance) {}

    /** Copies the lists. */
    public DesiredExport {
        vms = ImmutableList.copyOf(vms);
        hosts = ImmutableList.copyOf(hosts);
        replicaSets =
                replicaSets.stream().map(ReplicaSetState::withoutCommitRule).collect(ImmutableList.toImmutableList());
        leftovers = ImmutableList.copyOf(leftovers);
    }

    /** Which of a VM's marks are desired, and so are exported. */
    public static Set<VmState.Flag> marks() {
        return MARKS;
    }

    /** As JSON, the same text for the same value. */
    public String toJson() {
        return DesiredJson.write(this);
    }

    /**
     * Reads JSON that {@link #toJson} wrote, or anybody.
     *
     * @throws IllegalArgumentException if it is not JSON, has a key twice or one that is not known, or a value that is none: the message
     *     names the place, the value and the rule
     */
    public static DesiredExport fromJson(String json) {
        return DesiredJson.read(json);
    }
}
