package io.vmha.sim;

import com.google.common.collect.Sets;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.PlanView;
import io.vmha.center.event.UnmetNeed;
import io.vmha.plan.PlanId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Runs one course: the center's real code, single-threaded in virtual time, while faults are injected; checks the
 * invariants after every step. Made for one run and thrown away.
 */
final class Simulation {
    private static final long MAX_STEPS = 200_000;
    private static final Duration INJECTED = Duration.ofSeconds(90);
    /** In what time whatever a center decided or ended is in its journal. */
    private static final Duration WRITTEN = Duration.ofSeconds(30);

    private static final Duration SETTLED = Duration.ofMinutes(3);
    private static final Duration QUIET = Duration.ofMinutes(40);
    /** Where nothing is open, what there is to wait for is what was forgotten. */
    private static final Duration SHORT_QUIET = Duration.ofMinutes(3);

    private static final int ROUNDS_TO_SETTLE = 5;
    /** One course in so many waits as if something were open, for what only time brings about. */
    private static final int PATIENT = 8;

    private final Stage stage;
    private final FaultyWorld world;
    private final CheckedJournal journal;
    private final SimulatedCenters centers;
    private final SimulatedReports reports;
    private final People people;
    private final Happenings happenings;
    private final BeliefChecks beliefs;
    private final DatabaseClients clients;
    private boolean injecting = true;
    private long steps;

    private Simulation(Stage stage, Journals journals) {
        this.stage = stage;
        this.journal = new CheckedJournal(stage, journals);
        this.world = new FaultyWorld(stage);
        this.centers = new SimulatedCenters(stage, world, journal);
        this.reports = new SimulatedReports(stage, centers);
        this.people = new People(stage, centers);
        this.happenings = new Happenings(stage, world, journal, centers, reports, people);
        this.beliefs = new BeliefChecks(stage, centers);
        this.clients = new DatabaseClients(stage);
        world.checkedBy(new EffectChecks(stage, journal, centers, clients));
    }

    /** Runs a course and returns the faults that were injected; throws a {@link Violation} where an invariant broke. */
    static FaultCounts run(SimulatedCourse course, Mutation mutation) {
        return run(course, mutation, Trace.NONE);
    }

    static FaultCounts run(SimulatedCourse course, Mutation mutation, Trace trace) {
        Violation.forgetFirst();
        try (Journals journals = course.isDurable() ? Journals.onDisk() : Journals.inMemory()) {
            Simulation simulation = new Simulation(Stage.of(course, mutation, trace), journals);
            simulation.run();
            return simulation.stage.counts();
        }
    }

    private void run() {
        world.errorRate(stage.course().errorRate());
        centers.startIfNone();
        clients.start();
        stage.course().events().forEach(event -> stage.time().schedule(event.at(), () -> happen(event)));
        pass(INJECTED);
        settle();
        checkEnd();
    }

    private void happen(CourseEvent event) {
        if (injecting) {
            stage.counts().add(event.kind().name());
            stage.trace().say(event::toString);
            happenings.happen(event);
        }
    }

    /** Lets time pass. */
    private void pass(Duration some) {
        Instant end = stage.time().now().plus(some);
        while (stage.time().nextAt().filter(at -> !at.isAfter(end)).isPresent()) {
            stage.time().step();
            beliefs.check();
            steps++;
            Violation.check(steps < MAX_STEPS, 4, () -> "the simulation does not come to an end");
        }
        stage.time().advanceTo(end);
    }

    /** Lets the faults end, reports again what nobody took, approves what waits, and lets everything come to its end. */
    private void settle() {
        stage.trace().say(() -> "faults, lies and failures stop");
        injecting = false;
        world.errorRate(0);
        happenings.pause(false);
        happenings.streamsBack();
        boolean isOver = false;
        for (int round = 0; round < ROUNDS_TO_SETTLE && !isOver; round++) {
            centers.startIfNone();
            reports.repeatUnconfirmed();
            people.approveAll(Duration.ZERO);
            happenings.resync(Duration.ZERO);
            pass(SETTLED);
            isOver = round > 0 && stage.course().seed() % PATIENT != 0 && isNothingOpen();
        }
        pass(isOver ? SHORT_QUIET : QUIET);
        people.approveAll(Duration.ZERO);
        pass(SETTLED);
        happenings.resync(Duration.ZERO);
        pass(WRITTEN);
    }

    private boolean isNothingOpen() {
        EndChecks.Said said = said(centers.current().orElseThrow());
        return said.plans().isEmpty() && said.unmet().isEmpty() && people.isAllTaken() && reports.isAllTaken();
    }

    private EndChecks.Said said(ManagementCenter center) {
        CompletableFuture<List<PlanView>> plans = center.plans().toCompletableFuture();
        CompletableFuture<List<UnmetNeed>> unmet = center.unmet().toCompletableFuture();
        pass(Duration.ofMillis(1));
        return new EndChecks.Said(plans.join(), unmet.join());
    }

    private void checkEnd() {
        clients.checkEnd();
        reports.checkAllTaken();
        Violation.check(people.isAllTaken(), 4, () -> "nobody answered " + people);
        ManagementCenter center = centers.current().orElseThrow();
        Set<PlanId> open = journal.openPlans();
        EndChecks.Said said = said(center);
        new EndChecks(stage, center.inventory(), said, journal, clients).check();
        // What ended as it was asked is written down in a moment.
        pass(WRITTEN);
        journal.checkClosed(Sets.difference(open, said.planIds()));
    }
}
