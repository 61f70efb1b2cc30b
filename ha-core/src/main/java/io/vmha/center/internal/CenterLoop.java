package io.vmha.center.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.Capability;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.event.CenterHealth;
import io.vmha.center.event.HaEvent;
import io.vmha.center.event.HaListener;
import io.vmha.center.internal.execution.ExecutorParts;
import io.vmha.center.internal.execution.PlanExecutor;
import io.vmha.center.internal.execution.PlanRun;
import io.vmha.center.internal.execution.Platform;
import io.vmha.center.internal.execution.UserCode;
import io.vmha.center.internal.state.CenterState;
import io.vmha.center.internal.state.Changes;
import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.fault.FaultReport;
import io.vmha.model.Inventory;
import io.vmha.policy.HaPolicies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A management center's loop, and all that runs on it: reports come in at the {@link ReportIntake}, readings at the {@link Readings},
 * operators' calls at {@link Operators}; what the executor does comes back to the {@link PlanOutcomes}.
 *
 * <p>How a fault is lived through: it is opened in the {@link CenterState} and stays open until something closes it ({@link Faults}); what
 * it makes necessary is derived ({@link Needs}) and decided ({@link Decisions}); the plan's remaining steps are its pending effects; each
 * step's guards are judged at its effect. What cannot be done now is an unmet need ({@link UnmetNeeds}), which a change wakes.
 *
 * <p>{@link #submit}, {@link #inventory} and {@link #run} may be called from any thread; everything else is confined to the
 * scheduler's loop.
 */
public final class CenterLoop {
    private final ExecutorParts parts;
    private final Set<Capability> capabilities;
    private final CenterScheduler scheduler;
    private final CenterState state;
    private final CenterLife life;
    private final LoopCalls calls;
    private final EventDispatcher events;
    private final JournalWriter journal;
    private final StormWatch storm;
    private final StormChanges stormChanges;
    private final Holds holds;
    private final Faults faults;
    private final Reports reports;
    private final DoubtedReports doubtedReports;
    private final ReportIntake intake;
    private final Recoveries recoveries;
    private final Quarantine quarantine;
    private final UnmetNeeds unmet;
    private final NeedNotes notes;
    private final PlanOutcomes outcomes;
    private final PlanExecutor executor;
    private final StartedVms started;
    private final Losses losses;
    private final Decisions decisions;
    private final Readings readings;
    private final DatabaseReadings databaseReadings;
    private boolean isSettling;
    private boolean isToSettle;

    /** Makes a loop that has not started; {@link Takeover#resume} starts it. */
    public CenterLoop(
            ExecutorParts parts,
            HaPolicies policies,
            Platform platform,
            PlanJournal planJournal,
            Inventory start,
            JournalState left,
            List<HaListener> listeners) {
        this.parts = parts;
        this.capabilities = ImmutableSet.copyOf(UserCode.required(
                "the adapter's capabilities", platform.adapter().capabilities()));
        this.scheduler = parts.scheduler();
        this.state = new CenterState(
                start, left, start.replicaSets().all(), platform.databases().keySet());
        PendingDecisions pendings = new PendingDecisions();
        this.life = new CenterLife(this, parts, pendings);
        this.calls = new LoopCalls(this, scheduler, pendings);
        this.events = new EventDispatcher(scheduler, listeners);
        this.journal = new JournalWriter(
                planJournal,
                parts.epoch(),
                scheduler,
                superseded -> life.lostLeadership(UserCode.said(superseded)),
                why -> publish(new HaEvent.JournalChanged(scheduler.now(), why.isPresent(), why.orElse(""))));
        this.storm = new StormWatch(parts.config().stormGuard(), parts.config().vmStormGuard());
        this.stormChanges = new StormChanges(this, scheduler, storm);
        this.holds = new Holds(this, storm, left.settings());
        this.faults = new Faults(state, scheduler, storm);
        this.reports = new Reports(this, journal, faults);
        this.doubtedReports = new DoubtedReports(this);
        this.intake = new ReportIntake(
                scheduler,
                parts.config().unknownSubjectPatience(),
                new ReportFilter(left.reports()),
                pendings,
                reports);
        this.recoveries = new Recoveries(parts.config().maxRecoveriesPerVm(), left.recoveries());
        this.quarantine = new Quarantine(this, scheduler, parts.config().hostQuarantine());
        this.unmet = new UnmetNeeds(
                scheduler,
                parts.random(),
                vm -> run(() -> decisions().refusals().retry(vm)));
        this.notes = new NeedNotes(this);
        this.outcomes = new PlanOutcomes(this);
        this.executor = new PlanExecutor(parts, state, platform, outcomes);
        this.started = new StartedVms(parts, platform.adapter(), life::isActing);
        this.losses = new Losses(this);
        this.decisions = new Decisions(this, policies, left.lastPlan());
        this.readings = new Readings(this, scheduler, state, platform);
        this.databaseReadings = new DatabaseReadings(
                this, new Rejoins(scheduler, state, platform.databases(), decisions.chores()::rejoin));
    }

    // Running on the loop.

    /** Runs a task on the loop now, and then whatever its changes make necessary. An error ends the center, which says so. */
    void run(Runnable task) {
        run(task, this::settle);
    }

    private void run(Runnable task, Runnable settling) {
        try {
            task.run();
            stormChanges.settle();
            settling.run();
        } catch (Error thrown) {
            life.failed(thrown);
        }
    }

    /** Wakes what a change may help, and writes down what was changed. */
    private void settle() {
        if (isSettling) {
            return;
        }
        isSettling = true;
        try {
            Changes changes = state.drainChanges();
            if (!changes.isEmpty()) {
                unmet.wokenBy(changes).forEach(decisions::wake);
                executor.advanceRoom();
            }
            List<JournalEntry> entries = state.drainEntries();
            if (!entries.isEmpty()) {
                journal.append(entries, () -> {});
            }
        } finally {
            isSettling = false;
        }
    }

    /** Settles once what is waiting on the loop now was run: many changes at once are counted in at once. */
    void settleSoon() {
        if (!isToSettle) {
            isToSettle = true;
            scheduler.execute(() -> {
                isToSettle = false;
                run(() -> {});
            });
        }
    }

    /** Runs a task on the loop after a while; what its changes make necessary follows once what is waiting there then was run, too. */
    void after(Duration delay, Runnable task) {
        Runnable onLoop = () -> run(task, this::settleSoon);
        if (delay.isZero()) {
            scheduler.execute(onLoop);
        } else {
            scheduler.schedule(delay, onLoop);
        }
    }

    /** Writes entries, with what was changed of the state, and runs the continuation once they would survive a crash. */
    void journal(List<JournalEntry> entries, Runnable then) {
        List<JournalEntry> changed = state.drainEntries();
        journal.append(
                changed.isEmpty()
                        ? entries
                        : ImmutableList.<JournalEntry>builder()
                                .addAll(entries)
                                .addAll(changed)
                                .build(),
                then);
    }

    /** Tells listeners. */
    void publish(HaEvent event) {
        events.publish(event);
    }

    // What the public class asks.

    /** The inventory as policies see it. Safe from any thread. */
    public Inventory inventory() {
        return state.published().inventory();
    }

    /** Takes a report. Safe from any thread. */
    public PendingDecision submit(FaultReport report) {
        return intake.submit(report);
    }

    /** Reads the platform at regular times. */
    public void resyncEvery(Duration interval) {
        readings.every(interval);
    }

    /** Whether it acts, and how it ends. */
    public CenterLife life() {
        return life;
    }

    /** What takes readings of replica sets. */
    public DatabaseReadings databaseReadings() {
        return databaseReadings;
    }

    /** What takes the findings of a heartbeat watch. */
    public HeartbeatWatch.Callbacks heartbeatFindings() {
        return new HeartbeatFindings(this);
    }

    // What its parts ask.

    /** What the center knows and wants; on the loop. */
    CenterState state() {
        return state;
    }

    CenterScheduler scheduler() {
        return scheduler;
    }

    PlanExecutor executor() {
        return executor;
    }

    Decisions decisions() {
        return decisions;
    }

    UnmetNeeds unmet() {
        return unmet;
    }

    NeedNotes notes() {
        return notes;
    }

    Faults faults() {
        return faults;
    }

    Recoveries recoveries() {
        return recoveries;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    ReportIntake intake() {
        return intake;
    }

    DoubtedReports doubtedReports() {
        return doubtedReports;
    }

    Reports reports() {
        return reports;
    }

    Readings readings() {
        return readings;
    }

    LoopCalls calls() {
        return calls;
    }

    Holds holds() {
        return holds;
    }

    StormChanges stormChanges() {
        return stormChanges;
    }

    PlanOutcomes outcomes() {
        return outcomes;
    }

    Losses losses() {
        return losses;
    }

    StartedVms started() {
        return started;
    }

    /** What the platform can do. */
    Set<Capability> capabilities() {
        return capabilities;
    }

    long epoch() {
        return parts.epoch();
    }

    CenterConfig config() {
        return parts.config();
    }

    Instant now() {
        return scheduler.now();
    }

    /** How it is. */
    CenterHealth describe() {
        return new CenterHealth(
                parts.epoch(),
                life.isActing(),
                journal.failingSince(),
                storm.open().isPresent(),
                executor.runs().stream().map(PlanRun::describe).toList());
    }
}
