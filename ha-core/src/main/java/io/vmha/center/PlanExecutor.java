package io.vmha.center;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.IsolationLease;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.Inventory;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionEffects;
import io.vmha.plan.ActionKind;
import io.vmha.plan.PlanId;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FencingMode;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the plans of a center beside one another. Steps for one machine run in the order of their plans; what a later plan
 * made pointless is skipped; what is not safe now is refused or held. Confined to the center's loop.
 */
final class PlanExecutor {
    static final Logger AUDIT = LoggerFactory.getLogger("io.vmha.audit");

    /** What the executor needs of the center around it. */
    interface Surroundings {
        void publish(HaEvent event);

        void journal(List<JournalEntry> entries, Runnable then);

        void stepEnded();

        void planEnded(PlanRun run, DecisionOutcome outcome);

        void lostLeadership(String detail);

        boolean isStormGuardOpen();
    }

    private static final Set<ActionKind> ALL = EnumSet.allOf(ActionKind.class);
    private static final Set<ActionKind> BEFORE_REDIRECTS = EnumSet.of(ActionKind.POWER_OFF, ActionKind.REDIRECT);
    private static final Set<ActionKind> RECOVERING =
            EnumSet.of(ActionKind.POWER_OFF, ActionKind.CLONE, ActionKind.POWER_ON);

    private static final Set<ActionKind> PLACING =
            EnumSet.of(ActionKind.POWER_OFF, ActionKind.CLONE, ActionKind.POWER_ON, ActionKind.MIGRATE);
    private static final VmId NOBODY = VmId.of("nobody");

    private final KnownState state;
    private final ActionPerformer performer;
    private final CenterScheduler scheduler;
    private final CenterConfig config;
    private final FailoverConfig failover;
    private final Leadership leadership;
    private final long epoch;
    private final IsolationLease lease;
    private final RandomGenerator random;
    private final Surroundings center;
    private final HostSlots slots;
    private final HostRoom room;
    private final Migrations migrations = new Migrations();
    private final Map<PlanId, PlanRun> runs = new TreeMap<>();
    private final Map<VmId, Deque<PlanRun>> bySubject = new HashMap<>();
    private boolean stopped;

    PlanExecutor(CenterParts parts, KnownState state, ActionPerformer performer, Surroundings center) {
        this.state = state;
        this.performer = performer;
        this.scheduler = parts.scheduler();
        this.config = parts.config();
        this.failover = parts.failover();
        this.leadership = parts.leadership();
        this.epoch = parts.epoch();
        this.lease = parts.lease();
        this.random = parts.random();
        this.center = center;
        this.slots = new HostSlots(config.maxConcurrentActionsPerHost());
        this.room = new HostRoom(state);
    }

    /** Makes a run and puts it in line; {@link PlanRun#advance} starts it. */
    PlanRun add(JournalEntry.PlanOpened opened, Optional<String> approvedBy) {
        PlanRun run = new PlanRun(opened, this, approvedBy);
        runs.put(run.plan().id(), run);
        room.add(run);
        migrations.add(run.steps());
        run.subjects()
                .forEach(vm ->
                        bySubject.computeIfAbsent(vm, id -> new ArrayDeque<>()).addLast(run));
        return run;
    }

    /** Works out where requests really go when plans are taken over: a redirect that has not ended has not moved them. */
    void restoreServers(List<PlanRun> resumed) {
        for (int i = resumed.size() - 1; i >= 0; i--) {
            PlanRun run = resumed.get(i);
            for (Action action : run.pendingActions()) {
                if (action instanceof Action.Redirect redirect) {
                    run.before(redirect.owner())
                            .ifPresent(vm -> state.routed(vm.id(), vm.servedBy().orElse(vm.id())));
                }
            }
        }
    }

    /**
     * Counts in again, when plans are taken over, what they were still to move or resize, since no inventory shows it yet,
     * and that machines may run which an earlier center tried to start.
     */
    void restoreDecided(List<PlanRun> resumed) {
        for (PlanRun run : resumed) {
            run.steps().stream()
                    .filter(step -> !step.isEnded() && step.triedAt().isPresent())
                    .filter(step -> step.step().action().kind() == ActionKind.POWER_ON)
                    .forEach(step -> step.step().action().vm().ifPresent(state::mayRun));
            for (Action action : run.pendingActions()) {
                boolean isToBe = (action instanceof Action.Reallocate reallocate
                                && isHealthyOn(reallocate.target(), reallocate.on()))
                        || (action instanceof Action.Migrate migrate && isHealthyOn(migrate.target(), migrate.from()));
                if (isToBe) {
                    state.replace(ActionEffects.apply(state.inventory(), action), List.of(), List.of());
                }
            }
        }
    }

    /** Knows again, when plans are taken over, where a machine is that an earlier center moved. */
    void restorePlace(Action done) {
        if (done instanceof Action.Migrate migrate) {
            migrations.arrived(migrate);
        }
    }

    private boolean isHealthyOn(VmId id, HostId host) {
        return state.inventory()
                .vm(id)
                .filter(vm -> vm.health() == VmHealth.HEALTHY && vm.host().equals(host))
                .isPresent();
    }

    Collection<PlanRun> runs() {
        return runs.values();
    }

    Optional<PlanRun> run(PlanId id) {
        return Optional.ofNullable(runs.get(id));
    }

    /** Starts nothing more; what is under way ends and is written down. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    Instant now() {
        return scheduler.now();
    }

    long epoch() {
        return epoch;
    }

    HostSlots slots() {
        return slots;
    }

    HostRoom room() {
        return room;
    }

    /** How long a step waits for room that others are to leave. */
    Duration roomDeadline() {
        return config.actionDeadline().multipliedBy(maxAttempts());
    }

    int maxAttempts() {
        return config.retry().maxAttempts();
    }

    Duration backoffAfter(int attempt) {
        return config.retry().backoffAfter(attempt, random);
    }

    CenterScheduler.Cancellable schedule(Duration delay, Runnable task) {
        return scheduler.schedule(delay, task);
    }

    void journal(List<JournalEntry> entries, Runnable then) {
        center.journal(entries, then);
    }

    void publish(HaEvent event) {
        center.publish(event);
    }

    void lostLeadership(NotLeaderException thrown) {
        center.lostLeadership(String.valueOf(thrown.getMessage()));
    }

    Duration deadline() {
        return config.actionDeadline();
    }

    Duration watchdog(Action action) {
        return config.actionDeadline().multipliedBy(performer.maxCalls(action) + 1L);
    }

    /** Makes the call off the loop, after a last look at whether this center still leads. */
    void perform(PlanId plan, int step, Action action, boolean probeFirst, Consumer<Optional<RuntimeException>> then) {
        if (action instanceof Action.PowerOn powerOn) {
            state.mayRun(powerOn.target());
        }
        VmId believed = action.vm().map(state::serverOf).orElse(NOBODY);
        CallContext call = call(plan, step);
        scheduler.call(
                () -> {
                    requireLeadership();
                    if (!probeFirst || !performer.isSurelyDone(action, call)) {
                        requireConfirmedOff(action, believed, call);
                        requireLeadership();
                        performer.perform(action, call);
                    }
                },
                then);
    }

    private CallContext call(PlanId plan, int step) {
        return new CallContext(config.actionDeadline(), Optional.of(plan), step, epoch);
    }

    /** Reads off the loop whether an action was done of which that is not known, and changes nothing. */
    void look(PlanId plan, int step, Action action, BiConsumer<Boolean, Optional<RuntimeException>> then) {
        AtomicBoolean isDone = new AtomicBoolean();
        scheduler.call(
                () -> {
                    requireLeadership();
                    isDone.set(performer.isDone(action, call(plan, step)));
                },
                thrown -> then.accept(isDone.get(), thrown));
    }

    private void requireLeadership() {
        if (leadership.epoch().isEmpty() || leadership.epoch().getAsLong() != epoch) {
            throw new NotLeaderException("this center does not lead in epoch " + epoch + " any more");
        }
    }

    /**
     * Whether no other plan's steps for the machine that the action is about must end first: those of earlier plans; for a
     * redirect, only what confirms the machine off and moves its requests. A machine that may be written to by its requests
     * is not powered on while they are about to move away from it, unless a later plan recovers it, and this step gives way.
     */
    boolean isTurnOf(PlanRun run, Action action) {
        if (action.vm().isEmpty()) {
            return true;
        }
        VmId vm = action.vm().get();
        Deque<PlanRun> line = bySubject.getOrDefault(vm, new ArrayDeque<>());
        Set<ActionKind> first = action.kind() == ActionKind.REDIRECT ? BEFORE_REDIRECTS : ALL;
        for (PlanRun earlier : line) {
            if (earlier == run) {
                break;
            }
            if (earlier.isPendingOn(vm, first)) {
                return false;
            }
        }
        return action.kind() != ActionKind.POWER_ON
                || !requiresFencing(vm)
                || isRecoveredLater(run, vm)
                || (!isAboutToMove(vm) && state.ownersServedBy(vm).stream().noneMatch(this::isAboutToMove));
    }

    /**
     * Whether what a report is about is as it is known to be. A machine that still counts as failed may have been started
     * anew, and a fault seen since then is not the one that it is recovered from. And it must be known where machines are:
     * the migrations that a fault is about are given up, and what is under way is waited for.
     */
    boolean isSettled(FaultReport report) {
        boolean losesHost = report.kind() == FaultKind.HOST_DOWN || report.kind() == FaultKind.HOST_UNREACHABLE;
        return report.subject()
                .fold(vm -> isSettled(vm, report.observedAt()), host -> !losesHost || migrations.settle(host));
    }

    private boolean isSettled(VmId vm, Instant observedAt) {
        Deque<PlanRun> line = bySubject.getOrDefault(vm, new ArrayDeque<>());
        return line.stream().noneMatch(run -> run.isStartedBefore(vm, observedAt)) && migrations.settle(vm);
    }

    private boolean isAboutToMove(VmId owner) {
        return bySubject.getOrDefault(owner, new ArrayDeque<>()).stream()
                .anyMatch(run -> run.isPendingOn(owner, EnumSet.of(ActionKind.REDIRECT)));
    }

    private boolean isRecoveredLater(PlanRun run, VmId vm) {
        boolean isLater = false;
        for (PlanRun other : bySubject.getOrDefault(vm, new ArrayDeque<>())) {
            if (isLater && other.isPendingOn(vm, RECOVERING)) {
                return true;
            }
            isLater |= other == run;
        }
        return false;
    }

    /** Says why an action has lost its point since it was decided; empty if it has not. */
    Optional<String> superseded(PlanRun run, Action action) {
        Optional<VirtualMachine> vm = action.vm().flatMap(state.inventory()::vm);
        if (action.vm().isPresent() && vm.isEmpty()) {
            return Optional.of(action.vm().get() + " is not in the inventory any more");
        }
        boolean isCurrent = action.fold(new Action.Cases<Boolean>(
                powerOff -> true,
                fenceHost -> true,
                redirect -> vm.orElseThrow().servedBy().orElse(redirect.owner()).equals(redirect.server()),
                powerOn -> vm.orElseThrow().host().equals(powerOn.on()) && !isRecoveredLater(run, powerOn.target()),
                reallocate -> vm.orElseThrow().allocation().equals(reallocate.allocation()),
                migrate -> vm.orElseThrow().host().equals(migrate.to()),
                clone -> vm.orElseThrow().host().equals(clone.on()) && !isRecoveredLater(run, clone.target()),
                promote -> true));
        return isCurrent ? Optional.empty() : Optional.of("a later decision took its place");
    }

    /** Whether what the action would confirm off is confirmed off. */
    boolean isConfirmedAlready(Action action) {
        if (action instanceof Action.PowerOff powerOff) {
            return state.isConfirmedOff(powerOff.target()) || isDown(powerOff.on());
        }
        return action instanceof Action.FenceHost fence && isDown(fence.target());
    }

    /** Whether a host is known not to run its machines any more, or cannot be reached. */
    boolean isLost(HostId host) {
        return state.inventory()
                .host(host)
                .filter(found -> !found.health().runsVms())
                .isPresent();
    }

    private boolean isDown(HostId host) {
        return state.inventory()
                .host(host)
                .filter(found -> found.health() == HostHealth.DOWN)
                .isPresent();
    }

    Optional<Reason> holdOf(PlanRun run, Action action) {
        if (run.isApproved()) {
            return Optional.empty();
        }
        boolean powersOff = action.kind() == ActionKind.POWER_OFF || action.kind() == ActionKind.FENCE_HOST;
        if (powersOff && center.isStormGuardOpen()) {
            return Optional.of(Reason.STORM_GUARD);
        }
        return switch (config.automation()) {
            case MANUAL -> Optional.of(Reason.AWAITING_APPROVAL);
            case PARTIAL -> powersOff ? Optional.of(Reason.AWAITING_APPROVAL) : Optional.empty();
            case FULL -> Optional.empty();
        };
    }

    /** Refuses to move requests away from a failed machine that is not confirmed off though its type requires it. */
    Optional<StepFailure> refusal(Action action) {
        if (!(action instanceof Action.Redirect redirect)) {
            return Optional.empty();
        }
        VmId server = state.serverOf(redirect.owner());
        return mayStillWrite(server, redirect)
                ? Optional.of(new StepFailure(Reason.FENCING_FAILED, server + " is not confirmed off"))
                : Optional.empty();
    }

    /**
     * Whether a machine that requests are to move away from may write all the same. To give a machine its own requests back
     * is no failover: then only a server that failed is in doubt. Safe from any thread.
     */
    private boolean mayStillWrite(VmId server, Action.Redirect redirect) {
        boolean isFailback = redirect.owner().equals(redirect.server());
        Inventory inventory = state.inventory();
        return !server.equals(redirect.server())
                && inventory
                        .vm(server)
                        .filter(vm -> (vm.health() == VmHealth.FAILED || !isFailback)
                                && failover.fencingOf(vm.type()) == FencingMode.REQUIRED
                                && !state.isConfirmedOff(server))
                        .isPresent();
    }

    /** What is believed of where requests go may be wrong after an unknown outcome: what counts is what is read. */
    private void requireConfirmedOff(Action action, VmId believed, CallContext call) {
        if (action instanceof Action.Redirect redirect && requiresFencing(redirect.owner())) {
            VmId server = performer.serverOf(redirect.owner(), call);
            boolean isSurprise =
                    !server.equals(believed) && !server.equals(redirect.server()) && !state.isConfirmedOff(server);
            if (isSurprise || mayStillWrite(server, redirect)) {
                throw new AdapterException.Permanent(
                        AdapterException.Cause.IN_USE,
                        "requests of " + redirect.owner() + " go to " + server + ", which is not confirmed off");
            }
        }
    }

    private boolean requiresFencing(VmId id) {
        return state.inventory()
                .vm(id)
                .filter(vm -> failover.fencingOf(vm.type()) == FencingMode.REQUIRED)
                .isPresent();
    }

    /** The next means to confirm off what the action could not. */
    Optional<Action> substituteFor(Action action, int substitutes) {
        if (!(action instanceof Action.PowerOff powerOff) || substitutes > 0) {
            return Optional.empty();
        }
        HostId host = powerOff.on();
        boolean takesNoneDown = state.inventory().host(host).isEmpty()
                || state.inventory().vmsOn(host).stream().noneMatch(VirtualMachine::isServing);
        boolean allowed = switch (config.hostFencing()) {
            case NEVER -> false;
            case WHEN_NO_HEALTHY_VM -> takesNoneDown;
            case ALWAYS -> true;
        };
        return allowed && performer.canFence(host) ? Optional.of(new Action.FenceHost(host)) : Optional.empty();
    }

    Optional<Instant> isolatedAt(Action action) {
        return action instanceof Action.PowerOff powerOff ? lease.isolatedAt(powerOff.target()) : Optional.empty();
    }

    /** Shows an action that was done, and returns what the journal should know. */
    List<JournalEntry> applied(Action action) {
        Set<VmId> vms = new LinkedHashSet<>();
        action.vm().ifPresent(vms::add);
        List<HostId> hosts = List.of();
        List<JournalEntry> entries = new ArrayList<>();
        if (action instanceof Action.FenceHost fence) {
            hosts = List.of(fence.target());
            vms.addAll(vmsEverOn(fence.target()));
            vms.forEach(vm -> entries.addAll(state.confirmOff(vm)));
        } else if (action instanceof Action.PowerOff powerOff) {
            entries.addAll(state.confirmOff(powerOff.target()));
        } else if (action instanceof Action.Redirect redirect) {
            state.routed(redirect.owner(), redirect.server());
            entries.addAll(showRoute(redirect));
        } else if (action instanceof Action.Migrate migrate) {
            migrations.arrived(migrate);
        } else if (action instanceof Action.PowerOn powerOn) {
            state.mayRun(powerOn.target());
        }
        entries.addAll(state.replace(ActionEffects.apply(state.inventory(), action), vms, hosts));
        return entries;
    }

    /** Unless a later decision is still to move them, requests are where they were moved to, whatever was taken back. */
    private List<JournalEntry> showRoute(Action.Redirect redirect) {
        Optional<VirtualMachine> owner = state.inventory().vm(redirect.owner());
        if (owner.isEmpty() || isAboutToMove(redirect.owner())) {
            return List.of();
        }
        Optional<VmId> server =
                redirect.owner().equals(redirect.server()) ? Optional.empty() : Optional.of(redirect.server());
        Inventory shown = state.inventory()
                .with(ImmutableVirtualMachine.copyOf(owner.get()).withServedBy(server));
        return state.replace(shown, List.of(redirect.owner()), List.of());
    }

    /** Whether a machine is still counted where a decision counted it. */
    private boolean isWhere(VirtualMachine decided) {
        return state.inventory()
                .vm(decided.id())
                .filter(vm -> vm.host().equals(decided.host()))
                .isPresent();
    }

    /** Whether a decision counts the machine there while it may still run where it was. */
    private boolean isCountedInOnly(VmId vm, HostId host) {
        return bySubject.getOrDefault(vm, new ArrayDeque<>()).stream()
                .anyMatch(run -> run.isPendingOn(vm, PLACING)
                        && run.before(vm)
                                .filter(before -> !before.host().equals(host))
                                .isPresent());
    }

    /**
     * The machines on a host, those included that a decision counts elsewhere already and that were not started there yet,
     * and not those it counts there.
     */
    Set<VmId> vmsEverOn(HostId host) {
        Set<VmId> vms = new LinkedHashSet<>();
        if (state.inventory().host(host).isPresent()) {
            state.inventory().vmsOn(host).stream().map(VirtualMachine::id).forEach(vms::add);
        }
        for (PlanRun run : runs.values()) {
            for (VmChange change : run.opened().changes()) {
                if (change.before().host().equals(host)
                        && run.isPendingOn(change.before().id())
                        && !run.mayHaveStarted(change.before().id())
                        && isWhere(change.after())) {
                    vms.add(change.before().id());
                }
            }
        }
        vms.removeIf(vm -> isCountedInOnly(vm, host));
        return vms;
    }

    List<JournalEntry> undone(Action action, List<VmChange> changes) {
        boolean confirmedOff = action.vm().filter(state::isConfirmedOff).isPresent();
        VmId servedBy = action.vm().map(state::serverOf).orElse(NOBODY);
        Optional<HostId> place = action.vm().flatMap(migrations::placeOf);
        Inventory undone = Reversal.undo(state.inventory(), action, changes, confirmedOff, servedBy, place);
        return state.replace(undone, action.vm().map(List::of).orElse(List.of()), List.of());
    }

    List<JournalEntry> unloaded(VmId from, VmId to, List<VmChange> changes) {
        return state.replace(Reversal.unload(state.inventory(), from, to, changes), List.of(from, to), List.of());
    }

    /** Whether a decision that stands has the requests of a machine served by another. */
    boolean isCountedAt(VmId owner, VmId server) {
        return state.inventory()
                .vm(owner)
                .filter(vm -> vm.servedBy().orElse(owner).equals(server))
                .isPresent();
    }

    /** With a host that was fenced, migrations from and to it are pointless. */
    void settleMigrations(Action done) {
        if (done instanceof Action.FenceHost fence) {
            migrations.settle(fence.target());
        }
    }

    /** Lets go on whatever waited for the step. */
    void stepEnded(PlanRun run, Action action) {
        Set<PlanRun> waiting = new LinkedHashSet<>();
        action.vm().ifPresent(vm -> waiting.addAll(bySubject.getOrDefault(vm, new ArrayDeque<>())));
        if (action instanceof Action.Redirect redirect) {
            run.before(redirect.owner())
                    .flatMap(VirtualMachine::servedBy)
                    .ifPresent(server -> waiting.addAll(bySubject.getOrDefault(server, new ArrayDeque<>())));
        }
        waiting.addAll(room.waiting());
        run.advance();
        waiting.stream().filter(other -> other != run).forEach(PlanRun::advance);
        center.stepEnded();
    }

    void planEnded(PlanRun run, DecisionOutcome outcome) {
        runs.remove(run.plan().id());
        room.remove(run);
        migrations.remove(run.steps());
        for (VmId vm : run.subjects()) {
            Deque<PlanRun> line = bySubject.get(vm);
            if (line != null && line.remove(run) && line.isEmpty()) {
                bySubject.remove(vm);
            }
        }
        center.planEnded(run, outcome);
    }

    void audit(JournalEntry.PlanOpened opened, ActionRecord record) {
        AUDIT.info(
                "epoch {} plan {} step {}: {} - {} (attempt {}) {} - because {}",
                epoch,
                record.plan(),
                record.step(),
                record.action(),
                record.result(),
                record.attempt(),
                record.detail(),
                opened.report()
                        .map(report -> report.source() + " reported " + report.kind() + " of " + report.subject())
                        .orElse("it was asked for"));
    }
}
