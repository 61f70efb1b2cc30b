package io.vmha.monitor;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.fault.FaultKind;
import java.util.function.Function;

/** What a probe found. Immutable. */
public sealed interface ProbeResult permits ProbeResult.Healthy, ProbeResult.Warning, ProbeResult.Failed {

    /** What was seen, for people. */
    String detail();

    /** Returns the result of the function that fits. */
    <R> R fold(Function<Healthy, R> healthy, Function<Warning, R> warning, Function<Failed, R> failed);

    /** All is well. */
    static ProbeResult healthy(String detail) {
        return new Healthy(detail);
    }

    /** Not a fault yet: it is told, and nothing is done about it. */
    static ProbeResult warning(String detail) {
        return new Warning(detail);
    }

    /**
     * A fault.
     *
     * @throws IllegalArgumentException if the kind is not one of a machine
     */
    static ProbeResult failed(FaultKind kind, String detail) {
        return new Failed(kind, detail);
    }

    /**
     * All is well.
     *
     * @param detail what was seen
     */
    record Healthy(String detail) implements ProbeResult {
        @Override
        public <R> R fold(Function<Healthy, R> healthy, Function<Warning, R> warning, Function<Failed, R> failed) {
            return healthy.apply(this);
        }
    }

    /**
     * Not a fault yet.
     *
     * @param detail what was seen
     */
    record Warning(String detail) implements ProbeResult {
        @Override
        public <R> R fold(Function<Healthy, R> healthy, Function<Warning, R> warning, Function<Failed, R> failed) {
            return warning.apply(this);
        }
    }

    /**
     * A fault.
     *
     * @param kind which; of scope VM
     * @param detail what was seen
     */
    record Failed(FaultKind kind, String detail) implements ProbeResult {
        /**
         * Checks the kind.
         *
         * @throws IllegalArgumentException if it is not one of a machine
         */
        public Failed {
            checkArgument(kind.scope() == FaultKind.Scope.VM, "a probe finds faults of a machine, not %s", kind);
        }

        @Override
        public <R> R fold(Function<Healthy, R> healthy, Function<Warning, R> warning, Function<Failed, R> failed) {
            return failed.apply(this);
        }
    }
}
