package io.vmha.center;

import io.vmha.adapter.CallContext;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.ActionKind;
import io.vmha.plan.PlanId;
import io.vmha.policy.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
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

    static final VmId NOBODY = VmId.of("nobody");

    private final KnownState state;
    private final ActionPerformer performer;
    private final CenterScheduler scheduler;
    private final CenterConfig config;
    private final Leadership leadership;
    private final long epoch;
    private final RandomGenerator random;
    private final Surroundings center;
    private final HostSlots slots;
    private final HostRoom room;
    private final Migrations migrations = new Migrations();
    private final Map<PlanId, PlanRun> runs = new TreeMap<>();
    private final PlanLines lines = new PlanLines();
    private final ActionLedger ledger;
    private final FencingRules fencing;
    private boolean stopped;

    PlanExecutor(CenterParts parts, KnownState state, ActionPerformer performer, Surroundings center) {
        this.state = state;
        this.performer = performer;
        this.scheduler = parts.scheduler();
        this.config = parts.config();
        this.leadership = parts.leadership();
        this.epoch = parts.epoch();
        this.random = parts.random();
        this.center = center;
        this.slots = new HostSlots(config.maxConcurrentActionsPerHost());
        this.room = new HostRoom(state);
        this.ledger = new ActionLedger(state, lines, migrations, runs);
        this.fencing = new FencingRules(parts, state, performer);
    }

    /** Makes a run and puts it in line; {@link PlanRun#advance} starts it. */
    PlanRun add(JournalEntry.PlanOpened opened, Optional<String> approvedBy) {
        PlanRun run = new PlanRun(opened, this, approvedBy);
        runs.put(run.plan().id(), run);
        room.add(run);
        migrations.add(run.steps());
        lines.add(run);
        return run;
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

    ActionLedger ledger() {
        return ledger;
    }

    FencingRules fencing() {
        return fencing;
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
                        fencing.requireConfirmedOff(action, believed, call);
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
        return lines.isFirst(run, vm, action)
                && (action.kind() != ActionKind.POWER_ON
                        || !fencing.requiresFencing(vm)
                        || lines.isRecoveredLater(run, vm)
                        || (!lines.isAboutToMove(vm)
                                && state.ownersServedBy(vm).stream().noneMatch(lines::isAboutToMove)));
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
        return !lines.isStartedBefore(vm, observedAt) && migrations.settle(vm);
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
                powerOn ->
                        vm.orElseThrow().host().equals(powerOn.on()) && !lines.isRecoveredLater(run, powerOn.target()),
                reallocate -> vm.orElseThrow().allocation().equals(reallocate.allocation()),
                migrate -> vm.orElseThrow().host().equals(migrate.to()),
                clone -> vm.orElseThrow().host().equals(clone.on()) && !lines.isRecoveredLater(run, clone.target()),
                promote -> true));
        return isCurrent ? Optional.empty() : Optional.of("a later decision took its place");
    }

    /** Whether a host is known not to run its machines any more, or cannot be reached. */
    boolean isLost(HostId host) {
        return state.inventory()
                .host(host)
                .filter(found -> !found.health().runsVms())
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

    /** Lets go on whatever waited for the step. */
    void stepEnded(PlanRun run, Action action) {
        Set<PlanRun> waiting = new LinkedHashSet<>();
        action.vm().ifPresent(vm -> waiting.addAll(lines.of(vm)));
        if (action instanceof Action.Redirect redirect) {
            run.before(redirect.owner())
                    .flatMap(VirtualMachine::servedBy)
                    .ifPresent(server -> waiting.addAll(lines.of(server)));
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
        lines.remove(run);
        center.planEnded(run, outcome);
    }

    void audit(JournalEntry.PlanOpened opened, ActionRecord record) {
        if (!AUDIT.isInfoEnabled()) {
            return;
        }
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
