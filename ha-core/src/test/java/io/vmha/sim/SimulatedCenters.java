package io.vmha.sim;

import io.vmha.center.ManagementCenter;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.ActionResult;
import io.vmha.center.event.HaEvent;
import io.vmha.center.journal.JournalException;
import io.vmha.center.leader.Leadership;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmType;
import io.vmha.plan.Action;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The centers of one course, one after the other: each crashes, loses its leadership or is superseded before the next one
 * leads, or does not know of that yet. Confined to the simulation's thread.
 */
final class SimulatedCenters {
    private final Stage stage;
    private final SimulatedCourse course;
    private final Mutation mutation;
    private final VirtualTime time;
    private final SimulatedDatacenter datacenter;
    private final FaultyWorld world;
    private final CheckedJournal journal;
    private final List<RunningCenter> centers = new ArrayList<>();

    SimulatedCenters(Stage stage, FaultyWorld world, CheckedJournal journal) {
        this.stage = stage;
        this.course = stage.course();
        this.mutation = stage.mutation();
        this.time = stage.time();
        this.datacenter = stage.datacenter();
        this.world = world;
        this.journal = journal;
    }

    List<RunningCenter> all() {
        return centers;
    }

    RunningCenter latest() {
        return centers.get(centers.size() - 1);
    }

    RunningCenter ofEpoch(long epoch) {
        return centers.get((int) epoch - 1);
    }

    /** The center that was started last, if it runs. */
    Optional<ManagementCenter> current() {
        return latest().center();
    }

    void tellCurrent(Consumer<ManagementCenter> what) {
        current().ifPresent(what);
    }

    /** The center that one who knows no better reports to: now and then the one before the current one. */
    Optional<ManagementCenter> addressed() {
        if (centers.size() > 1 && stage.chance().about("the center reported to").nextInt(4) == 0) {
            Optional<ManagementCenter> before = centers.get(centers.size() - 2).center();
            return before.isPresent() ? before : current();
        }
        return current();
    }

    /** Starts a center unless one runs and leads. */
    void startIfNone() {
        if (centers.isEmpty() || current().isEmpty() || !latest().believesToLead()) {
            start();
        }
    }

    void crash(Duration down) {
        latest().process().crash();
        time.schedule(down, this::startIfNone);
    }

    /** A second center leads while the first still believes that it does, for a while. */
    void takeOver(Duration both) {
        RunningCenter before = latest();
        if (course.isDurable()) {
            // Its file is held by one process at a time.
            before.process().crash();
        }
        start();
        time.schedule(both, before::loseLeadership);
    }

    /** The center leads no more, and for a while nobody does. */
    void loseLeadership(Duration nobody) {
        latest().loseLeadership();
        time.schedule(nobody, this::startIfNone);
    }

    /** Starts a center in a later epoch on what there really is and what the journal holds. */
    private void start() {
        long epoch = centers.size() + 1L;
        RunningCenter running = new RunningCenter(
                new CenterProcess(
                        time,
                        stage.chance().about("calls of epoch " + epoch),
                        course.isSlow(),
                        mutation == Mutation.NEVER_AGAIN),
                epoch,
                time.now());
        centers.add(running);
        stage.trace().say(() -> "a center starts in epoch " + epoch);
        Leadership leadership = () -> running.believesToLead() || mutation == Mutation.LEADERSHIP_IGNORED
                ? OptionalLong.of(epoch)
                : OptionalLong.empty();
        try {
            running.runs(build(running, leadership));
            if (journal.wasFirst()) {
                leavesAloneWhatIsOff(running);
            }
        } catch (JournalException refused) {
            running.process().crash();
        }
    }

    /** Of a VM that is off when the first center of all begins nobody wants that it runs. */
    private void leavesAloneWhatIsOff(RunningCenter first) {
        for (VirtualMachine vm : datacenter.actual().vms()) {
            if (vm.power() == PowerState.OFF) {
                stage.outside().leftAlone(vm.id(), true);
                stage.outside().toldNotToRun(vm.id(), true, first);
            }
        }
    }

    private ManagementCenter build(RunningCenter running, Leadership leadership) {
        ManagementCenter.Builder builder = ManagementCenter.builder()
                .adapter(world.hypervisor(running))
                .trafficDirector(world.trafficDirector())
                .fencingDevice(world.fencingDevice())
                .inventory(knownInventory())
                .config(config())
                .policies(HaPolicies.builder()
                        .config(failover())
                        .failover(new CheckedPolicy(
                                HaPolicies.builder().config(failover()).build().failover(), failover(), mutation))
                        .build())
                .journal(journal)
                .leadership(leadership)
                .random(stage.chance().about("jitter of epoch " + running.epoch()))
                .scheduler(running.process())
                .listener(event -> Violation.check(
                        !(event instanceof HaEvent.CenterEnded), 13, () -> "a center ended by an error: " + event))
                .listener(this::checkDecision)
                .listener(this::checkSwitchover)
                .listener(event -> stage.trace().say(() -> "  event " + event));
        if (!course.lacks().databases()) {
            builder.databaseCluster(world.databaseCluster(), course.databaseInterval());
        }
        course.resync().ifPresent(builder::resyncEvery);
        return builder.build();
    }

    /** What the library's own policies decide breaks no rule. */
    private void checkDecision(HaEvent event) {
        if (mutation == Mutation.NONE && event instanceof HaEvent.Decided decided) {
            Violation.check(
                    decided.decision().parts().stream()
                            .noneMatch(part -> part instanceof SubjectDecision.Blocked blocked
                                    && blocked.reason() == Reason.INVALID_DECISION),
                    13,
                    () -> "a decision of the library's own policies was refused: " + decided.decision());
        }
    }

    /** What is demoted is demoted for one that has all: however long that took, its promotion loses nothing and is not refused for that. */
    private void checkSwitchover(HaEvent event) {
        if (mutation == Mutation.NONE && event instanceof HaEvent.PlanEnded ended) {
            boolean isDemoted = ended.outcome().actions().stream()
                    .anyMatch(record -> record.action() instanceof Action.Demote
                            && record.result() == ActionResult.DONE
                            && record.attempt() > 0);
            Violation.check(
                    !isDemoted
                            || ended.outcome().actions().stream()
                                    .noneMatch(record -> record.action() instanceof Action.Promote
                                            && record.result() == ActionResult.SKIPPED
                                            && record.detail().endsWith("behind its source")),
                    13,
                    () -> "a switchover was given up though its successor had all: " + ended.outcome());
        }
    }

    private FailoverConfig failover() {
        return mutation == Mutation.REDIRECT_BEFORE_FENCING
                ? FailoverConfig.builder()
                        .from(course.failover())
                        .putFencing(VmType.DATABASE, FencingMode.BEST_EFFORT)
                        .build()
                : course.failover();
    }

    private CenterConfig config() {
        return mutation == Mutation.NO_STORM_GUARD
                ? course.config().toBuilder().stormGuard(Optional.empty()).build()
                : course.config();
    }

    /** What an orchestrator knows when a center starts: place, power and size, not health, lag and maintenance. */
    private Inventory knownInventory() {
        Inventory known = datacenter.actual();
        for (VirtualMachine vm : datacenter.actual().vms()) {
            known = known.with(vm.withHealth(VmHealth.HEALTHY));
        }
        for (Host actual : datacenter.actual().hosts()) {
            Resources capacity =
                    mutation == Mutation.OVERCOMMITTED_HOST ? Resources.of(1_000_000, 1_000_000) : actual.capacity();
            known = known.with(actual.withHealth(HostHealth.UP).withCapacity(capacity));
        }
        return known;
    }
}
