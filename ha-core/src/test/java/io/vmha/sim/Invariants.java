package io.vmha.sim;

import io.vmha.adapter.CallContext;
import io.vmha.center.StormGuard;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What always holds of the centers of one course; what the policy decides is checked by {@link CheckedPolicy}, what is
 * written down by {@link CheckedJournal}. Confined to the simulation's thread.
 */
final class Invariants implements FaultyWorld.Judge {
    private static final List<VmType> TYPES = List.of(VmType.MIDDLEWARE, VmType.DATABASE);

    private final SimulatedCourse course;
    private final SimulatedDatacenter datacenter;
    private final CheckedJournal journal;
    private final SimulatedCenters centers;
    private final FaultCounts counts;

    Invariants(Stage stage, CheckedJournal journal, SimulatedCenters centers) {
        this.course = stage.course();
        this.datacenter = stage.datacenter();
        this.counts = stage.counts();
        this.journal = journal;
        this.centers = centers;
    }

    @Override
    public void checkMayAct(CallContext call, String what) {
        CheckedJournal.Intent intent = new CheckedJournal.Intent(call.plan().orElseThrow(), call.step(), call.epoch());
        Violation.check(journal.intends(intent), 4, what + " by " + intent + " without its intent written down");
        RunningCenter actor = centers.ofEpoch(call.epoch());
        Violation.check(
                actor.believesToLead() || !actor.process().isAlive(),
                7,
                what + " by " + intent + " after its center lost its leadership");
        if (call.epoch() < journal.grantedEpoch()) {
            Violation.check(
                    journal.isIntendedBeforeGrant(intent),
                    7,
                    what + " by " + intent + " though epoch " + journal.grantedEpoch() + " was granted before");
            counts.add("effect still under way when another center leads");
        }
    }

    @Override
    public void checkPowersOff(CallContext call, String what) {
        Optional<StormGuard> guard = course.config().stormGuard();
        if (guard.isEmpty() || journal.isApproved(call.plan().orElseThrow())) {
            return;
        }
        Instant issuedAt = centers.ofEpoch(call.epoch()).process().callIssuedAt();
        double lost = journal.lostHosts(issuedAt, guard.get().window());
        Violation.check(
                lost / course.inventory().hosts().size() <= guard.get().maxHostFraction(),
                8,
                what + " with the storm guard open");
    }

    /** What was refused for want of room must not be past what the host's running machines leave. */
    @Override
    public void checkRefusal(VmId vm, HostId host, Resources asked) {
        Inventory actual = datacenter.actual();
        Resources running = actual.vmsOn(host).stream()
                .filter(other -> !other.id().equals(vm) && other.power() != PowerState.OFF)
                .map(VirtualMachine::allocation)
                .reduce(Resources.of(0, 0), Resources::plus);
        Violation.check(
                running.plus(asked).fitsIn(actual.requireHost(host).capacity()),
                5,
                vm + " was to have " + asked + " on " + host + ", whose other machines run with " + running);
    }

    /** Checks what the centers believe wherever that has changed. */
    void checkBeliefs() {
        for (RunningCenter running : centers.all()) {
            running.center().ifPresent(center -> {
                Inventory known = center.inventory();
                if (known != running.checked()) {
                    checkShares(running, known);
                    running.checked(known);
                }
            });
        }
    }

    /**
     * The work of a group stays what it was as long as nobody reports another load: a center that takes over is told the
     * loads anew, and a sample says nothing of what is decided but has not moved yet.
     */
    private static void checkShares(RunningCenter running, Inventory known) {
        if (running.epoch() > 1 || running.isToldLoads()) {
            return;
        }
        for (VmType type : TYPES) {
            double before = work(running.checked(), type);
            double after = work(known, type);
            Violation.check(
                    isSame(before, after),
                    9,
                    "the work of all " + type + " machines changed from " + before + " to " + after);
        }
    }

    private static double work(Inventory inventory, VmType type) {
        double work = 0;
        for (VirtualMachine vm : inventory.vms()) {
            if (vm.type().equals(type)) {
                work += vm.load() * vm.allocation().cpuMillis();
            }
        }
        return work;
    }

    private static boolean isSame(double one, double other) {
        return Math.abs(one - other) < 1e-3;
    }

    void checkEnd() {
        journal.checkAllClosed();
        Inventory known = centers.current().orElseThrow().inventory();
        // With a clock that is wrong, a new fault may look older than the recovery that it came after.
        boolean jumped = course.faults().stream().anyMatch(fault -> fault.kind() == SimulatedFault.Kind.CLOCK_JUMPS);
        for (VirtualMachine vm : known.vms()) {
            Violation.check(
                    jumped
                            || !vm.isServing()
                            || datacenter.actual().requireVm(vm.id()).isServing(),
                    4,
                    vm.id() + " is believed to work and is "
                            + datacenter.actual().requireVm(vm.id()));
            VmId server = datacenter.serverOf(vm.id());
            Violation.check(
                    vm.servedBy().orElse(vm.id()).equals(server) || journal.isToldNotMoved(vm.id()),
                    9,
                    vm.id() + " is believed to be served by " + vm.servedBy() + " and is by " + server);
            boolean isLost = known.requireVm(server).health() == VmHealth.FAILED;
            Violation.check(
                    !isLost
                            || journal.isToldNotMoved(vm.id())
                            || journal.isToldNotServed(vm.id())
                            || journal.isToldNoTarget(server),
                    9,
                    "the share of " + vm.id() + " is with " + server + ", which failed, and nobody was told");
        }
    }
}
