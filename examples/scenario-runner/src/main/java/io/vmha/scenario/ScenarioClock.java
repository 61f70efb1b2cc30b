package io.vmha.scenario;

import io.vmha.sim.VirtualTime;
import java.time.Duration;
import java.time.Instant;

/** Lets the time of a scenario pass, with a heartbeat a second where there are any. Confined to the scenario's thread. */
final class ScenarioClock {
    /** How long a run goes on at most after all that the file has happen. */
    private static final Duration LONGEST_END = Duration.ofDays(1);

    private final VirtualTime time;
    private final boolean hasHeartbeats;
    private final Runnable beat;
    private Instant nextBeat = Instant.EPOCH;
    private Instant lastHappening = Instant.EPOCH;

    ScenarioClock(VirtualTime time, boolean hasHeartbeats, Runnable beat) {
        this.time = time;
        this.hasHeartbeats = hasHeartbeats;
        this.beat = beat;
    }

    /** The virtual time since the start. */
    Duration sinceStart() {
        return Duration.between(Instant.EPOCH, time.now());
    }

    /** Lets time pass until then; at that moment nothing has happened yet but what was to happen by itself. */
    void advanceTo(Duration sinceStart) {
        advance(Instant.EPOCH.plus(sinceStart));
    }

    private void advance(Instant moment) {
        while (hasHeartbeats && !nextBeat.isAfter(moment)) {
            time.advanceTo(nextBeat);
            beat.run();
            settle();
            nextBeat = nextBeat.plus(DetectionReader.INTERVAL);
        }
        time.advanceTo(moment);
    }

    /** Lets happen what is to happen at once. */
    void settle() {
        time.advanceTo(time.now());
    }

    /** Is told that the center did or noted something. */
    void somethingHappened() {
        lastHappening = time.now();
    }

    /**
     * Lets time pass until nothing more is to happen. With heartbeats there is always something: then until the center has done
     * and noted nothing for as long as given.
     */
    void runToEnd(Duration quiet) {
        Instant latest = time.now().plus(LONGEST_END).plus(quiet);
        if (!hasHeartbeats) {
            time.runToEnd(latest);
            return;
        }
        lastHappening = time.now();
        while (time.now().isBefore(lastHappening.plus(quiet)) && time.now().isBefore(latest)) {
            advance(time.now().plus(DetectionReader.INTERVAL));
        }
    }
}
