package io.vmha.detection;

import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Instant;

/** What came of looking at who is silent. Immutable. */
public sealed interface Finding permits Finding.Suspected, Finding.SuspicionEnded, Finding.Asked, Finding.Reported {

    /** Returns what the visitor's method for this kind of finding returns. */
    <R> R accept(Visitor<R> visitor);

    /**
     * A method for each kind of finding, so that a kind is a compile error wherever it is forgotten. Later releases may have more
     * kinds, and then more methods here: implement {@link PartialVisitor} to compile with those, too.
     *
     * @param <R> what the methods return
     */
    interface Visitor<R> {
        /** Returns the result for a {@link Suspected}. */
        R visitSuspected(Suspected suspected);

        /** Returns the result for a {@link SuspicionEnded}. */
        R visitSuspicionEnded(SuspicionEnded suspicionEnded);

        /** Returns the result for a {@link Asked}. */
        R visitAsked(Asked asked);

        /** Returns the result for a {@link Reported}. */
        R visitReported(Reported reported);
    }

    /**
     * A visitor with one answer for all kinds of findings that it does not name, those of later releases among them.
     *
     * @param <R> what the methods return
     */
    interface PartialVisitor<R> extends Visitor<R> {
        /** Returns the result for every finding whose own method is not overridden. */
        R visitOther(Finding finding);

        @Override
        default R visitSuspected(Suspected suspected) {
            return visitOther(suspected);
        }

        @Override
        default R visitSuspicionEnded(SuspicionEnded suspicionEnded) {
            return visitOther(suspicionEnded);
        }

        @Override
        default R visitAsked(Asked asked) {
            return visitOther(asked);
        }

        @Override
        default R visitReported(Reported reported) {
            return visitOther(reported);
        }
    }

    /**
     * It is silent for longer than it should be, which is not yet a failure.
     *
     * @param subject who is silent
     * @param lastHeard when it was last heard of, or since when it should be
     */
    record Suspected(FaultSubject subject, Instant lastHeard) implements Finding {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitSuspected(this);
        }
    }

    /**
     * It is suspect no longer: it was heard of, or is not expected to live.
     *
     * @param subject who was silent
     */
    record SuspicionEnded(FaultSubject subject) implements Finding {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitSuspicionEnded(this);
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
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitAsked(this);
        }
    }

    /**
     * It counts as failed.
     *
     * @param report what is to be reported
     */
    record Reported(FaultReport report) implements Finding {
        @Override
        public <R> R accept(Visitor<R> visitor) {
            return visitor.visitReported(this);
        }
    }
}
