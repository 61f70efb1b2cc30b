package io.vmha.monitor;

import io.vmha.monitor.report.GuestFault;
import java.util.function.Function;

/** What a probe found. Immutable. */
public sealed interface ProbeResult
        permits ProbeResult.Healthy, ProbeResult.Warning, ProbeResult.Unknown, ProbeResult.Failed {

    /** What was seen, for people: at most 500 characters, none of which is a control character or ends a line. */
    String detail();

    /** Returns the result of the function that fits. */
    <R> R fold(
            Function<Healthy, R> healthy,
            Function<Warning, R> warning,
            Function<Unknown, R> unknown,
            Function<Failed, R> failed);

    /** All is well. */
    static ProbeResult healthy(String detail) {
        return new Healthy(detail);
    }

    /** Not a fault yet: it is told, and nothing is done about it. */
    static ProbeResult warning(String detail) {
        return new Warning(detail);
    }

    /** It could not look: that says nothing of what it looks at, so that it counts neither for a fault nor against it. */
    static ProbeResult unknown(String detail) {
        return new Unknown(detail);
    }

    /** A fault. */
    static ProbeResult failed(GuestFault kind, String detail) {
        return new Failed(kind, detail);
    }

    /**
     * All is well.
     *
     * @param detail what was seen
     */
    record Healthy(String detail) implements ProbeResult {
        /** Cuts and cleans the detail. */
        public Healthy {
            detail = Detail.clean(detail);
        }

        @Override
        public <R> R fold(
                Function<Healthy, R> healthy,
                Function<Warning, R> warning,
                Function<Unknown, R> unknown,
                Function<Failed, R> failed) {
            return healthy.apply(this);
        }
    }

    /**
     * Not a fault yet.
     *
     * @param detail what was seen
     */
    record Warning(String detail) implements ProbeResult {
        /** Cuts and cleans the detail. */
        public Warning {
            detail = Detail.clean(detail);
        }

        @Override
        public <R> R fold(
                Function<Healthy, R> healthy,
                Function<Warning, R> warning,
                Function<Unknown, R> unknown,
                Function<Failed, R> failed) {
            return warning.apply(this);
        }
    }

    /**
     * It could not look.
     *
     * @param detail why
     */
    record Unknown(String detail) implements ProbeResult {
        /** Cuts and cleans the detail. */
        public Unknown {
            detail = Detail.clean(detail);
        }

        @Override
        public <R> R fold(
                Function<Healthy, R> healthy,
                Function<Warning, R> warning,
                Function<Unknown, R> unknown,
                Function<Failed, R> failed) {
            return unknown.apply(this);
        }
    }

    /**
     * A fault.
     *
     * @param kind which
     * @param detail what was seen
     */
    record Failed(GuestFault kind, String detail) implements ProbeResult {
        /** Cuts and cleans the detail. */
        public Failed {
            detail = Detail.clean(detail);
        }

        @Override
        public <R> R fold(
                Function<Healthy, R> healthy,
                Function<Warning, R> warning,
                Function<Unknown, R> unknown,
                Function<Failed, R> failed) {
            return failed.apply(this);
        }
    }
}
