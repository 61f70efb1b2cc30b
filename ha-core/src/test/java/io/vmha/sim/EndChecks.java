package io.vmha.sim;

import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.HostFencing;
import io.vmha.center.event.NeedKind;
import io.vmha.center.event.PlanView;
import io.vmha.center.event.UnmetNeed;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.plan.PlanId;
import io.vmha.policy.FencingMode;
import io.vmha.policy.Reason;
import io.vmha.policy.RecoveryMode;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must hold once faults, lies and failures have stopped and time has passed: invariants 4, 9, 12 and 13. Confined to the
 * simulation's thread.
 */
final class EndChecks {
    /** What a center says of itself at the end. */
    record Said(List<PlanView> plans, List<UnmetNeed> unmet) {
        boolean isUnmet(VmId vm, NeedKind need, Set<Reason> reasons) {
            return unmet.stream()
                    .anyMatch(said -> said.need() == need
                            && reasons.contains(said.reason())
                            && said.subject().is(vm));
        }

        Set<PlanId> planIds() {
            return plans.stream().map(plan -> plan.plan().id()).collect(Collectors.toSet());
        }

        /** Whether a plan that is held has a step for a VM. */
        boolean isHeld(VmId vm) {
            return plans.stream()
                    .filter(plan -> plan.heldFor().isPresent())
                    .flatMap(plan -> plan.plan().steps().stream())
                    .anyMatch(step -> step.action().vm().filter(vm::equals).isPresent());
        }
    }

    /** Why requests may stay with nobody though a VM of their type is well. */
    private static final Set<Reason> NOT_SERVED = EnumSet.of(
            Reason.REJECTED,
            Reason.REPLICATION_LAG,
            Reason.LAG_UNKNOWN,
            Reason.PLACE_UNCERTAIN,
            Reason.SPLIT_BRAIN,
            Reason.HOST_IN_MAINTENANCE);

    /** Why a VM may stay down though a host has room. */
    private static final Set<Reason> NOT_RESTORED = EnumSet.of(
            Reason.REJECTED, Reason.RECOVERY_LIMIT, Reason.PLACE_UNCERTAIN, Reason.SPLIT_BRAIN, Reason.ANTI_AFFINITY);

    /** What keeps a center, or a database, from what it would do. */
    private static final Set<CourseEvent.Kind> DISTURBING = EnumSet.of(
            CourseEvent.Kind.PAUSE,
            CourseEvent.Kind.AUTOMATION,
            CourseEvent.Kind.REJECTION,
            CourseEvent.Kind.STREAM_BREAKS,
            CourseEvent.Kind.JOURNAL_FAILS,
            CourseEvent.Kind.CENTER_CRASHES,
            CourseEvent.Kind.LEADERSHIP_LOST,
            CourseEvent.Kind.VM_STARTED_UNTOLD,
            CourseEvent.Kind.DESIRED_UNMANAGED);

    private static final Duration LONGEST_PLAN = Duration.ofMinutes(2);

    private final Stage stage;
    private final SimulatedCourse course;
    private final Inventory actual;
    private final Inventory known;
    private final Said said;
    private final CheckedJournal journal;
    private final DatabaseClients clients;

    EndChecks(Stage stage, Inventory known, Said said, CheckedJournal journal, DatabaseClients clients) {
        this.stage = stage;
        this.course = stage.course();
        this.actual = stage.datacenter().actual();
        this.known = known;
        this.said = said;
        this.journal = journal;
        this.clients = clients;
    }

    void check() {
        for (VirtualMachine vm : actual.vms()) {
            Optional<VirtualMachine> believed = known.vm(vm.id());
            Violation.check(believed.isPresent(), 12, () -> vm.id() + " exists and is not known");
            checkBelief(vm, believed.orElseThrow());
            checkRoute(vm, believed.orElseThrow());
            // By a clock that jumps a new fault may look older than the recovery that it came after.
            if (!course.has(CourseEvent.Kind.CLOCK_JUMPS)) {
                checkServed(vm, believed.orElseThrow());
                checkRestored(vm, believed.orElseThrow());
            }
        }
        for (PlanView plan : said.plans()) {
            // What cannot be reached is tried again every now and then, and one that was just begun is no sign of
            // anything.
            boolean hasJustBegun =
                    plan.open().since().isAfter(stage.time().now().minus(LONGEST_PLAN));
            Violation.check(
                    plan.heldFor().isPresent() || hasJustBegun,
                    13,
                    () -> "plan " + plan.plan().id() + " is open without a reason: " + plan.open());
        }
    }

    private boolean isPlanned(VmId vm) {
        return said.plans().stream()
                .flatMap(plan -> plan.plan().steps().stream())
                .anyMatch(step -> step.action().vm().filter(vm::equals).isPresent());
    }

    private boolean answers(HostId host) {
        return actual.requireHost(host).health() != HostHealth.UNREACHABLE;
    }

    /** Invariant 12, after a reading of the truth with nothing under way. */
    private void checkBelief(VirtualMachine vm, VirtualMachine believed) {
        if (!answers(vm.host())) {
            return;
        }
        boolean isSame = believed.host().equals(vm.host())
                && believed.power() == vm.power()
                && believed.allocation().equals(vm.allocation());
        boolean isOpen = isPlanned(vm.id());
        Violation.check(
                isSame || isOpen || isUncertain(vm.id()),
                12,
                () -> "after a reading of the truth " + believed + " is believed, and is " + vm);
        Violation.check(
                !believed.isServing()
                        || isWell(vm)
                        || stage.outside().wasLeftAlone(vm.id())
                        || isNotLookedFor(vm)
                        || stage.outside().hasFailedUntold(vm.id())
                        || course.has(CourseEvent.Kind.CLOCK_JUMPS),
                4,
                () -> vm.id() + " is believed to work and is " + vm);
    }

    /** Whether a VM may be running on a host that does not answer, beside others. */
    private boolean isUncertain(VmId id) {
        return known.vm(id).filter(vm -> vm.power() == PowerState.UNKNOWN).isPresent()
                && journal.mayRunOn(id).stream().anyMatch(host -> !answers(host));
    }

    /** Whether nothing may confirm a VM off: its host does not answer, and hosts are not fenced. That is said. */
    private boolean isNeverFenced(VmId id) {
        return course.config().hostFencing() == HostFencing.NEVER
                && actual.vm(id).filter(vm -> !answers(vm.host())).isPresent()
                && said.isUnmet(id, NeedKind.SERVE, EnumSet.of(Reason.FENCING_FAILED));
    }

    /** Where a type needs no fencing, a VM that was moved untold is not looked for: it may be taken to be started anew. */
    private boolean isNotLookedFor(VirtualMachine vm) {
        return course.failover().fencingOf(vm.type()) != FencingMode.REQUIRED
                && stage.outside().wasStarted(vm.id());
    }

    private void checkRoute(VirtualMachine vm, VirtualMachine believed) {
        VmId server = stage.datacenter().serverOf(vm.id());
        boolean isGone = actual.vm(server).isEmpty();
        boolean isMoving = isPlanned(vm.id());
        Violation.check(
                isGone || isMoving || believed.servedBy().orElse(vm.id()).equals(server),
                9,
                () -> vm.id() + " is believed to be served by " + believed.servedBy() + " and is by " + server);
    }

    private boolean isWell(VirtualMachine vm) {
        return vm.isServing() && actual.hostOf(vm).health().runsVms();
    }

    /** Invariant 13: requests are served by a VM that is well, where one exists that may. */
    private void checkServed(VirtualMachine owner, VirtualMachine believed) {
        VmId server = stage.datacenter().serverOf(owner.id());
        boolean isWantedOff = stage.outside().isServedAndWantedOff(owner.id());
        boolean isNobodysBusiness = isWantedOff
                ? !server.equals(owner.id()) && stage.outside().wasLeftAlone(server)
                : stage.outside().wasLeftAlone(server) || stage.outside().wasLeftAlone(owner.id());
        if (actual.vm(server).filter(this::isWell).isPresent() || isNobodysBusiness) {
            return;
        }
        boolean isLeft = known.vms().stream()
                .anyMatch(other -> other.type().equals(owner.type())
                        && !other.id().equals(server)
                        && !(other.id().equals(owner.id()) && said.isUnmet(owner.id(), NeedKind.RETURN, NOT_SERVED))
                        && other.isServing()
                        && known.hostOf(other).isAvailable()
                        && actual.vm(other.id()).filter(this::isWell).isPresent()
                        && !isHistoryLost(other)
                        && mayTakeRequests(other));
        boolean isRestarted = course.failover().recoveryOf(believed) == RecoveryMode.RESTART
                || actual.vm(server)
                        .filter(vm -> course.failover().recoveryOf(vm) == RecoveryMode.RESTART)
                        .isPresent();
        Violation.check(
                !isLeft
                        || isRestarted
                        || said.isHeld(server)
                        || said.isHeld(owner.id())
                        || isUncertain(server)
                        || isNeverFenced(server)
                        || (isToldWhy(server, owner.id()) && !isLeftBehind())
                        || isWriterWithoutTarget(owner.type())
                        || isWriterLeft(owner.type()),
                13,
                () -> "the requests of " + owner.id() + " are with " + server + ", which is "
                        + actual.vm(server) + ", though others are well; believed: " + known.vm(server) + "; unmet: "
                        + said.unmet());
    }

    /**
     * What was written last is nowhere but in databases that are down, and a member could not rejoin in time: that an older history is
     * brought back an operator has to accept.
     */
    private boolean isHistoryLost(VirtualMachine vm) {
        return vm.type().equals(VmType.DATABASE) && clients.isOnOlderTimeline(vm) && !isLeftBehind();
    }

    /** Where nothing can promote a database, requests go to the one that writes alone. */
    private boolean mayTakeRequests(VirtualMachine vm) {
        return !course.lacks().databases()
                || !vm.type().equals(VmType.DATABASE)
                || stage.datacenter()
                        .memberOf(vm)
                        .filter(stage.datacenter().writers()::contains)
                        .isPresent();
    }

    private boolean isToldWhy(VmId server, VmId owner) {
        // Requests whose server was deleted are to come home, or go elsewhere for want of one.
        boolean isToReturn = actual.vm(server).isEmpty() && said.isUnmet(owner, NeedKind.RETURN, NOT_SERVED);
        return isToReturn
                || said.isUnmet(server, NeedKind.SERVE, NOT_SERVED)
                || said.isUnmet(owner, NeedKind.SERVE, NOT_SERVED);
    }

    /** Where nothing keeps a center from acting, a database rejoins as soon as it can, and may then be promoted. */
    private boolean isLeftBehind() {
        boolean actsFreely = course.errorRate() == 0
                && !course.isSlow()
                && course.config().automation() == AutomationLevel.FULL
                && DISTURBING.stream().noneMatch(course::has);
        return actsFreely && clients.isAnyLeftBehind();
    }

    /**
     * A VM whose database may write, for all that is known, is not managed, or an operator rejected what would have confirmed it off: no other is promoted, and
     * that is listed.
     */
    private boolean isWriterLeft(VmType type) {
        Set<MemberId> writers = stage.datacenter().writers();
        return type.equals(VmType.DATABASE)
                && actual.vms().stream()
                        .filter(vm -> vm.type().equals(type))
                        .anyMatch(vm -> (stage.outside().isLeftAlone(vm.id()) && mayWrite(vm, writers))
                                || said.isUnmet(vm.id(), NeedKind.SERVE, EnumSet.of(Reason.REJECTED))
                                || said.isUnmet(vm.id(), NeedKind.RESTORE, EnumSet.of(Reason.REJECTED)));
    }

    /** Whether a VM's database accepts writes, or may do so for all that one knows of hosts that do not answer. */
    private boolean mayWrite(VirtualMachine vm, Set<MemberId> writers) {
        return stage.datacenter()
                .memberOf(vm)
                .filter(member -> !answers(vm.host())
                        || journal.mayRunOn(vm.id()).stream().anyMatch(host -> !answers(host))
                        || (vm.power() == PowerState.ON && writers.contains(member)))
                .isPresent();
    }

    /**
     * The database that accepts writes runs well, but only on hosts that are to be emptied: it takes no more requests, and as long as it
     * runs no other member may be promoted. An operator sees that.
     */
    private boolean isWriterWithoutTarget(VmType type) {
        Set<MemberId> writers = stage.datacenter().writers();
        List<VirtualMachine> running = actual.vms().stream()
                .filter(vm -> vm.type().equals(type) && isWell(vm))
                .filter(vm -> type.equals(VmType.DATABASE)
                        && stage.datacenter()
                                .memberOf(vm)
                                .filter(writers::contains)
                                .isPresent())
                .toList();
        return !running.isEmpty()
                && running.stream()
                        .noneMatch(vm -> known.vm(vm.id())
                                        .filter(VirtualMachine::isServing)
                                        .isPresent()
                                && known.requireHost(vm.host()).isAvailable());
    }

    /** Invariant 13: what is to run and whose recovery starts it runs, where a host has room. */
    private void checkRestored(VirtualMachine vm, VirtualMachine believed) {
        boolean isRestored = course.failover().recoveryOf(vm) != RecoveryMode.REDIRECT;
        if (!isRestored || vm.power() == PowerState.ON || stage.outside().isLeftAlone(vm.id()) || !answers(vm.host())) {
            return;
        }
        boolean isRoomLeft = known.hosts().stream()
                .anyMatch(host -> host.isAvailable()
                        && actual.requireHost(host.id()).health() == HostHealth.UP
                        && host.role() == known.hostOf(believed).role()
                        && known.without(vm.id()).vmsOn(host.id()).stream()
                                .allMatch(other -> Collections.disjoint(other.antiAffinity(), vm.antiAffinity()))
                        && vm.allocation().fitsIn(known.without(vm.id()).freeOn(host.id())));
        boolean isNotAble = !course.lacks().capabilities().isEmpty()
                && said.isUnmet(vm.id(), NeedKind.RESTORE, EnumSet.of(Reason.ACTION_FAILED));
        Violation.check(
                !isRoomLeft
                        || isNotAble
                        || said.isHeld(vm.id())
                        || said.isUnmet(vm.id(), NeedKind.RESTORE, NOT_RESTORED),
                13,
                () -> vm.id() + " is to run and does not, though a host has room: " + vm + "; believed: " + believed
                        + "; unmet: " + said.unmet());
    }
}
