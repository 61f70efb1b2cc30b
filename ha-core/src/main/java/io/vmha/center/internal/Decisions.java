package io.vmha.center.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Streams;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.adapter.Capability;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.NeedKind;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.event.WhatIf;
import io.vmha.center.internal.execution.PlanExecutor;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.execution.StepFailure;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.DatabaseMember;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.ReplicaSet;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanFacts;
import io.vmha.plan.PlanId;
import io.vmha.plan.Planner;
import io.vmha.plan.Step;
import io.vmha.policy.Decision;
import io.vmha.policy.DecisionBatch;
import io.vmha.policy.Explanation;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what is needed, and begins plans for it. Faults that are open and not met are decided again by the same policy, on the
 * inventory of now. Confined to the center's loop.
 */
final class Decisions {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
    /** How many are decided in one turn of the loop, so that others have theirs. */
    private static final int AT_ONCE = 1_000;
    /** How many hosts are looked at for a VM that is to be started. */
    private static final int STARTS_LOOKED_AT = 200;
    /** How often a need is decided anew at once after a refusal, before it waits for a change. */
    private static final int IMMEDIATE_RETRIES = 8;

    /** A report that is to be decided, with the VMs that it is about. */
    record Undecided(FaultReport report, PendingDecision pending, List<VmId> vms) {}

    private static final class Refusals {
        private final Set<HostId> hosts = new LinkedHashSet<>();
        private final Set<VmId> vms = new LinkedHashSet<>();
        private int count;
    }

    private record Failed(PlanRun run, SubjectDecision part, StepFailure failure) {}

    private final CenterLoop center;
    private final CenterState state;
    private final PlanExecutor executor;
    private final Recoveries recoveries;
    private final UnmetNeeds unmet;
    private HaPolicies policies;
    private Planner planner;
    private List<Undecided> undecided = new ArrayList<>();
    private final Set<VmId> woken = new LinkedHashSet<>();
    private final Map<VmId, Refusals> refusals = new HashMap<>();
    private final Map<VmId, Failed> failures = new LinkedHashMap<>();
    private final ReturnPace pace = new ReturnPace();
    private boolean isDue;
    private long lastPlan;

    Decisions(
            CenterLoop center,
            CenterState state,
            PlanExecutor executor,
            Recoveries recoveries,
            UnmetNeeds unmet,
            HaPolicies policies,
            long lastPlan) {
        this.center = center;
        this.state = state;
        this.executor = executor;
        this.recoveries = recoveries;
        this.unmet = unmet;
        this.policies = policies;
        this.planner = new Planner(policies.config());
        this.lastPlan = lastPlan;
    }

    HaPolicies policies() {
        return policies;
    }

    private FailoverConfig config() {
        return policies.config();
    }

    /** Decides about a report once those of the same moment are gathered. */
    void add(Undecided report) {
        undecided.add(report);
        due();
    }

    /** Decides about a VM's needs again. */
    void wake(VmId vm) {
        if (woken.add(vm)) {
            due();
        }
    }

    /** The time to try again has come: targets that refused may be asked again. */
    void retry(VmId vm) {
        refusals.remove(vm);
        wake(vm);
    }

    /** Decides what was held back by a pause. */
    void resumed() {
        due();
    }

    private void due() {
        if (!isDue) {
            isDue = true;
            center.after(center.config().gatherWindow(), this::decide);
        }
    }

    private void decide() {
        isDue = false;
        if (center.isPaused() || !center.isActing()) {
            return;
        }
        List<Undecided> reports = undecided.size() <= AT_ONCE ? undecided : undecided.subList(0, AT_ONCE);
        undecided = new ArrayList<>(undecided.subList(reports.size(), undecided.size()));
        center.refreshStorm();
        decideReports(List.copyOf(reports));
        List<VmId> needy = woken.stream().limit(AT_ONCE).toList();
        needy.forEach(woken::remove);
        needy.stream()
                .flatMap(vm -> state.vm(vm).stream())
                .sorted(Comparator.comparing((VmRecord vm) -> -vm.seen().priority())
                        .thenComparing(VmRecord::id))
                .forEach(vm -> attempt(vm.id(), () -> decideNeeds(vm)));
        if (!undecided.isEmpty() || !woken.isEmpty()) {
            due();
        }
    }

    private void attempt(Object what, Runnable decides) {
        try {
            decides.run();
        } catch (Throwable thrown) {
            LOG.error("what {} needs could not be decided", what, thrown);
        }
    }

    private void decideReports(List<Undecided> reports) {
        boolean isOfHosts = reports.stream().anyMatch(one -> one.report().kind().scope() == FaultKind.Scope.HOST);
        if (reports.size() > 1 && isOfHosts) {
            decideTogether(reports);
            return;
        }
        reports.stream()
                .map(one -> new Ranked(one, priority(one)))
                .sorted(Comparator.comparingInt(Ranked::priority).reversed())
                .forEach(ranked -> decideTogether(List.of(ranked.report())));
    }

    private record Ranked(Undecided report, int priority) {}

    private int priority(Undecided one) {
        int highest = 0;
        for (VmId id : one.vms()) {
            highest = Math.max(
                    highest, state.vm(id).map(vm -> vm.seen().priority()).orElse(0));
        }
        return highest;
    }

    private void decideTogether(List<Undecided> reports) {
        List<SubjectDecision> parts;
        try {
            Inventory now = state.inventory();
            parts = reports.size() == 1
                    ? policies.failover().decide(now, reports.get(0).report()).parts()
                    : policies.failover()
                            .decideAll(
                                    now, reports.stream().map(Undecided::report).toList())
                            .parts();
        } catch (Throwable thrown) {
            LOG.error("the policy failed on {}", reports.get(0).report(), thrown);
            reports.forEach(one -> center.policyFailed(one.report(), one.pending(), thrown));
            return;
        }
        Map<VmId, Undecided> byVm = new HashMap<>();
        reports.forEach(one -> one.vms().forEach(vm -> byVm.put(vm, one)));
        Map<Undecided, List<SubjectDecision>> byReport = new LinkedHashMap<>();
        reports.forEach(one -> byReport.put(one, new ArrayList<>()));
        List<SubjectDecision> decided = possible(recoveries.limited(parts, center.now()));
        List<SubjectDecision> wanted = decided.stream()
                .filter(part -> isWanted(part, part.subject().fold(byVm::get, host -> null), reports.get(0)))
                .toList();
        if (wanted.size() < decided.size()) {
            wanted = PartialDecision.of(state.inventory(), wanted);
        }
        for (SubjectDecision part : wanted) {
            Undecided owner = part.subject().fold(byVm::get, host -> null);
            List<SubjectDecision> own = byReport.get(owner != null ? owner : reports.get(0));
            if (own != null) {
                own.add(part);
            }
        }
        // What is decided about one report may rest on what is decided about another.
        boolean isSound =
                policies.check().problems(state.inventory(), decisionOf(wanted)).isEmpty();
        byReport.forEach((one, own) -> {
            Optional<FaultReport> report = Optional.of(one.report());
            if (isSound) {
                beginSound(report, own, false, Optional.empty(), one.pending());
            } else {
                begin(report, own, false, Optional.empty(), one.pending());
            }
        });
    }

    /** What a policy decides about VMs that the report does not concern is not wanted, but for an evacuation. */
    private boolean isWanted(SubjectDecision part, @Nullable Undecided owner, Undecided first) {
        boolean isEvacuation = first.report().kind() == FaultKind.HOST_DEGRADED;
        if (owner == null) {
            return isEvacuation || part instanceof SubjectDecision.Ignored;
        }
        return part.subject()
                .fold(id -> state.vm(id).filter(vm -> isOpen(part, vm)).isPresent(), host -> true);
    }

    /** Whether the need that a decision meets is there, and nothing is under way for it. */
    private boolean isOpen(SubjectDecision part, VmRecord vm) {
        Optional<NeedKind> need = Needs.metBy(part);
        if (need.isEmpty()) {
            return true;
        }
        Set<NeedKind> open = openNeeds(vm);
        boolean hasNothingToMove = need.get() == NeedKind.SERVE
                && vm.isFailed()
                && !Needs.of(vm, state, config()).contains(NeedKind.SERVE);
        if (hasNothingToMove) {
            // What failed is confirmed off all the same.
            return !vm.isConfirmedOff()
                    && open.isEmpty()
                    && executor.runsOf(vm.id()).isEmpty();
        }
        return open.contains(need.get());
    }

    private Set<NeedKind> openNeeds(VmRecord vm) {
        return openOf(Needs.of(vm, state, config()), vm);
    }

    /** The needs for which nothing is under way. */
    private Set<NeedKind> openOf(Set<NeedKind> all, VmRecord vm) {
        Set<NeedKind> needs = toEnumSet(all);
        for (PlanRun run : executor.runsOf(vm.id())) {
            for (SubjectDecision part : run.openParts()) {
                boolean isItsOwn = part.subject().fold(vm.id()::equals, host -> false);
                if (isItsOwn) {
                    Needs.metBy(part).ifPresent(needs::remove);
                }
                if (isItsOwn && part instanceof SubjectDecision.Redirect) {
                    // Requests on their way elsewhere do not go home.
                    needs.remove(NeedKind.RETURN);
                }
            }
        }
        return needs;
    }

    /** Decides again what a VM needs and nothing is under way for. */
    private void decideNeeds(VmRecord vm) {
        if (vm.is(VmState.Flag.DELETED) || vm.is(VmState.Flag.SPLIT_BRAIN)) {
            return;
        }
        Set<NeedKind> all = Needs.of(vm, state, config());
        Set<NeedKind> needs = openOf(all, vm);
        boolean isToStop = isToStop(vm);
        EnumSet.complementOf(toEnumSet(all)).stream()
                .filter(need -> !isToStop || need != NeedKind.SERVE)
                .forEach(need -> unmet.met(vm.id(), need));
        Failed failed = failures.remove(vm.id());
        if (needs.isEmpty() && failed == null && !isToStop) {
            return;
        }
        if (vm.is(VmState.Flag.REJECTED)) {
            needs.forEach(need -> note(vm, need, Reason.REJECTED, "an operator rejected what was decided"));
            return;
        }
        if (vm.is(VmState.Flag.LIMITED) && needs.remove(NeedKind.RESTORE)) {
            // Time alone does not reopen it: a new report, a repair or an operator does.
            note(vm, NeedKind.RESTORE, Reason.RECOVERY_LIMIT, vm.id() + " was recovered too often");
            if (needs.isEmpty()) {
                return;
            }
        }
        if (vm.is(VmState.Flag.TO_START) && !vm.isFailed() && needs.contains(NeedKind.RESTORE)) {
            start(vm, Optional.empty(), new PendingDecision());
            return;
        }
        List<SubjectDecision> parts = new ArrayList<>();
        if (vm.desired() == DesiredState.OFF) {
            stop(vm, Optional.empty(), new PendingDecision());
            return;
        }
        boolean isOfFault = needs.contains(NeedKind.SERVE) || needs.contains(NeedKind.RESTORE) || needs.isEmpty();
        if (isOfFault && vm.isFailed()) {
            Trigger trigger = vm.faults().get(0).trigger();
            policies.failover().decide(view(vm.id()), Faults.reportOf(vm)).parts().stream()
                    .map(part -> part.withTrigger(trigger))
                    .filter(part -> part.subject().fold(vm.id()::equals, host -> false))
                    .forEach(parts::add);
        } else if (needs.contains(NeedKind.SERVE)) {
            follow(vm, Optional.ofNullable(failed));
            return;
        } else if (needs.contains(NeedKind.RETURN) && Needs.isGone(vm.server(), state)) {
            // Its requests are with nobody: that comes before all else.
            serveAgain(vm, vm.server());
            return;
        } else if (needs.contains(NeedKind.DRAIN)) {
            parts.addAll(policies.evacuation()
                    .decide(view(vm.id()), List.of(vm.id()), drainTrigger(vm))
                    .parts());
        } else if (needs.contains(NeedKind.RETURN)) {
            decideReturn(vm, new PendingDecision());
            return;
        }
        beginAgain(vm, needs, parts, Optional.ofNullable(failed));
    }

    /** Whether a VM is wanted off, is not, and nothing is under way for that. */
    private boolean isToStop(VmRecord vm) {
        return vm.desired() == DesiredState.OFF
                && !vm.isConfirmedOff()
                && executor.runsOf(vm.id()).isEmpty();
    }

    /** A VM that is wanted off could not be powered off: that is listed, and tried again at longer and longer times. */
    void notStopped(VmRecord vm, String why) {
        if (isToStop(vm)) {
            note(vm, NeedKind.SERVE, Reason.FENCING_FAILED, vm.id() + " is wanted off and is not powered off: " + why);
        }
    }

    /**
     * A VM is well, and its requests go to a database that does not accept writes: they follow the one that does.
     *
     * @return whether they can
     */
    @CanIgnoreReturnValue
    private boolean follow(VmRecord vm, Optional<Failed> failed) {
        boolean isHandedOver = state.setOf(vm.seen())
                .filter(set -> executor.isHandingOver(set.id()))
                .isPresent();
        if (isHandedOver && failed.isEmpty()) {
            // The end of that plan decides again: to promote one now would undo what it does.
            return false;
        }
        Optional<SubjectDecision> found = followed(vm);
        if (found.isPresent()
                && found.get() instanceof SubjectDecision.Redirect redirect
                && !redirect.owners().isEmpty()) {
            beginFollowing(redirect, !facts().acceptsWrites(redirect.target()));
            return true;
        }
        if (failed.isPresent()) {
            blocked(vm, failed.get());
        } else {
            noteAll(found.stream().toList());
        }
        return false;
    }

    /** Where no database writes, the best one is promoted; that is the one that served last, where there is no other. */
    private Optional<SubjectDecision> followed(VmRecord vm) {
        Optional<VmRecord> server = state.vm(vm.server());
        boolean isAnyWriter =
                state.setOf(vm.seen()).flatMap(ReplicaSet::presumedWriter).isPresent();
        VmId from = isAnyWriter ? vm.id() : vm.server();
        Optional<SubjectDecision> decided = policies
                .failover()
                .decide(view(vm.id()), FaultReport.ofVm(from, FaultKind.SERVICE_DOWN, center.now(), "database", 0))
                .parts()
                .stream()
                .filter(part -> part instanceof SubjectDecision.Redirect || part instanceof SubjectDecision.NoTarget)
                .filter(part -> part.subject().fold(from::equals, host -> false))
                .findFirst();
        if (decided.isPresent()
                && policies.check().problems(state.inventory(), decided.get()).isEmpty()) {
            boolean isFound = decided.get() instanceof SubjectDecision.Redirect;
            if (isFound || isAnyWriter) {
                return isFound ? decided.map(part -> of(vm, (SubjectDecision.Redirect) part)) : decided;
            }
        }
        return server.filter(found -> !isAnyWriter && isServing(found))
                .map(found -> new SubjectDecision.Redirect(
                        vm.id(),
                        Trigger.SERVICE_DOWN,
                        List.of(vm.id()),
                        found.id(),
                        state.requireHost(found.seen().host()).seen().role(),
                        false,
                        Explanation.of(
                                () -> "no database accepts writes: that of " + found.id() + " is promoted again")));
    }

    private boolean isServing(VmRecord vm) {
        return state.inventory()
                .vm(vm.id())
                .filter(found ->
                        found.isServing() && state.inventory().hostOf(found).isAvailable())
                .isPresent();
    }

    /** What was decided about the server, for the VM whose requests those are. */
    private static SubjectDecision of(VmRecord vm, SubjectDecision.Redirect redirect) {
        boolean isItsOwn = redirect.vm().equals(vm.id());
        return isItsOwn ? redirect : alone(vm, redirect, redirect.trigger(), redirect.explain());
    }

    /** The requests of one VM go to the target of a decision about others. */
    private static SubjectDecision.Redirect alone(
            VmRecord vm, SubjectDecision.Redirect decided, Trigger trigger, Explanation why) {
        return new SubjectDecision.Redirect(
                vm.id(),
                trigger,
                List.of(vm.id()),
                decided.target(),
                decided.targetRole(),
                decided.overcommitted(),
                why);
    }

    /** A database with a history of its own becomes a replica again. */
    void rejoin(VmId vm) {
        Optional<MemberId> member = state.vm(vm).flatMap(found -> state.memberOf(found.seen()));
        boolean isUnderWay = executor.runs().stream()
                .flatMap(run -> run.plan().steps().stream())
                .anyMatch(step -> step.action() instanceof Action.Rejoin other
                        && state.vm(other.target())
                                .flatMap(found -> state.memberOf(found.seen()))
                                .equals(member));
        if (isUnderWay || center.isPaused()) {
            return;
        }
        Plan plan =
                new Plan(new PlanId(++lastPlan), List.of(new Step(0, new Action.Rejoin(vm), ImmutableSortedSet.of())));
        begin(new Begun(
                Optional.empty(),
                new DecisionBatch(List.of()),
                plan,
                1,
                false,
                Optional.empty(),
                new PendingDecision()));
    }

    private static EnumSet<NeedKind> toEnumSet(Set<NeedKind> needs) {
        return needs.isEmpty() ? EnumSet.noneOf(NeedKind.class) : EnumSet.copyOf(needs);
    }

    private Trigger drainTrigger(VmRecord vm) {
        return state.host(vm.seen().host())
                        .filter(host -> host.seen().inMaintenance())
                        .isPresent()
                ? Trigger.MAINTENANCE
                : Trigger.HOST_DEGRADED;
    }

    private void beginAgain(VmRecord vm, Set<NeedKind> needs, List<SubjectDecision> decided, Optional<Failed> failed) {
        List<SubjectDecision> parts = new ArrayList<>();
        boolean goesOn = false;
        boolean isNews = false;
        for (SubjectDecision part : recoveries.limited(decided, center.now())) {
            NeedKind need = Needs.of(part, vm);
            boolean movesNothing = part instanceof SubjectDecision.Redirect redirect
                    && redirect.owners().isEmpty()
                    && vm.isConfirmedOff()
                    && failed.isEmpty();
            boolean isOpen = needs.contains(need) || (failed.isPresent() && need == NeedKind.SERVE);
            if (!isOpen || movesNothing || part instanceof SubjectDecision.Ignored) {
                continue;
            }
            parts.add(part);
            boolean isMet = Needs.metBy(part).isPresent();
            goesOn |= isMet;
            isNews |= isMet || !unmet.isNoted(vm.id(), need, part.reason());
        }
        if (!goesOn && failed.isPresent()) {
            blocked(vm, failed.get());
            return;
        }
        if (isNews && !parts.isEmpty()) {
            begin(
                    vm.isFailed() ? Optional.of(vm.faults().get(0).report()) : Optional.empty(),
                    parts,
                    false,
                    Optional.empty(),
                    new PendingDecision());
        } else {
            noteAll(parts);
        }
    }

    private void blocked(VmRecord vm, Failed failed) {
        NeedKind need = Needs.metBy(failed.part()).orElse(NeedKind.SERVE);
        boolean isKnown = unmet.isNoted(vm.id(), need, failed.failure().reason());
        note(vm, need, failed.failure().reason(), failed.failure().detail());
        if (!isKnown) {
            tellBlocked(failed.run(), failed.part(), failed.failure());
        }
    }

    private void tellBlocked(PlanRun run, SubjectDecision part, StepFailure failure) {
        SubjectDecision.Blocked blocked = new SubjectDecision.Blocked(
                part.subject(),
                part.trigger(),
                failure.reason(),
                Explanation.of(() -> part.subject() + " is not " + part.outcome() + ": " + failure.detail()));
        center.publish(new HaEvent.DecisionBlocked(center.now(), run.id(), part, blocked));
    }

    /**
     * The inventory without the targets that just refused: no policy needs to know of them. A database that writes by now was promoted
     * after all.
     */
    private Inventory view(VmId vm) {
        Inventory now = state.inventory();
        Refusals refused = refusals.get(vm);
        if (refused == null) {
            return now;
        }
        for (HostId id : refused.hosts) {
            Optional<Host> host = now.host(id).filter(found -> found.health() == HostHealth.UP);
            if (host.isPresent()) {
                now = now.with(host.get().withHealth(HostHealth.DEGRADED));
            }
        }
        for (VmId id : refused.vms) {
            Optional<VirtualMachine> other =
                    now.vm(id).filter(VirtualMachine::isServing).filter(found -> !acceptsWrites(id));
            if (other.isPresent()) {
                now = now.with(other.get().withHealth(VmHealth.SUSPECT));
            }
        }
        return now;
    }

    /** A decision is not carried out: what it was for is decided anew, without the target that refused, or waits. */
    void notCarriedOut(PlanRun run, SubjectDecision part, StepFailure failure, Action action) {
        Optional<VmRecord> vm = part.subject().fold(state::vm, host -> Optional.empty());
        if (vm.isEmpty() || !center.isStillNeeded(part)) {
            return;
        }
        boolean isForOthers = failure.reason() == Reason.FENCING_FAILED || failure.reason() == Reason.PLACE_UNCERTAIN;
        Refusals refused = refusals.computeIfAbsent(vm.get().id(), id -> new Refusals());
        boolean isAdapters = failure.reason() == Reason.ACTION_FAILED
                || failure.reason() == Reason.NO_CAPACITY
                || failure.reason() == Reason.INCOMPATIBLE_CPU
                || isOfLag(failure.reason());
        if (isAdapters) {
            refuse(refused, action);
            run.notPromoted().forEach(target -> refuseMember(refused, target));
        }
        boolean isToWait = isForOthers || (part instanceof SubjectDecision.Failback && isOfLag(failure.reason()));
        if (isToWait || Needs.metBy(part).isEmpty() || refused.count++ >= IMMEDIATE_RETRIES) {
            blocked(vm.get(), new Failed(run, part, failure));
        } else {
            failures.putIfAbsent(vm.get().id(), new Failed(run, part, failure));
            wake(vm.get().id());
        }
    }

    private static boolean isOfLag(Reason reason) {
        return reason == Reason.LAG_UNKNOWN || reason == Reason.REPLICATION_LAG;
    }

    /** Other VMs of the same database are refused with it: the next database by lag is tried. */
    private void refuseMember(Refusals refused, VmId target) {
        refused.vms.add(target);
        state.vm(target)
                .flatMap(vm -> state.memberOf(vm.seen()))
                .ifPresent(member -> state.vmsOf(member).forEach(vm -> refused.vms.add(vm.id())));
    }

    private static void refuse(Refusals refused, Action action) {
        switch (action.kind()) {
            case POWER_ON, CLONE, MIGRATE -> action.host().ifPresent(refused.hosts::add);
            case PROMOTE, REDIRECT, POWER_OFF, FENCE_HOST, REALLOCATE, DEMOTE, REJOIN, DELETE_LEFTOVERS -> {}
        }
    }

    /** A VM was started anew: what refused it before may be asked again. */
    void recovered(VmId vm) {
        refusals.remove(vm);
    }

    /** A VM was deleted: nothing of it is kept. */
    void forget(VmId vm) {
        refusals.remove(vm);
        failures.remove(vm);
        pace.forget(vm);
        unmet.remove(vm);
    }

    /** A VM is well again: nothing is unmet, and what serves its requests may give them back. */
    void well(VmRecord vm) {
        refusals.remove(vm.id());
        unmet.remove(vm.id());
        pace.notReturning(vm.id());
        if (!vm.server().equals(vm.id())) {
            state.flag(vm.id(), VmState.Flag.RETURNING, true);
            wake(vm.id());
        }
    }

    /** A VM runs twice: nothing of it is started or powered off before an operator has looked. */
    void splitBrain(VmRecord vm) {
        Trigger trigger = vm.isFailed() ? vm.faults().get(0).trigger() : Trigger.POWERED_OFF;
        String why = vm.id() + " runs on several hosts at once: " + vm.mayRunOn();
        note(vm, NeedKind.RESTORE, Reason.SPLIT_BRAIN, why);
        SubjectDecision.Blocked blocked = new SubjectDecision.Blocked(
                new FaultSubject.OfVm(vm.id()), trigger, Reason.SPLIT_BRAIN, Explanation.of(() -> why));
        center.publish(new HaEvent.Decided(center.now(), Optional.empty(), blocked, noPlan()));
    }

    /** The policy threw: the need stays, and is tried again. */
    void policyFailed(VmId id, Throwable thrown) {
        state.vm(id)
                .ifPresent(vm ->
                        note(vm, NeedKind.SERVE, Reason.INVALID_DECISION, "the policy failed: " + thrown.getMessage()));
    }

    /** The server of a VM that is well was deleted: its requests come home, or go where its database may be written. */
    void serveAgain(VmRecord vm, VmId server) {
        boolean isWriterElsewhere = state.needsWriter(vm.seen()) && !state.isAtWriter(vm.seen());
        boolean isFollowing = isWriterElsewhere && follow(vm, Optional.empty());
        if (!isFollowing && (isServing(vm) || state.needsWriter(vm.seen()) || !serveElsewhere(vm, server))) {
            sendHome(vm, server);
        }
    }

    /**
     * Home takes no requests, as its host is in maintenance: they go where those of a failed VM would.
     *
     * @return whether there is such a place
     */
    private boolean serveElsewhere(VmRecord vm, VmId server) {
        FaultReport report = FaultReport.ofVm(vm.id(), FaultKind.SERVICE_DOWN, center.now(), "deletion", 0);
        Optional<SubjectDecision> found = policies.failover().decide(view(vm.id()), report).parts().stream()
                .filter(part -> part instanceof SubjectDecision.Redirect
                        && part.subject().fold(vm.id()::equals, host -> false))
                .findFirst();
        if (found.isEmpty()
                || !policies.check().problems(state.inventory(), found.get()).isEmpty()) {
            return false;
        }
        SubjectDecision.Redirect redirect = (SubjectDecision.Redirect) found.get();
        SubjectDecision.Redirect part = alone(
                vm,
                redirect,
                Trigger.MAINTENANCE,
                Explanation.of(() -> server + " was deleted and " + vm.id() + " is not to serve: its requests go to "
                        + redirect.target()));
        // They are with nobody: there is nothing to confirm off before.
        beginFollowing(part, false);
        return true;
    }

    private void beginFollowing(SubjectDecision.Redirect redirect, boolean promotes) {
        Plan plan = FollowPlan.of(new PlanId(++lastPlan), redirect, promotes);
        begin(new Begun(Optional.empty(), redirect, plan, 1, false, Optional.empty(), new PendingDecision()));
    }

    private void sendHome(VmRecord vm, VmId server) {
        state.flag(vm.id(), VmState.Flag.RETURNING, true);
        ClusterRole role = state.requireHost(vm.seen().host()).seen().role();
        SubjectDecision part = new SubjectDecision.Failback(
                vm.id(),
                Trigger.REPAIRED,
                server,
                role,
                false,
                Explanation.of(() -> server + " was deleted: the requests of " + vm.id() + " come home"));
        // Neither limited nor checked as a return home is: they are with nobody now.
        Plan plan = planner.plan(new PlanId(++lastPlan), state.inventory(), part, facts());
        begin(new Begun(
                Optional.empty(), part, plan, 1, false, Optional.of("deletion of " + server), new PendingDecision()));
    }

    /** What a paused center would decide. */
    private List<UnmetNeed> pausedNeeds() {
        if (!center.isPaused()) {
            return List.of();
        }
        Set<VmId> vms = new LinkedHashSet<>(woken);
        undecided.forEach(one -> vms.addAll(one.vms()));
        return vms.stream()
                .flatMap(id -> state.vm(id).stream())
                .flatMap(vm -> openNeeds(vm).stream()
                        .filter(need -> !unmet.isNoted(vm.id(), need))
                        .map(need -> new UnmetNeed(
                                new FaultSubject.OfVm(vm.id()),
                                need,
                                Reason.PAUSED,
                                "the center is paused",
                                vm.isFailed() ? vm.faults().get(0).since() : center.now())))
                .toList();
    }

    /** The needs that are there still and nothing is under way for. */
    List<UnmetNeed> unmetNow() {
        return Stream.concat(
                        pausedNeeds().stream(),
                        unmet.list().stream()
                                .filter(need -> need.subject()
                                        .fold(
                                                id -> state.vm(id)
                                                        .filter(vm -> need.reason() == Reason.SPLIT_BRAIN
                                                                || (need.need() == NeedKind.SERVE && isToStop(vm))
                                                                || openNeeds(vm).contains(need.need()))
                                                        .isPresent(),
                                                host -> true)))
                .toList();
    }

    /** A VM is healthy again: its requests come home, or that is offered. Returns that repeat are paced. */
    void decideReturn(VmRecord vm, PendingDecision pending) {
        List<SubjectDecision> parts = recoveries.limited(
                policies.failback().decide(state.inventory(), vm.id()).parts(), center.now());
        boolean isOffer = config().failback() == FailbackMode.MANUAL;
        boolean returns = parts.stream().anyMatch(SubjectDecision.Failback.class::isInstance);
        if (!isOffer && returns && isPaced(vm, NeedKind.RETURN, () -> wake(vm.id()))) {
            pending.end(new DecisionOutcome(Optional.empty(), new DecisionBatch(List.of()), noPlan(), List.of()));
            return;
        }
        begin(Optional.empty(), parts, isOffer, Optional.empty(), pending);
    }

    /** A plan ended without having changed anything. */
    void cameToNothing(Decision decision) {
        for (SubjectDecision part : decision.parts()) {
            if (part.trigger() == Trigger.REPAIRED && part.subject() instanceof FaultSubject.OfVm subject) {
                pace.cameToNothing(subject.vm());
            }
        }
    }

    /** Whether an automatic return has to wait, which is noted; it is decided again then. One that has not counts as made. */
    private boolean isPaced(VmRecord vm, NeedKind need, Runnable again) {
        Duration wait = pace.waitOf(vm.id(), center.now());
        if (wait.isZero()) {
            pace.returns(vm.id(), center.now());
            return false;
        }
        if (!unmet.isNoted(vm.id(), need, Reason.RECOVERY_LIMIT)) {
            note(vm, need, Reason.RECOVERY_LIMIT, vm.id() + " came home within the last hour: it waits for " + wait);
            center.after(wait, again);
        }
        return true;
    }

    /**
     * A host is in service again: the VMs that left it for maintenance come home, where returns are automatic. One that cannot now stays
     * where it is for good: it runs well there.
     */
    List<SubjectDecision> homecoming(HostId host) {
        if (config().failback() == FailbackMode.MANUAL) {
            state.awayFrom(host).forEach(state::notAway);
            return List.of();
        }
        List<SubjectDecision> parts = new ArrayList<>();
        for (VmId id : state.awayFrom(host)) {
            Optional<SubjectDecision> part = comingHome(id, host, parts);
            boolean waits =
                    part.isPresent() && isPaced(state.requireVm(id), NeedKind.DRAIN, () -> comeHomeLater(id, host));
            if (!waits) {
                part.ifPresent(parts::add);
            }
            if (part.isEmpty()) {
                state.notAway(id);
            }
        }
        return parts;
    }

    private void comeHomeLater(VmId id, HostId host) {
        Optional<SubjectDecision> part = state.host(host)
                .filter(found -> !found.seen().inMaintenance())
                .flatMap(found -> comingHome(id, host, List.of()));
        state.vm(id).ifPresent(vm -> unmet.met(id, NeedKind.DRAIN));
        part.ifPresentOrElse(
                found -> {
                    pace.returns(id, center.now());
                    begin(Optional.empty(), List.of(found), false, Optional.empty(), new PendingDecision());
                },
                () -> state.notAway(id));
    }

    /** How a VM comes home beside others; empty where it cannot, or has no reason to. */
    private Optional<SubjectDecision> comingHome(VmId id, HostId host, List<SubjectDecision> others) {
        Optional<VmRecord> away = state.vm(id)
                .filter(vm -> state.homeOf(id).equals(Optional.of(host)))
                .filter(vm -> vm.power() == PowerState.ON && !vm.isFailed() && vm.desired() == DesiredState.RUNNING)
                .filter(vm -> executor.runsOf(id).isEmpty());
        return away.flatMap(vm -> {
            SubjectDecision part = new SubjectDecision.Migrate(
                    id,
                    Trigger.MAINTENANCE,
                    vm.seen().host(),
                    host,
                    state.requireHost(host).seen().role(),
                    Explanation.of(() -> "the maintenance of " + host + " is over: " + id + " comes home"));
            List<SubjectDecision> all = ImmutableList.<SubjectDecision>builder()
                    .addAll(others)
                    .add(part)
                    .build();
            boolean isPossible = possible(List.of(part)).contains(part)
                    && policies.check()
                            .problems(state.inventory(), decisionOf(all))
                            .isEmpty();
            return isPossible ? Optional.of(part) : Optional.empty();
        });
    }

    /** A VM is wanted off: its requests move first, unless what writes must be off before, then it is powered off. */
    void stop(VmRecord vm, Optional<String> operator, PendingDecision pending) {
        if (!executor.runsOf(vm.id()).isEmpty() || vm.isConfirmedOff()) {
            pending.end(new DecisionOutcome(Optional.empty(), new DecisionBatch(List.of()), noPlan(), List.of()));
            return;
        }
        List<SubjectDecision> parts = new ArrayList<>();
        Set<VmId> owners = state.ownersServedBy(vm.id());
        if (!owners.isEmpty()) {
            FaultReport report = FaultReport.ofVm(vm.id(), FaultKind.SERVICE_DOWN, center.now(), "desired state", 0);
            policies.failover().decide(view(vm.id()), report).parts().stream()
                    .filter(part ->
                            part instanceof SubjectDecision.Redirect || part instanceof SubjectDecision.NoTarget)
                    .limit(1)
                    .map(part -> part.withTrigger(Trigger.MAINTENANCE))
                    .forEach(parts::add);
        }
        if (parts.stream().anyMatch(part -> Needs.metBy(part).isEmpty())) {
            boolean isNews =
                    !unmet.isNoted(vm.id(), NeedKind.SERVE, parts.get(0).reason());
            noteAll(parts);
            if (isNews) {
                begin(Optional.empty(), parts, false, operator, pending);
            }
            return;
        }
        Plan plan = StopPlan.of(new PlanId(++lastPlan), vm.seen(), parts, config(), state);
        begin(new Begun(Optional.empty(), decisionOf(parts), plan, 1, false, operator, pending));
    }

    /** A VM is wanted running and is off: it is started where it is, or on the first host of its cluster that can take it. */
    void start(VmRecord vm, Optional<String> operator, PendingDecision pending) {
        Inventory now = view(vm.id());
        ClusterRole role = now.hostOf(now.requireVm(vm.id())).role();
        Stream<HostId> hosts = Stream.concat(
                Stream.of(vm.seen().host()),
                Streams.stream(now.placeableByCapacity(role))
                        .flatMap(Streams::stream)
                        .map(place -> place.host().id()));
        Optional<SubjectDecision> found = hosts.limit(STARTS_LOOKED_AT)
                .map(host -> startedOn(vm, host, role))
                .filter(part -> policies.check().problems(now, part).isEmpty())
                .findFirst();
        SubjectDecision part = found.orElseGet(() -> new SubjectDecision.NoTarget(
                vm.id(),
                Trigger.REPAIRED,
                Reason.NO_CAPACITY,
                Explanation.of(() -> vm.id() + " is wanted running, and no host of its cluster can take it")));
        boolean isNews = found.isPresent() || !unmet.isNoted(vm.id(), NeedKind.RESTORE, part.reason());
        if (isNews) {
            begin(Optional.empty(), List.of(part), false, operator, pending);
        } else {
            noteAll(List.of(part));
        }
    }

    private static SubjectDecision startedOn(VmRecord vm, HostId host, ClusterRole role) {
        return new SubjectDecision.Restart(
                vm.id(),
                Trigger.REPAIRED,
                host,
                role,
                Explanation.of(() -> vm.id() + " is wanted running and is started on " + host));
    }

    /** An operator has what was left behind of a VM deleted: nothing is decided, each place is a step. */
    void deleteLeftovers(VmId vm, Set<HostId> places, String operator, PendingDecision pending) {
        List<Step> steps = new ArrayList<>();
        places.forEach(host ->
                steps.add(new Step(steps.size(), new Action.DeleteLeftovers(vm, host), ImmutableSortedSet.of())));
        Plan plan = new Plan(new PlanId(++lastPlan), steps);
        begin(new Begun(
                Optional.empty(), new DecisionBatch(List.of()), plan, 1, false, Optional.of(operator), pending));
    }

    /** What would be decided and done about a report, on the inventory of now. Changes nothing. */
    WhatIf whatIf(FaultReport report) {
        Inventory faulty = FaultEffects.apply(state.inventory(), report);
        Decision decision = policies.failover().decide(faulty, report);
        List<SubjectDecision> parts = recoveries.limited(decision.parts(), center.now());
        Plan plan = planner.plan(new PlanId(lastPlan + 1), faulty, decisionOf(parts), facts());
        Optional<Reason> held = plan.steps().stream()
                .flatMap(step -> center.heldBy(step.action()).stream())
                .findFirst();
        return new WhatIf(decisionOf(parts).frozen(), plan, held);
    }

    /** Begins a plan for decisions, or tells that there is nothing to do. */
    void begin(
            Optional<FaultReport> report,
            List<SubjectDecision> decided,
            boolean isOffer,
            Optional<String> operator,
            PendingDecision pending) {
        beginSound(report, checked(recoveries.limited(decided, center.now())), isOffer, operator, pending);
    }

    private void beginSound(
            Optional<FaultReport> report,
            List<SubjectDecision> parts,
            boolean isOffer,
            Optional<String> operator,
            PendingDecision pending) {
        Decision decision = decisionOf(parts);
        Plan plan = planner.plan(new PlanId(lastPlan + 1), state.inventory(), decision, facts());
        if (!plan.isEmpty()) {
            lastPlan++;
        }
        begin(new Begun(report, decision, plan, 1, isOffer && !plan.isEmpty(), operator, pending));
    }

    /** A decision with its plan that is about to begin. */
    private record Begun(
            Optional<FaultReport> report,
            Decision decision,
            Plan plan,
            int revision,
            boolean isOffer,
            Optional<String> operator,
            PendingDecision pending) {}

    private void begin(Begun begun) {
        Plan plan = begun.plan();
        PendingDecision pending = begun.pending();
        center.publish(new HaEvent.Decided(center.now(), begun.report(), begun.decision(), plan));
        // What waits for an operator may wait long, and its explanation would keep the inventory of now.
        Decision decision = isHeldAtOnce(begun) ? begun.decision().frozen() : begun.decision();
        noteAll(decision.parts());
        List<JournalEntry> entries = new ArrayList<>();
        begun.report().ifPresent(taken -> entries.add(new JournalEntry.ReportTaken(center.now(), taken)));
        DecisionOutcome nothingDone = new DecisionOutcome(begun.report(), decision, plan, List.of());
        if (plan.isEmpty()) {
            center.journal(entries, () -> center.ended(nothingDone, pending));
            return;
        }
        entries.addAll(recoveries.count(decision.parts(), center.now()));
        JournalEntry.PlanOpened opened = new JournalEntry.PlanOpened(
                center.now(), begun.revision(), begun.report(), decision, plan, begun.isOffer());
        entries.add(opened);
        begun.operator().ifPresent(who -> entries.add(new JournalEntry.PlanApproved(plan.id(), who)));
        PlanRun run = executor.add(opened, begun.operator());
        decision.parts().forEach(this::underWay);
        center.waitsFor(plan.id(), pending);
        center.journal(entries, () -> {
            pending.recorded().complete(decision);
            if (begun.isOffer()) {
                pending.ended().complete(nothingDone);
            }
            run.advance();
        });
    }

    private boolean isHeldAtOnce(Begun begun) {
        return begun.isOffer()
                || center.isPaused()
                || begun.plan().steps().stream()
                        .anyMatch(step -> center.heldBy(step.action()).isPresent());
    }

    private void underWay(SubjectDecision part) {
        part.subject()
                .fold(
                        vm -> {
                            Needs.metBy(part).ifPresent(need -> unmet.underWay(vm, need));
                            return vm;
                        },
                        host -> host);
    }

    /** What a platform cannot do is not asked of it. */
    private List<SubjectDecision> possible(List<SubjectDecision> parts) {
        Set<Capability> capabilities = center.capabilities();
        ImmutableList.Builder<SubjectDecision> possible = ImmutableList.builder();
        for (SubjectDecision part : parts) {
            Optional<Capability> needed = part instanceof SubjectDecision.Reclone
                    ? Optional.of(Capability.CLONE)
                    : part instanceof SubjectDecision.Migrate
                            ? Optional.of(Capability.LIVE_MIGRATION)
                            : Optional.empty();
            Optional<Capability> missing = needed.filter(capability -> !capabilities.contains(capability));
            possible.add(missing.<SubjectDecision>map(capability -> new SubjectDecision.Blocked(
                            part.subject(),
                            part.trigger(),
                            Reason.ACTION_FAILED,
                            Explanation.of(
                                    () -> "the platform lacks " + capability + ", which " + part.outcome() + " needs")))
                    .orElse(part));
        }
        return possible.build();
    }

    private List<SubjectDecision> checked(List<SubjectDecision> decided) {
        List<SubjectDecision> parts = possible(decided);
        List<String> wrong = policies.check().problems(state.inventory(), decisionOf(parts));
        if (wrong.isEmpty()) {
            return parts;
        }
        LOG.error("the policy's decision is refused: {}", wrong);
        String why = String.join("; ", wrong);
        ImmutableList.Builder<SubjectDecision> refused = ImmutableList.builder();
        Set<FaultSubject> told = new HashSet<>();
        for (SubjectDecision part : parts) {
            if (told.add(part.subject())) {
                refused.add(new SubjectDecision.Blocked(
                        part.subject(), part.trigger(), Reason.INVALID_DECISION, Explanation.of(() -> why)));
            }
        }
        return refused.build();
    }

    private static Decision decisionOf(List<SubjectDecision> parts) {
        return parts.size() == 1 ? parts.get(0) : new DecisionBatch(parts);
    }

    private Plan noPlan() {
        return new Plan(new PlanId(lastPlan + 1), List.of());
    }

    private PlanFacts facts() {
        return new PlanFacts() {
            @Override
            public boolean isConfirmedOff(VmId vm) {
                return state.isConfirmedOff(vm);
            }

            @Override
            public boolean showsFaults() {
                return true;
            }

            @Override
            public boolean acceptsWrites(VmId vm) {
                return Decisions.this.acceptsWrites(vm);
            }

            @Override
            public Optional<VmId> wellWriterBeside(VmId vm) {
                return state.vm(vm).flatMap(target -> wellWriter(target));
            }
        };
    }

    private boolean acceptsWrites(VmId vm) {
        return state.vm(vm).filter(found -> state.isAtWriter(found.seen())).isPresent();
    }

    /** A VM of another database of the same set that is seen to write, where one of its VMs is well. */
    private Optional<VmId> wellWriter(VmRecord target) {
        Optional<MemberId> own = state.memberOf(target.seen());
        return state.setOf(target.seen())
                .flatMap(ReplicaSet::writer)
                .map(DatabaseMember::id)
                .filter(writer -> !own.equals(Optional.of(writer)))
                .flatMap(writer -> state.vmsOf(writer).stream()
                        .filter(vm -> !vm.isFailed()
                                && vm.power() == PowerState.ON
                                && state.runsVms(vm.seen().host()))
                        .map(VmRecord::id)
                        .sorted()
                        .findFirst());
    }

    /** Notes which needs are not met by what was decided. */
    private void noteAll(List<SubjectDecision> parts) {
        for (SubjectDecision part : parts) {
            Optional<VmRecord> vm = part.subject().fold(state::vm, host -> Optional.empty());
            if (vm.isEmpty()) {
                continue;
            }
            boolean saysNo = part instanceof SubjectDecision.NoTarget || part instanceof SubjectDecision.Blocked;
            if (saysNo && part.trigger() != Trigger.LOAD) {
                note(
                        vm.get(),
                        Needs.of(part, vm.get()),
                        part.reason(),
                        part.explain().sentence());
                if (part.reason() == Reason.RECOVERY_LIMIT) {
                    state.flag(vm.get().id(), VmState.Flag.LIMITED, true);
                }
            }
        }
    }

    private void note(VmRecord vm, NeedKind need, Reason reason, String why) {
        ClusterRole role =
                state.host(vm.seen().host()).map(host -> host.seen().role()).orElse(ClusterRole.PRIMARY);
        unmet.note(vm.seen(), role, new UnmetNeed(new FaultSubject.OfVm(vm.id()), need, reason, why, center.now()));
    }

    /** Operators chose otherwise: what is unmet is decided by that. */
    void reconfigure(HaPolicies chosen) {
        policies = chosen;
        planner = new Planner(chosen.config());
        executor.reconfigure(chosen.config());
        unmet.all().forEach(this::retry);
    }

    /** What held plans count on is gone: they keep their numbers and are decided again, as a later revision. */
    void replan(List<PlanRun> held) {
        held.forEach(run -> attempt("plan " + run.id(), () -> replan(run)));
    }

    private void replan(PlanRun run) {
        List<VmRecord> vms = run.openParts().stream()
                .flatMap(part -> part.subject().fold(state::vm, host -> Optional.<VmRecord>empty()).stream())
                .distinct()
                .toList();
        executor.withdraw(run);
        List<SubjectDecision> parts = new ArrayList<>();
        List<FaultReport> reports = new ArrayList<>();
        for (VmRecord vm : vms) {
            if (vm.isFailed()) {
                reports.add(Faults.reportOf(vm));
            } else if (Needs.isToLeave(vm, state)) {
                parts.addAll(policies.evacuation()
                        .decide(state.inventory(), List.of(vm.id()), drainTrigger(vm))
                        .parts());
            }
        }
        if (!reports.isEmpty()) {
            for (SubjectDecision part :
                    policies.failover().decideAll(state.inventory(), reports).parts()) {
                Optional<VmRecord> vm = part.subject().fold(state::vm, host -> Optional.empty());
                vm.filter(found -> found.isFailed() && isOpen(part, found))
                        .ifPresent(found ->
                                parts.add(part.withTrigger(found.faults().get(0).trigger())));
            }
        }
        List<SubjectDecision> sound = checked(recoveries.limited(parts, center.now()));
        Plan plan = planner.plan(run.id(), state.inventory(), decisionOf(sound), facts());
        if (plan.isEmpty()) {
            noteAll(sound);
            center.planEnded(run, new DecisionOutcome(run.opened().report(), decisionOf(sound), run.plan(), List.of()));
            return;
        }
        begin(new Begun(
                run.opened().report(),
                decisionOf(sound),
                plan,
                run.opened().revision() + 1,
                false,
                Optional.empty(),
                new PendingDecision()));
    }
}
