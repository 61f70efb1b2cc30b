package io.vmha.detection;

import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.function.Function;

/** What came of looking at who is silent. Immutable. */
public sealed interface Finding permits Finding.Suspected, Finding.SuspicionEnded, Finding.Asked, Finding.Reported {

    /** Returns the result of the function that fits this finding. */
    <R> R fold(Cases<R> cases);

    /**
     * A function for each kind of finding.
     *
     * @param <R> what they return
     * @param suspected for {@link Suspected}
     * @param suspicionEnded for {@link SuspicionEnded}
     * @param asked for {@link Asked}
     * @param reported for {@link Reported}
     */
    record Cases<R>(
            Function<Suspected, R> suspected,
            Function<SuspicionEnded, R> suspicionEnded,
            Function<Asked, R> asked,
            Function<Reported, R> reported) {}

    /**
     * It is silent for longer than it should be, which is not yet a failure.
     *
     * @param subject who is silent
     * @param lastHeard when it was last heard of, or since when it should be
     */
    record Suspected(FaultSubject subject, Instant lastHeard) implements Finding {
        @Override
        public <R> R fold(Cases<R> cases) {
            return cases.suspected().apply(this);
        }
    }

    /**
     * It is suspect no longer: it was heard of, or is not expected to live.
     *
     * @param subject who was silent
     */
    record SuspicionEnded(FaultSubject subject) implements Finding {
        @Override
        public <R> R fold(Cases<R> cases) {
            return cases.suspicionEnded().apply(this);
        }
    }

    /**
     * A machine is silent by itself: a {@link SecondCheck} is asked for.
     *
     * @param vm the machine
     * @param host the host that it is on
     * @param number which question it is, for {@link LivenessTracker#answered}
     */
    record Asked(VmId vm, HostId host, long number) implements Finding {
        @Override
        public <R> R fold(Cases<R> cases) {
            return cases.asked().apply(this);
        }
    }

    /**
     * It counts as failed.
     *
     * @param report what is to be reported
     */
    record Reported(FaultReport report) implements Finding {
        @Override
        public <R> R fold(Cases<R> cases) {
            return cases.reported().apply(this);
        }
    }
}
