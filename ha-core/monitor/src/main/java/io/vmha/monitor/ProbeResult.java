package io.vmha.monitor;

import io.vmha.monitor.report.GuestFault;
import java.util.function.Function;

/** What a probe found. Immutable. */
public sealed interface ProbeResult
        permits ProbeResult.Healthy, ProbeResult.Warning, ProbeResult.Unknown, ProbeResult.Failed {

    /** What was seen, for people: at most 500 characters, none of which is a control character or ends a line. */
    String detail();

    /** Returns what the visitor's method for this kind of result returns. */
    default <R> R accept(Visitor<R> visitor) {
        return fold(visitor::visitHealthy, visitor::visitWarning, visitor::visitUnknown, visitor::visitFailed);
    }

    /**
     * Returns the result of the function that fits.
     *
     * @deprecated use {@link #accept}, whose visitor has a method for each kind by name
     */
    @Deprecated(since = "0.2.0", forRemoval = true)
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
     * A method for each kind of result, so that a kind is a compile error wherever it is forgotten. Later releases may have more
     * kinds, and then more methods here: implement {@link PartialVisitor} to compile with those, too.
     *
     * @param <R> what the methods return
     */
    interface Visitor<R> {
        /** Returns the result for a {@link Healthy}. */
        R visitHealthy(Healthy healthy);

        /** Returns the result for a {@link Warning}. */
        R visitWarning(Warning warning);

        /** Returns the result for an {@link Unknown}. */
        R visitUnknown(Unknown unknown);

        /** Returns the result for a {@link Failed}. */
        R visitFailed(Failed failed);
    }

    /**
     * A visitor with one answer for all kinds of results that it does not name, those of later releases among them.
     *
     * @param <R> what the methods return
     */
    interface PartialVisitor<R> extends Visitor<R> {
        /** Returns the result for every result of a probe whose own method is not overridden. */
        R visitOther(ProbeResult result);

        @Override
        default R visitHealthy(Healthy healthy) {
            return visitOther(healthy);
        }

        @Override
        default R visitWarning(Warning warning) {
            return visitOther(warning);
        }

        @Override
        default R visitUnknown(Unknown unknown) {
            return visitOther(unknown);
        }

        @Override
        default R visitFailed(Failed failed) {
            return visitOther(failed);
        }
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
