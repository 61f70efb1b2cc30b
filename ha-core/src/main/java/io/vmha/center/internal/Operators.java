package io.vmha.center.internal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.collect.ImmutableSortedSet;
import io.vmha.adapter.Capability;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.event.PlanView;
import io.vmha.center.event.QuarantinedHost;
import io.vmha.center.event.UnmetNeed;
import io.vmha.center.event.WhatIf;
import io.vmha.center.internal.execution.AuditLog;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.HostRecord;
import io.vmha.center.internal.state.Sightings;
import io.vmha.center.internal.state.VmRecord;
import io.vmha.center.journal.CenterSettings;
import io.vmha.center.journal.DesiredExport;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.Leftover;
import io.vmha.center.journal.VmState;
import io.vmha.fault.FaultEnd;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReadingToken;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.Decision;
import io.vmha.policy.HaPolicies;
import io.vmha.policy.LoadSample;
import io.vmha.policy.Reason;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * What operators and the orchestrator may call. Each runs on the center's loop, is refused at the door where an argument is wrong, and
 * is written down before it is answered.
 */
public final class Operators {
    private static final int MOST_READINGS = 1_000;

    private final CenterLoop center;
    private final LoopCalls calls;
    private final CenterState state;
    /** When this center began, by its clock, which tells its reading tokens from those of an earlier one. */
    private final Instant began;
    /** When the readings of the last tokens began. */
    private final Cache<Long, Instant> readings = CacheBuilder.newBuilder()
            .concurrencyLevel(1)
            .maximumSize(MOST_READINGS)
            .build();

    /** Makes the calls of a center. */
    public Operators(CenterLoop center) {
        this.center = center;
        this.calls = center.calls();
        this.state = center.state();
        this.began = center.now();
    }

    private void audit(String operator, String call, Object... pairs) {
        AuditLog.operator(center.epoch(), operator, call, pairs);
    }

    /** Takes a load sample. */
    public CompletionStage<DecisionOutcome> load(LoadSample sample) {
        return calls.decide(pending -> {
            state.loaded(sample.vm(), sample.load());
            center.executor().loaded(sample.vm());
            center.executor().advance(sample.vm());
            List<SubjectDecision> parts = center.decisions()
                    .policies()
                    .current()
                    .load()
                    .decide(state.inventory(), sample)
                    .parts();
            center.decisions().plans().begin(Optional.empty(), parts, false, Optional.empty(), pending);
        });
    }

    /** Takes a host out of service, or puts it back. */
    public CompletionStage<DecisionOutcome> maintenance(HostId host, boolean on, String operator) {
        return calls.decide(pending -> {
            state.maintenance(host, on);
            audit(operator, "maintenance", "host", host, "value", on);
            center.executor().releaseHeld();
            if (on) {
                center.decisions().replanning().replanWithout(host);
                state.vmsAt(host).forEach(center.decisions().replanning()::replanWithout);
            } else {
                // What was to leave it need not any more.
                state.vmsAt(host).forEach(center.executor()::advance);
            }
            List<SubjectDecision> parts = on
                    ? center.decisions()
                            .policies()
                            .current()
                            .evacuation()
                            .decide(state.inventory(), host, Trigger.MAINTENANCE)
                            .parts()
                    : center.decisions().returns().homecoming(host);
            center.decisions().plans().begin(Optional.empty(), managed(parts), false, Optional.empty(), pending);
        });
    }

    private List<SubjectDecision> managed(List<SubjectDecision> parts) {
        return parts.stream()
                .filter(part -> part.subject()
                        .asVm()
                        .map(id -> state.vm(id)
                                .filter(vm -> vm.desired() == DesiredState.RUNNING)
                                .isPresent())
                        .orElse(true))
                .toList();
    }

    /** A VM is healthy and powered on, by somebody's word. */
    public CompletionStage<DecisionOutcome> repaired(VmId id) {
        return calls.decide(pending -> {
            VmRecord vm = state.requireVm(id);
            if (vm.is(VmState.Flag.HALF_MADE)) {
                state.leftovers().cloneNotNeeded(id, vm.seen().host(), center.now());
            }
            if (vm.isActedOn()) {
                state.places().saidOn(id, center.executor().mayBePlacedOn(id));
            } else if (vm.is(VmState.Flag.MAY_BE_ELSEWHERE)) {
                // It runs, and where is not known.
                state.places().saidOnSomewhere(id);
                center.readings().need();
            } else {
                state.places().runsOn(id, vm.seen().host());
                state.places().lostWithHost(id);
            }
            center.faults().end(id, FaultEnd.REPAIRED);
            // Also where nothing was reported yet: a report that was observed before comes late.
            state.health().wellSince(id, center.now());
            state.health().suspected(id, false);
            center.decisions().well(vm);
            center.journal(center.recoveries().clear(id), () -> {});
            state.flag(id, VmState.Flag.LIMITED, false);
            center.executor().advance(id);
            center.stormChanges().refresh();
            if (vm.server().equals(id)) {
                center.started().heard(id);
                center.decisions().plans().begin(Optional.empty(), List.of(), false, Optional.empty(), pending);
            } else {
                state.flag(id, VmState.Flag.RETURNING, true);
                center.decisions().returns().decide(vm, pending);
            }
        });
    }

    /** A host is up; that says nothing about its VMs. */
    public CompletionStage<Inventory> hostUp(HostId host) {
        return change(() -> {
            center.losses().hostIsUp(state.requireHost(host));
            center.stormChanges().refresh();
            state.vmsAt(host).forEach(center.executor()::advance);
        });
    }

    /** How far a database is behind; empty where that cannot be read. */
    public CompletionStage<Inventory> replicationLag(VmId vm, Optional<Duration> lag) {
        return change(() -> state.vmDatabases().saidToLag(vm, lag, center.now()));
    }

    /** An operator accepts that a database is behind. */
    public CompletionStage<Inventory> acceptReplicationLag(VmId vm, String operator) {
        return change(() -> {
            VmRecord record = state.requireVm(vm);
            state.flag(vm, VmState.Flag.LAG_ACCEPTED, true);
            state.wake(record.seen().type());
            audit(operator, "acceptReplicationLag", "vm", vm);
        });
    }

    /** What is wanted of a VM. */
    public CompletionStage<DecisionOutcome> desired(VmId id, DesiredState desired, String operator) {
        return calls.decide(pending -> {
            VmRecord vm = state.requireVm(id);
            DesiredState before = vm.desired();
            // Where it went down and nobody has reported that yet, its requests are with it still.
            boolean wasToRun = before == DesiredState.RUNNING
                    || vm.isFailed()
                    || !vm.mayRunOn().isEmpty();
            state.desired(id, desired);
            if (desired == DesiredState.OFF && wasToRun) {
                // Whatever is under way for it now, or becomes of it before that ends.
                state.flag(
                        id,
                        VmState.Flag.REQUESTS_TO_MOVE,
                        !state.routes().ownersServedBy(id).isEmpty());
            }
            center.unmet().remove(id);
            audit(operator, "desired", "vm", id, "value", desired);
            state.flag(id, VmState.Flag.TO_START, false);
            center.executor().advance(id);
            center.decisions().wake(id);
            if (before != desired) {
                // Whether it is to be relied on is another question now.
                state.routes().ownersServedBy(id).forEach(center.decisions()::wake);
            }
            if (before == DesiredState.UNMANAGED && desired == DesiredState.RUNNING) {
                // What became of it while nobody managed it is read first.
                state.places().lookFor(id);
                center.readings().need();
            }
            boolean starts = desired == DesiredState.RUNNING && before == DesiredState.OFF && vm.isConfirmedOff();
            if (desired == DesiredState.OFF && !vm.mayRunOn().isEmpty()) {
                center.decisions().power().stop(vm, Optional.of(operator), pending);
            } else if (starts) {
                state.flag(id, VmState.Flag.TO_START, true);
                state.flag(id, VmState.Flag.RETURNING, !vm.server().equals(id));
                center.decisions().power().start(vm, Optional.of(operator), pending);
            } else {
                center.decisions().plans().begin(Optional.empty(), List.of(), false, Optional.empty(), pending);
            }
        });
    }

    /** Operators chose other policies. */
    public CompletionStage<CenterHealth> reconfigure(HaPolicies policies, String operator) {
        return calls.ask(() -> {
            center.life().checkActing();
            center.decisions().reconfigure(policies);
            audit(operator, "reconfigure");
            return center.describe();
        });
    }

    /** Releases a plan that is held; a revision is refused that is not the newest. */
    public CompletionStage<DecisionOutcome> approve(PlanId plan, Optional<Integer> revision, String operator) {
        return calls.decide(pending -> {
            PlanRun run = held(plan);
            int newest = run.opened().revision();
            if (revision.filter(seen -> seen != newest).isPresent()) {
                throw new IllegalArgumentException("plan " + plan + " was decided again: revision " + revision.get()
                        + " was approved, the newest is " + newest);
            }
            audit(operator, "approve", "plan", plan);
            center.outcomes().waitsFor(plan, pending);
            run.approvalBegins();
            center.journal(List.of(new JournalEntry.PlanApproved(plan, operator)), () -> run.approve(operator));
        });
    }

    /** Ends a plan that is held with nothing done. */
    public CompletionStage<DecisionOutcome> reject(PlanId plan, String operator) {
        return calls.decide(pending -> {
            PlanRun run = held(plan);
            if (!run.isUntried() || run.wasApproved()) {
                throw new IllegalArgumentException("plan " + plan + " is under way and cannot be rejected any more");
            }
            audit(operator, "reject", "plan", plan);
            center.outcomes().waitsFor(plan, pending);
            center.executor().withdraw(run);
            for (SubjectDecision part : run.openParts()) {
                part.subject().asVm().ifPresent(vm -> {
                    state.flag(vm, VmState.Flag.REJECTED, true);
                    state.flag(vm, VmState.Flag.RETURNING, false);
                });
            }
            Decision decision = run.opened().decision();
            center.outcomes()
                    .planEnded(run, new DecisionOutcome(run.opened().report(), decision, run.plan(), List.of()));
        });
    }

    private PlanRun held(PlanId plan) {
        return center.executor()
                .run(plan)
                .filter(run -> run.heldFor().isPresent() || run.isIdleOffer())
                .orElseThrow(() -> new IllegalArgumentException("no plan " + plan + " is held"));
    }

    /** Decides and starts nothing meanwhile, or goes on. */
    public CompletionStage<CenterHealth> pause(boolean on, String operator) {
        Runnable chosen = () -> {
            center.holds()
                    .settings(new CenterSettings(on, center.holds().settings().automation()));
            audit(operator, on ? "pause" : "resume");
            if (!on) {
                center.decisions().resumed();
                center.executor().releaseHeld();
            }
        };
        return change(chosen, center::describe);
    }

    /** How much is done without approval. */
    public CompletionStage<CenterHealth> automation(AutomationLevel level, String operator) {
        Runnable chosen = () -> {
            center.holds().settings(new CenterSettings(center.holds().settings().isPaused(), Optional.of(level)));
            audit(operator, "automation", "value", level);
            center.executor().releaseHeld();
        };
        return change(chosen, center::describe);
    }

    /** Issues a token for a reading that begins now. */
    public CompletionStage<ReadingToken> beginReading() {
        return calls.ask(() -> {
            long token = state.beginReading();
            readings.put(token, center.now());
            return new ReadingToken(center.epoch(), began, token);
        });
    }

    /** Takes a reading of the platform; the comparison with what is believed is made by the caller's thread. */
    public CompletionStage<Inventory> observe(ReadingToken token, PlatformSnapshot snapshot) {
        if (token.epoch() != center.epoch() || !token.center().equals(began)) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "another center issued " + token + ", which orders nothing here: begin a reading anew"));
        }
        Sightings sightings = Sightings.of(snapshot, token.value(), state.published());
        return change(() -> {
            Instant begun =
                    Optional.ofNullable(readings.getIfPresent(token.value())).orElse(center.now());
            new Observation(center, sightings, begun).apply();
        });
    }

    /** Adds a VM, or changes what is declared of it. */
    public CompletionStage<Inventory> add(VirtualMachine vm) {
        return change(() -> declare(vm));
    }

    private void declare(VirtualMachine vm) {
        if (!state.databases().isAllDeclared()) {
            DatabaseWatch.requireKnown(vm, state.databases().sets());
        }
        state.declarations().declare(vm);
        center.intake().known(new FaultSubject.OfVm(vm.id()));
    }

    /** Adds a host, or changes what is known of it. */
    public CompletionStage<Inventory> add(Host host) {
        return change(() -> declare(host));
    }

    private void declare(Host host) {
        state.declarations().declare(host);
        center.intake().known(new FaultSubject.OfHost(host.id()));
    }

    /** Removes a VM that was deleted. */
    public CompletionStage<Inventory> remove(VmId vm) {
        return change(() -> removeNow(vm));
    }

    private void removeNow(VmId vm) {
        List<PlanRun> counting = center.executor().heldRunsCountingOn(vm);
        Set<VmId> served = state.declarations().remove(vm);
        center.decisions().forget(vm);
        center.decisions().replanning().replan(counting);
        center.started().stopped(vm);
        center.journal(center.recoveries().clear(vm), () -> {});
        center.executor().advance(vm);
        if (state.vm(vm).isPresent()) {
            center.readings().need();
        }
        for (VmId owner : served) {
            VmRecord record = state.requireVm(owner);
            if (!record.isFailed()) {
                center.decisions().stranded().serveAgain(record, vm, Optional.empty());
            }
            center.decisions().wake(owner);
        }
    }

    /** Removes a host that was deleted. */
    public CompletionStage<Inventory> remove(HostId host) {
        return change(() -> removeNow(host));
    }

    private void removeNow(HostId host) {
        List<PlanRun> counting = center.executor().heldRunsCountingOn(host);
        state.declarations().remove(host);
        center.decisions().replanning().replan(counting);
    }

    /** Changes what the orchestrator declares: additions, removals and declared fields. */
    public CompletionStage<Inventory> update(UnaryOperator<Inventory> change) {
        return change(() -> {
            Inventory before = state.inventory();
            Inventory after = change.apply(before);
            DeclaredChange.check(before, after);
            after.hosts().stream()
                    .filter(host -> before.host(host.id()).filter(host::equals).isEmpty())
                    .forEach(this::declare);
            after.vms().stream()
                    .filter(vm -> before.vm(vm.id()).filter(vm::equals).isEmpty())
                    .forEach(this::declare);
            before.vms().stream().filter(vm -> after.vm(vm.id()).isEmpty()).forEach(vm -> removeNow(vm.id()));
            before.hosts().stream()
                    .filter(host -> after.host(host.id()).isEmpty())
                    .forEach(host -> removeNow(host.id()));
        });
    }

    private CompletionStage<Inventory> change(Runnable change) {
        return change(change, state::inventory);
    }

    /** Changes something, and answers once that would survive a crash. */
    private <T> CompletionStage<T> change(Runnable change, Supplier<T> answer) {
        CompletableFuture<T> done = calls.change();
        CompletionStage<Boolean> changed = calls.ask(() -> {
            center.life().checkActing();
            change.run();
            center.run(() -> {});
            center.journal(List.of(), () -> done.complete(answer.get()));
            return true;
        });
        CompletionStage<Boolean> unused = changed.whenComplete((ok, thrown) -> {
            if (thrown != null) {
                done.completeExceptionally(thrown);
            }
        });
        return done;
    }

    /** The open plans, by number. */
    public CompletionStage<List<PlanView>> plans() {
        return calls.look(() -> center.executor().runs().stream()
                .map(run -> new PlanView(
                        run.plan(),
                        run.opened().revision(),
                        run.opened().report(),
                        run.opened().decision(),
                        run.isIdleOffer() ? Optional.of(Reason.AWAITING_APPROVAL) : run.heldFor(),
                        run.describe()))
                .toList());
    }

    /** The needs that nothing is under way for. */
    public CompletionStage<List<UnmetNeed>> unmet() {
        return calls.look(() -> center.decisions().unmetNow());
    }

    /** What was left behind on the platform. */
    public CompletionStage<List<Leftover>> leftovers() {
        return calls.look(state.leftovers()::all);
    }

    /** Deletes what recoveries of a VM left behind, one step for each host. */
    public CompletionStage<DecisionOutcome> deleteLeftovers(VmId vm, String operator) {
        return calls.decide(pending -> {
            Set<HostId> places = state.leftovers().all().stream()
                    .filter(left -> left.vm().equals(vm))
                    .map(Leftover::host)
                    .collect(ImmutableSortedSet.toImmutableSortedSet(Comparator.naturalOrder()));
            checkArgument(!places.isEmpty(), "nothing is listed as left over of %s", vm);
            state.leftovers().whyMayBeWanted(vm).ifPresent(why -> {
                throw new IllegalArgumentException(why);
            });
            checkArgument(
                    center.capabilities().contains(Capability.DELETE_LEFTOVERS),
                    "the platform lacks %s: delete what is left of %s by its own means",
                    Capability.DELETE_LEFTOVERS,
                    vm);
            audit(operator, "deleteLeftovers", "vm", vm, "value", places);
            center.decisions().chores().deleteLeftovers(vm, places, operator, pending);
        });
    }

    /** What is desired, apart from any journal. */
    public CompletionStage<DesiredExport> exportDesired() {
        return calls.look(() -> new DesiredTransfer(center).export());
    }

    /** Takes what is desired from a center with another journal: all of it or nothing. */
    public CompletionStage<Inventory> importDesired(DesiredExport given, String operator) {
        return change(() -> {
            new DesiredTransfer(center).take(given);
            audit(operator, "importDesired");
        });
    }

    /** The hosts that came back too often of late. */
    public CompletionStage<List<QuarantinedHost>> quarantine() {
        return calls.look(() -> center.quarantine().list());
    }

    /** An operator trusts a host again. */
    public CompletionStage<Inventory> releaseQuarantine(HostId host, String operator) {
        return change(() -> {
            HostRecord unused = state.requireHost(host);
            center.quarantine().release(host);
            audit(operator, "releaseQuarantine", "host", host);
        });
    }

    /** What would be decided and done about a report. */
    public CompletionStage<WhatIf> whatIf(FaultReport report) {
        return calls.ask(() -> center.decisions().plans().whatIf(report));
    }

    /** How the center is. */
    public CompletionStage<CenterHealth> health() {
        return calls.look(center::describe);
    }
}
