package io.vmha.sim;

/**
 * Runs one course: the center's real code, single-threaded in virtual time, while faults are injected; checks the
 * invariants after every step. Made for one run and thrown away.
 */
final class Simulation {
    private static final long MAX_STEPS = 200_000;
    private static final int ROUNDS_TO_SETTLE = 20;

    private final Stage stage;
    private final FaultyWorld world;
    private final SimulatedCenters centers;
    private final SimulatedReports reports;
    private final FaultInjection injection;
    private final Invariants invariants;
    private boolean injecting = true;

    private Simulation(Stage stage) {
        this.stage = stage;
        CheckedJournal journal = new CheckedJournal(stage);
        this.world = new FaultyWorld(stage);
        this.centers = new SimulatedCenters(stage, world, journal);
        this.reports = new SimulatedReports(stage, journal, centers);
        this.injection = new FaultInjection(stage, world, journal, centers, reports);
        this.invariants = new Invariants(stage, journal, centers);
        world.judgedBy(invariants);
    }

    /** Runs a course and returns the faults that were injected; throws a {@link Violation} where an invariant broke. */
    static FaultCounts run(SimulatedCourse course, Mutation mutation) {
        return run(course, mutation, Trace.NONE);
    }

    static FaultCounts run(SimulatedCourse course, Mutation mutation, Trace trace) {
        Simulation simulation = new Simulation(Stage.of(course, mutation, trace));
        simulation.run();
        return simulation.stage.counts();
    }

    private void run() {
        world.errorRate(stage.course().errorRate());
        centers.startIfNone();
        stage.course().faults().forEach(fault -> stage.time().schedule(fault.at(), () -> happen(fault)));
        steps();
        settle();
        reports.checkAllTaken();
        invariants.checkEnd();
    }

    private void happen(SimulatedFault fault) {
        if (injecting) {
            stage.counts().add(fault.kind().name());
            stage.trace().say(fault::toString);
            injection.happen(fault);
        }
    }

    private void steps() {
        long steps = 0;
        while (stage.time().step()) {
            invariants.checkBeliefs();
            Violation.check(++steps < MAX_STEPS, 4, "the simulation does not come to an end");
        }
    }

    /** Lets the faults end, reports again what nobody took, approves what waits, and lets everything come to its end. */
    private void settle() {
        injecting = false;
        world.errorRate(0);
        for (int round = 0; round < ROUNDS_TO_SETTLE; round++) {
            centers.startIfNone();
            steps();
            reports.repeatUntaken();
            steps();
            injection.approveAll();
            steps();
        }
    }
}
