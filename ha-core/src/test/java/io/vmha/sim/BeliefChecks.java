package io.vmha.sim;

import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmType;
import java.util.List;

/** What must hold of what centers believe, checked whenever that changed. Confined to the simulation's thread. */
final class BeliefChecks {
    private static final List<VmType> TYPES = List.of(VmType.MIDDLEWARE, VmType.DATABASE);

    private final Stage stage;
    private final SimulatedDatacenter datacenter;
    private final SimulatedCenters centers;

    BeliefChecks(Stage stage, SimulatedCenters centers) {
        this.stage = stage;
        this.datacenter = stage.datacenter();
        this.centers = centers;
    }

    void check() {
        Violation.throwFirst();
        for (RunningCenter running : centers.all()) {
            running.center().ifPresent(center -> {
                Inventory known = center.inventory();
                if (known != running.checked()) {
                    checkShares(running, known);
                    checkOff(running, known);
                    running.checked(known);
                }
            });
        }
    }

    /** Invariant 12: what is believed to be off is not believed to be well, and does not run. */
    private void checkOff(RunningCenter running, Inventory known) {
        boolean isLatest = running == centers.latest();
        for (VirtualMachine vm : known.vms()) {
            if (vm.power() == PowerState.OFF) {
                Violation.check(vm.health() != VmHealth.HEALTHY, 12, () -> "OFF and HEALTHY at once: " + vm);
                if (isLatest && running.believesToLead()) {
                    datacenter.actual().vm(vm.id()).ifPresent(actual -> checkRunsNot(running, actual));
                }
            }
        }
    }

    private void checkRunsNot(RunningCenter running, VirtualMachine actual) {
        boolean runs = actual.power() == PowerState.ON
                && datacenter.actual().hostOf(actual).health() != HostHealth.DOWN;
        Violation.check(
                !runs
                        || stage.outside()
                                .isUnknown(
                                        actual.id(),
                                        actual.host(),
                                        running,
                                        stage.time().now()),
                12,
                () -> actual.id() + " is believed to be off and runs on " + actual.host());
    }

    /**
     * Invariant 9: the work of a group stays what it was as long as nobody reports another load or changes sizes: a center that takes
     * over is told the loads anew.
     */
    private static void checkShares(RunningCenter running, Inventory known) {
        if (running.epoch() > 1 || running.isToldOtherwise()) {
            return;
        }
        for (VmType type : TYPES) {
            double before = work(running.checked(), type);
            double after = work(known, type);
            Violation.check(
                    Math.abs(before - after) < 1e-3,
                    9,
                    () -> "the work of all " + type + " VMs changed from " + before + " to " + after);
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
}
