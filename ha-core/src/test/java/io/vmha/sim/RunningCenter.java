package io.vmha.sim;

import io.vmha.center.ManagementCenter;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A center, the process that it runs in, and what it believes of its leadership. Confined to the simulation's thread. */
final class RunningCenter {
    private record Reading(Instant begun, Instant at, Set<VmId> seen) {}

    private final CenterProcess process;
    private final long epoch;
    private final Instant startedAt;
    private final List<Reading> readings = new ArrayList<>();
    private boolean isToldOtherwise;
    private boolean believesToLead = true;
    private Optional<ManagementCenter> center = Optional.empty();
    private Inventory checked = Inventory.empty();

    RunningCenter(CenterProcess process, long epoch, Instant startedAt) {
        this.process = process;
        this.epoch = epoch;
        this.startedAt = startedAt;
    }

    CenterProcess process() {
        return process;
    }

    long epoch() {
        return epoch;
    }

    Instant startedAt() {
        return startedAt;
    }

    boolean believesToLead() {
        return believesToLead;
    }

    void loseLeadership() {
        believesToLead = false;
    }

    void runs(ManagementCenter built) {
        center = Optional.of(built);
        checked = built.inventory();
        process.believes(built::inventory);
    }

    /** The center, while its process lives. */
    Optional<ManagementCenter> center() {
        return process.isAlive() ? center : Optional.empty();
    }

    /** It reads the platform: what it reads it knows a little later. */
    void reads(PlatformSnapshot snapshot, Instant at) {
        readings.add(new Reading(
                process.callIssuedAt(),
                at.plus(CenterProcess.LONGEST_ANSWER),
                snapshot.vms().stream()
                        .filter(vm -> snapshot.answered().contains(vm.host()))
                        .map(VirtualMachine::id)
                        .collect(Collectors.toSet())));
    }

    /**
     * Whether it has read a VM after the one moment and known that by the other. A reading that began before may have seen what was so
     * before: where that contradicts what came meanwhile, it is not believed.
     */
    boolean hasRead(VmId vm, Instant after, Instant by) {
        return readings.stream()
                .anyMatch(reading -> reading.seen().contains(vm)
                        && reading.begun().isAfter(after)
                        && reading.at().isBefore(by));
    }

    /** Whether it was told of loads, sizes or VMs that it did not know at its start. */
    boolean isToldOtherwise() {
        return isToldOtherwise;
    }

    void tellOtherwise() {
        isToldOtherwise = true;
    }

    /** What it believed when that was last checked. */
    Inventory checked() {
        return checked;
    }

    void checked(Inventory inventory) {
        checked = inventory;
    }
}
