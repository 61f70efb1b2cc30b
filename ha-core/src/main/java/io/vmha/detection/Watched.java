package io.vmha.detection;

import io.vmha.fault.FaultSubject;
import java.time.Duration;
import java.time.Instant;

/** One sender of heartbeats, as its tracker knows it. Confined to its {@link LivenessTracker}. */
final class Watched {
    enum State {
        /** Heard of within its limit, as far as is known. */
        HEARD,
        /** Silent for longer than its limit. */
        SUSPECT,
        /** Suspect, and a second check was asked for. */
        ASKED
    }

    final FaultSubject subject;
    final FailureDetector detector;
    final long order;
    State state = State.HEARD;
    Instant lastHeard;
    Instant due;
    long question;
    boolean isHostSilentToo;
    private Instant startsBy = Instant.MIN;
    private long incarnation = -1;
    private long sequence = -1;

    Watched(FaultSubject subject, FailureDetector detector, long order, Instant since) {
        this.subject = subject;
        this.detector = detector;
        this.order = order;
        this.lastHeard = since;
        this.due = detector.suspectedAt();
    }

    /** Takes a heartbeat; returns false for one that is repeated or late and shows no life. */
    boolean accept(Heartbeat beat, Instant now) {
        if (beat.incarnation() < incarnation || (beat.incarnation() == incarnation && beat.sequence() <= sequence)) {
            return false;
        }
        if (beat.incarnation() == incarnation) {
            detector.heartbeat(now);
        } else {
            detector.restart(now);
        }
        incarnation = beat.incarnation();
        sequence = beat.sequence();
        lastHeard = now;
        startsBy = Instant.MIN;
        return true;
    }

    boolean isSilent() {
        return state != State.HEARD;
    }

    /** From when on it is suspected if nothing more is heard of it. */
    Instant suspectedAt() {
        Instant at = detector.suspectedAt();
        return at.isBefore(startsBy) ? startsBy : at;
    }

    /**
     * Counts its silence from now on.
     *
     * @param grace how long it may take until it begins to send
     * @return whether it was suspect
     */
    boolean restart(Instant now, Duration grace) {
        boolean wasSilent = isSilent();
        detector.restart(now);
        lastHeard = now;
        startsBy = now.plus(grace);
        heard();
        return wasSilent;
    }

    void heard() {
        state = State.HEARD;
        isHostSilentToo = false;
        due = suspectedAt();
    }
}
